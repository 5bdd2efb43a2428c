"""A shell inside `axium env exec`: its prompt and its wrappers are held to that environment."""

from __future__ import annotations

import pytest

from tests.support import Daemon, Scratch

ENVS = """\
envs:
  root: {prefix: env FROM=root}
  prod: {prefix: env FROM=prod}
"""
SCRIPT = """\
echo "$(type -t shown) $AXIUM_ENV $AXIUM_PROMPT"
shown
sh -c 'axium run shown'
axium env get
exit 7
"""


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A daemon that wraps a tool which shows where it was led."""
    scratch = daemon.scratch
    scratch.tool("shown", '#!/bin/sh\necho "$FROM"\n')
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(
        'prefixes:\n  - {command: shown, prefix: "${env.prefix}"}\n'
    )
    assert scratch.axium("daemon", "reload").returncode == 0
    return scratch


def test_a_shell_that_is_run_elsewhere_lives_there(home: Scratch) -> None:
    start_file = home.user / "rc"
    start_file.write_text('eval "$(axium init bash)"\n')
    shell = ("bash", "--rcfile", str(start_file), "-i")
    done = home.run("axium", "env", "exec", "prod", "--", *shell, stdin=SCRIPT)
    assert (done.returncode, done.stdout.splitlines()) == (
        7,
        ["function prod prod ", "prod", "prod", "prod"],
    )
    assert home.axium("env", "get").stdout == "root\n"


def test_below_a_wrapped_command_itself_it_is_led_to_the_other_environment(home: Scratch) -> None:
    itself = "axium env exec prod -- axium run shown"
    home.tool("shown", f'#!/bin/sh\necho "$FROM"\n[ "$FROM" = prod ] || {itself}\n')

    done = home.axium("run", "shown")

    assert (done.returncode, done.stdout, done.stderr) == (0, "root\nprod\n", "")


def test_a_prefix_that_runs_the_tool_elsewhere_ends(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text(
        "prefixes:\n  - {command: shown, prefix: axium env exec prod --}\n"
    )
    assert home.axium("daemon", "reload").returncode == 0

    done = home.axium("run", "shown", timeout=5)

    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
