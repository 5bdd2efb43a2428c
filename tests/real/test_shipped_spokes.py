"""The spokes that come with axium: by their own tests, and in a real daemon, shell and tmux."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import axium
from tests.support import Daemon, Scratch, Terminal, Tmux, until

SHIPPED = Path(axium.__file__).parent / "shipped/spokes"

AWS = """#!/bin/sh
printf '%s|' "$@" "$AWS_PROFILE" >>"$HOME/seen"
echo >>"$HOME/seen"
case "$*" in
  *get-caller-identity*) echo '{"UserId": "U", "Account": "42", "Arn": "arn:me"}' ;;
  "configure get region") echo eu-west-1 ;;
  *) echo "plain aws $*"; exit 5 ;;
esac
"""

ENVS = """\
envs:
  dev: {aws_profile: d}
  prod: {aws_profile: p, region: us-east-1}
"""

PREFIXES = """\
prefixes:
  - {command: aws, strategy: env_vars, config: {env: {AWS_PROFILE: "${env.aws_profile}"}}}
"""


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A daemon with two environments, `prod` active, and a stand-in `aws` that a rule wraps."""
    scratch = daemon.scratch
    scratch.tool("aws", AWS)
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(PREFIXES)
    for words in (("daemon", "reload"), ("env", "set", "prod")):
        done = scratch.axium(*words)
        assert done.returncode == 0, done.stderr
    return scratch


def install(scratch: Scratch, name: str) -> None:
    done = scratch.axium("spoke", "install", name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def seen(scratch: Scratch) -> list[str]:
    """How the stand-in was called: its words, and the profile."""
    path = scratch.user / "seen"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("name", ["aws", "creds"])
def test_a_shipped_spoke_passes_its_own_test(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-m", "unittest"],
        cwd=SHIPPED / name,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


WHOAMI = "account  42\narn      arn:me\nuser     U\n"


@pytest.mark.parametrize(
    "words", [("aws", "whoami"), ("run", "aws", "whoami"), ("run", "--", "aws", "whoami")]
)
def test_whoami_asks_the_wrapped_tool(home: Scratch, words: tuple[str, ...]) -> None:
    install(home, "aws")
    done = home.axium(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, WHOAMI, "")
    assert seen(home) == ["sts|get-caller-identity|--output|json|p|"]


def test_info_tells_where_as_well(home: Scratch) -> None:
    install(home, "aws")
    done = home.axium("aws", "info", "--json")
    assert json.loads(done.stdout) == {
        "environment": "prod",
        "profile": "p",
        "region": "us-east-1",
        "account": "42",
        "arn": "arn:me",
        "user": "U",
    }


@pytest.mark.parametrize(
    "words", [("aws", "s3", "ls", "--human"), ("aws", "--debug", "s3"), ("run", "aws", "s3", "ls")]
)
def test_every_other_word_is_for_the_tool(home: Scratch, words: tuple[str, ...]) -> None:
    install(home, "aws")
    done = home.axium(*words)
    typed = words[words.index("aws") + 1 :]
    assert (done.returncode, done.stdout) == (5, f"plain aws {' '.join(typed)}\n")
    assert seen(home) == ["|".join(typed) + "|p|"]


@pytest.mark.parametrize("around", [{"AXIUM_OFF": "1"}, {"AXIUM_WRAPPED": "aws"}])
def test_what_steps_aside_steps_aside_from_the_spoke_too(
    home: Scratch, around: dict[str, str]
) -> None:
    install(home, "aws")
    done = home.axium("run", "aws", "whoami", env=around)
    assert (done.returncode, done.stdout) == (5, "plain aws whoami\n")


SHELLS = {
    "bash": ["bash", "--norc", "-i", "-c", "source {home}/bash/init.sh; {typed}"],
    "zsh": ["zsh", "-f", "-i", "-c", "source {home}/zsh/init.zsh; {typed}"],
    "fish": ["fish", "-N", "-i", "-c", "source {home}/fish/init.fish; {typed}"],
}


@pytest.mark.parametrize("shell", SHELLS)
def test_plain_aws_typed_in_a_shell_goes_where_axium_run_sends_it(
    home: Scratch, shell: str
) -> None:
    install(home, "aws")
    typed = "aws whoami; aws s3 ls; aws --debug whoami"
    words = [word.format(home=home.home, typed=typed) for word in SHELLS[shell]]
    done = home.run(*words, env={"PS1": "$ "})
    assert done.stdout == f"{WHOAMI}plain aws s3 ls\nplain aws --debug whoami\n"


def test_the_daemon_may_be_down(home: Scratch) -> None:
    install(home, "aws")
    home.stop_daemon()
    off = {"AXIUM_NO_AUTOSTART": "1"}
    assert home.axium("run", "aws", "whoami", env=off).stdout == WHOAMI
    assert home.axium("run", "aws", "s3", env=off).stdout == "plain aws s3\n"


def test_without_a_rule_of_the_users_aws_is_wrapped_for_the_spoke_alone(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text("prefixes: []\n")
    home.axium("daemon", "reload")
    install(home, "aws")
    assert home.axium("wrapper", "list").stdout == "aws\n"
    assert home.axium("run", "aws", "whoami").stdout == WHOAMI
    assert home.axium("run", "aws", "s3").stdout == "plain aws s3\n"


def test_an_uninstalled_spoke_leaves_the_tool_as_it_was(home: Scratch) -> None:
    install(home, "aws")
    assert home.axium("spoke", "uninstall", "aws").returncode == 0
    assert home.axium("run", "aws", "whoami").stdout == "plain aws whoami\n"
    assert "aws whoami" not in home.axium("completions", "list").stdout


def hud(scratch: Scratch) -> str:
    return scratch.axium("hud").stdout


def test_the_hud_shows_whether_the_credential_of_each_environment_is_valid(
    home: Scratch, tmux: Tmux
) -> None:
    (home.home / "overrides").mkdir(exist_ok=True)
    (home.home / "overrides/creds.yaml").write_text(
        "default: {file: ~/token, max_age: 1h}\nprod: {command: test-token --quick}\n"
    )
    home.tool("test-token", '#!/bin/sh\n[ "$AXIUM_ENV $1" = "prod --quick" ]\n')
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    home.run("sh", home.home / "tmux/init.sh", env=around, check=True)
    install(home, "creds")
    terminal = Terminal(tmux)
    try:
        until(lambda: "creds:Y" in terminal.status(), 20)
        home.axium("env", "set", "dev", "--global")
        until(lambda: "creds:N" in terminal.status(), 20)
        (home.user / "token").touch()
        home.axium("hud", "reload")
        until(lambda: "creds:Y" in hud(home), 20)
    finally:
        terminal.close()


def test_a_credential_is_checked_and_renewed_by_commands(home: Scratch) -> None:
    (home.home / "overrides").mkdir(exist_ok=True)
    (home.home / "overrides/creds.yaml").write_text(
        "default: {file: ~/token, max_age: 1h, refresh: renew --now}\n"
    )
    home.tool("renew", '#!/bin/sh\n[ "$1 $AXIUM_ENV" = "--now prod" ] && touch "$HOME/token"\n')
    install(home, "creds")
    token = home.user / "token"
    done = home.axium("creds", "check")
    assert (done.returncode, done.stdout) == (
        1,
        f"not valid: {token}: no such file or directory\n",
    )
    assert home.axium("creds", "refresh").stdout == f"valid: {token} is 0s old\n"
    old = time.time() - 7200
    os.utime(token, (old, old))
    assert home.axium("creds", "check", "dev").stdout == f"not valid: {token} is 2h old\n"
