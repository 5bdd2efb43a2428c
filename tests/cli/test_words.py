"""What every command has in common: help, mistakes, `-v`, exit codes, colour, what is loaded."""

from __future__ import annotations

import json
import socket

import pytest

import axium
from tests.cli.saying import said
from tests.support import Daemon, Scratch
from tests.thin.speaker import Speaker


def test_success_is_silent_and_v_confirms_before_and_after_the_command(scratch: Scratch) -> None:
    assert said(scratch, "bootstrap") == (0, "", "")
    there = f"✓ {scratch.home} is there\n"
    assert said(scratch, "-v", "bootstrap") == (0, "", there)
    assert said(scratch, "bootstrap", "--verbose") == (0, "", there)


def test_options_after_a_foreign_command_are_its_own(daemon: Daemon) -> None:
    told = json.loads(said(daemon.scratch, "explain", "--json", "aws", "-v", "--json")[1])
    assert told["argv"] == ["aws", "-v", "--json"]
    daemon.scratch.tool("aws", '#!/bin/sh\necho "$@"\n')
    assert said(daemon.scratch, "run", "aws", "-v", "--json", "--help") == (
        0,
        "-v --json --help\n",
        "",
    )


def test_colour_is_for_terminals_and_not_with_no_color(scratch: Scratch) -> None:
    script = "axium -v bootstrap; NO_COLOR=1 axium -v bootstrap"
    done = scratch.run("script", "-qec", script, "/dev/null")
    confirmed = f"{scratch.home} is there"
    first, second = done.stdout.splitlines()[-2:]
    assert first in (f"\033[32m✓\033[0m {confirmed}", f"\033[32m✓\033[0m made {scratch.home}")
    assert second == f"✓ {confirmed}"


@pytest.mark.parametrize(
    ("args", "foreign"),
    [
        (("info",), {"axium.cli.env", "axium.cli.daemon", "axium.config.load", "yaml", "msgspec"}),
        (("env", "list"), {"axium.cli.daemon", "axium.cli.notify", "axium.config.load"}),
        (("daemon", "status"), {"axium.cli.env", "axium.config.load", "asyncio"}),
    ],
)
def test_a_command_loads_its_own_module_only(
    scratch: Scratch, args: tuple[str, ...], foreign: set[str]
) -> None:
    code = f"""
import sys
from axium.__main__ import main
sys.argv = ["axium", *{list(args)}]
try:
    main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""
    done = scratch.run("python", "-c", code, env={"AXIUM_NO_AUTOSTART": "1"})
    assert foreign & set(done.stderr.split()) == set()
    assert "typer" in done.stderr.split()


def test_a_fault_of_our_own_shows_its_trace_and_is_the_systems(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda _line: b'{"ok": true}\n'):
        code, data, talk = said(scratch, "env", "list")
    assert (code, data) == (2, "")
    assert talk.startswith("✗ axium itself failed; this is a fault of its own\nTraceback")
    assert talk.endswith("KeyError: 'envs'\n")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "✗ no answer from the daemon: Expecting value"),
        (b"[]\n", "✗ no answer from the daemon: not an object"),
        (b'{"ok": false, "error": "full", "code": "busy", "hint": "wait"}\n', "✗ full\n  wait\n"),
    ],
)
def test_an_answer_that_is_none_is_the_systems_fault(
    scratch: Scratch, answer: bytes, error: str
) -> None:
    with Speaker(scratch.socket, lambda _line: answer):
        code, data, talk = said(scratch, "env", "list")
    assert (code, data, talk[: len(error)]) == (2, "", error)


def test_a_daemon_that_hangs_is_not_said_to_be_absent(scratch: Scratch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(scratch.socket))
        silent.listen()
        assert said(scratch, "daemon", "status") == (
            2,
            "",
            "✗ the daemon did not answer in time\n  see `axium daemon logs`\n",
        )


ASK = """
import sys
from axium.cli.ask import ask
from axium.cli.show import Failure
try:
    ask(sys.argv[1], timeout=0.1)
except Failure as failed:
    print(failed, failed.hint, failed.code, sep="\\n")
"""


@pytest.mark.parametrize(
    ("cmd", "hints"),
    [
        ("set_env", "the change may still be made\nsee `axium daemon logs`"),
        ("list_envs", "see `axium daemon logs`"),
    ],
)
def test_a_change_without_an_answer_may_still_be_made(
    scratch: Scratch, cmd: str, hints: str
) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(scratch.socket))
        silent.listen()
        done = scratch.run("python", "-c", ASK, cmd)
    assert done.stdout == f"the daemon did not answer in time\n{hints}\n2\n"


def test_a_raw_line_without_an_answer_may_still_make_a_change(scratch: Scratch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(scratch.socket))
        silent.listen()
        assert said(scratch, "ipc", "PAUSE") == (
            2,
            "",
            (
                "✗ the daemon did not answer in time\n  a change may still be made\n"
                "  see `axium daemon logs`\n"
            ),
        )


FAULTY = {
    "problems": ["envs.yaml:1:1: `dve` is wrong", "hud.yaml:1:1: no"],
    "warnings": ["hud.yaml:2:1: unknown key `x`"],
    "hints": {
        "envs.yaml:1:1: `dve` is wrong": "did you mean `dev`?",
        "hud.yaml:2:1: unknown key `x`": "known are\n`layout`",
    },
}


@pytest.mark.parametrize("command", ["daemon", "hud"])
def test_a_fault_is_told_with_what_to_do(scratch: Scratch, command: str) -> None:
    reply = json.dumps({"ok": True, "reloaded": True, **FAULTY}).encode() + b"\n"
    with Speaker(scratch.socket, lambda _line: reply):
        assert said(scratch, command, "reload") == (
            1,
            "",
            (
                "envs.yaml:1:1: `dve` is wrong\n  did you mean `dev`?\nhud.yaml:1:1: no\n"
                "warning: hud.yaml:2:1: unknown key `x`\n  known are\n  `layout`\n"
                "✗ your files have faults\n  what cannot be read stays as it was\n"
            ),
        )


def test_the_status_has_faults_with_what_to_do(scratch: Scratch) -> None:
    reply = json.dumps({"ok": True, "status": {"running": True, **FAULTY}}).encode() + b"\n"
    with Speaker(scratch.socket, lambda _line: reply):
        assert said(scratch, "daemon", "status") == (
            0,
            (
                "running  true\n"
                "\nproblems\n  envs.yaml:1:1: `dve` is wrong\n    did you mean `dev`?\n"
                "  hud.yaml:1:1: no\n"
                "\nwarnings\n  hud.yaml:2:1: unknown key `x`\n    known are\n    `layout`\n"
            ),
            "",
        )


def test_the_version_is_printed(scratch: Scratch) -> None:
    assert said(scratch, "--version") == (0, f"axium {axium.__version__}\n", "")


def test_a_home_that_cannot_be_made_is_told(scratch: Scratch) -> None:
    (scratch.home / "bash").write_text("a file where a directory must be")
    code, _, talk = said(scratch, "init", "bash")
    assert (code, talk) == (
        2,
        f"✗ cannot make the config home {scratch.home}: File exists: {scratch.home}/bash\n",
    )


def test_output_that_cannot_be_written_is_the_systems_fault(scratch: Scratch) -> None:
    lost = "✗ what was to be printed is lost: "
    full = scratch.run("sh", "-c", "axium info > /dev/full")
    assert (full.returncode, full.stderr) == (2, lost + "No space left on device\n")
    closed = scratch.run("sh", "-c", "axium info >&-")
    assert (closed.returncode, closed.stderr) == (2, lost + "Bad file descriptor\n")


@pytest.mark.parametrize(
    ("typed", "code"),
    [("info > /dev/full", 2), ("bogus", 1), ("-v bootstrap", 0), ("env exec nope", 1)],
)
def test_talk_that_cannot_be_written_leaves_the_exit_code_alone(
    scratch: Scratch, typed: str, code: int
) -> None:
    assert scratch.run("sh", "-c", f"axium {typed} 2> /dev/full").returncode == code


@pytest.mark.parametrize("locale", ["POSIX", "en_US.ISO-8859-1"])
def test_all_is_said_whatever_the_locale(daemon: Daemon, locale: str) -> None:
    strict = {"LC_ALL": locale, "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    scratch = daemon.scratch
    command = ("python", "-P", "-m", "axium")
    daemon.request({"cmd": "notify", "title": "häß 家"})
    listed = scratch.run(*command, "notify", "list", env=strict)
    assert (listed.stdout.partition("core: ")[2], listed.stderr) == ("häß 家\n", "")
    assert "—" in scratch.run(*command, "info", env=strict).stdout
    assert scratch.run(*command, "bogus", env=strict).stderr.startswith("✗ unknown command")


def test_the_hook_of_a_home_whose_name_is_not_utf8_has_its_bytes(scratch: Scratch) -> None:
    script = r"""AXIUM_HOME=$'caf\xe9' axium init bash | grep -ac $'caf\xe9'"""
    done = scratch.run("bash", "-c", script, env={"LC_ALL": "C.UTF-8"})
    assert (done.stderr, int(done.stdout) > 0) == ("", True)


def test_a_closed_stderr_costs_the_talk_alone(scratch: Scratch) -> None:
    done = scratch.run("sh", "-c", "axium bogus 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
