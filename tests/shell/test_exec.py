"""A shell inside `axium env exec`: its prompt and its wrappers are held to that environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support import Daemon, Scratch, Tmux

ENVS = """\
envs:
  root: {prefix: env FROM=root}
  dev: {prefix: env FROM=dev}
  prod: {prefix: env FROM=prod}
  stage: {prefix: env FROM=stage}
"""
SCRIPT = """\
echo "$(type -t shown) $AXIUM_ENV $AXIUM_PROMPT"
shown
sh -c 'axium run shown'
axium env get
exit 7
"""
START_FILES = {
    ".bashrc": "eval \"$(axium init bash)\"\nPS1='${AXIUM_PROMPT}>'\n",
    ".zshrc": "eval \"$(axium init zsh)\"\nsetopt prompt_subst\nPROMPT='${AXIUM_PROMPT}>'\n",
    ".config/fish/config.fish": "axium init fish | source\nset fish_greeting\n"
    "function fish_prompt; axium_prompt_segment; echo -n '>'; end\n",
}
CHAINS = [("bash", "zsh", "fish"), ("zsh", "fish", "bash"), ("fish", "bash", "zsh")]
PLACES = {"a pane": "", "no tmux": "-u TMUX -u TMUX_PANE"}


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A daemon that wraps a tool which shows where it was led."""
    scratch = daemon.scratch
    scratch.tool("shown", '#!/bin/sh\n[ $# = 0 ] || exec "$@"\necho "$FROM"\n')
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(
        'prefixes:\n  - {command: shown, prefix: "${env.prefix}"}\n'
    )
    # Where this is missing, fish reads all manual pages in the background.
    (scratch.user / ".local/share/fish/generated_completions").mkdir(parents=True)
    for name, text in START_FILES.items():
        (scratch.user / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch.user / name).write_text(text)
    assert scratch.axium("daemon", "reload").returncode == 0
    return scratch


@contextmanager
def terminal(home: Scratch, shell: str, place: str) -> Iterator[Tmux]:
    """A shell with the hook at a terminal; `dev` was set in it."""
    started = f"exec env {PLACES[place]} {shell} -i"
    tmux = Tmux(home, shell=started)
    try:
        in_environment(tmux, "root")
        tmux.send("main", "axium env set dev")
        in_environment(tmux, "dev")
        yield tmux
    finally:
        tmux.close()


def in_environment(tmux: Tmux, name: str) -> None:
    """Wait until the prompt shows it; then all that can tell must say the same."""
    tmux.wait_for(lambda: tmux.capture().rstrip().splitlines()[-1:] == [f"{name} >"])
    tmux.send("main", "clear; shown; sh -c 'echo $AXIUM_ENV'; axium env get")
    tmux.wait_for(lambda: tmux.capture().split() == [name, name, name, name, ">"])


def test_a_shell_that_is_run_elsewhere_lives_there(home: Scratch) -> None:
    shell = ("bash", "--rcfile", home.user / ".bashrc", "-i")

    done = home.run("axium", "env", "exec", "prod", "--", *shell, stdin=SCRIPT)

    assert (done.returncode, done.stdout.splitlines()) == (
        7,
        ["function prod prod ", "prod", "prod", "prod"],
    )
    assert home.axium("env", "get").stdout == "root\n"


@pytest.mark.parametrize("change", ["env set prod --shell", "env set prod"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_wrapped_tool_that_changes_the_environment_is_held_to_the_new_one(
    home: Scratch, shell: str, change: str
) -> None:
    inner = f"echo $AXIUM_ENV; shown; axium {change}; echo $AXIUM_ENV; shown"
    home.axium("env", "set", "dev")

    done = home.run(shell, "-ic", f"shown {shell} -ic '{inner}'")

    assert done.stdout.split() == ["dev", "dev", "prod", "prod"]


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_an_environment_that_is_had_back_in_a_wrapped_tool_holds_its_commands(
    home: Scratch, shell: str
) -> None:
    name = "functions.fish" if shell == "fish" else "functions.sh"
    source = f"{'source' if shell == 'fish' else '.'} {home.home}/tmux/{name}"
    inner = f"{source}; axium_restore_pane_env; axium run shown"
    home.axium("env", "set", "dev")
    moved = f"axium env set prod; exec {shell} -c '{inner}'"

    assert home.axium("run", "shown", "sh", "-c", moved).stdout == "prod\n"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shells", CHAINS)
def test_a_shell_in_a_shell_in_a_shell_is_where_each_was_started(
    home: Scratch, shells: tuple[str, str, str], place: str
) -> None:
    outer, inner, innermost = shells
    with terminal(home, outer, place) as tmux:
        tmux.send("main", f"axium env exec prod -- {inner} -i")
        in_environment(tmux, "prod")
        tmux.send("main", f"axium env exec stage -- {innermost} -i")
        in_environment(tmux, "stage")
        tmux.send("main", "exit")
        in_environment(tmux, "prod")
        tmux.send("main", "exit")
        in_environment(tmux, "dev")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_dash_in_such_a_shell_returns_to_what_is_around_it(
    home: Scratch, shell: str, place: str
) -> None:
    with terminal(home, "bash", place) as tmux:
        tmux.send("main", f"axium env exec prod -- {shell} -i")
        in_environment(tmux, "prod")
        tmux.send("main", "axium env set stage --shell")
        in_environment(tmux, "stage")
        tmux.send("main", "axium env -")
        in_environment(tmux, "prod")
        tmux.send("main", "axium env clear --shell")
        in_environment(tmux, "dev")
        tmux.send("main", "axium env -")
        in_environment(tmux, "root")
