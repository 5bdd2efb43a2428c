"""Commands of gears in a real terminal under bash: confined, and otherwise as any program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from axium.plugins import own_programs
from tests.real.deploying import MAIN, PLAIN, Shell
from tests.real.gears import Geared, approve, write_gear
from tests.support import Scratch, Tmux, until
from tests.support.processes import alive
from tests.support.scratch import VENV_BIN, make_scratch


@pytest.fixture(scope="module")
def common() -> Iterator[Geared]:
    """A daemon with the gear `deploy` that several tests use, none of which changes it."""
    place = make_scratch()
    daemon = Geared(place, deploy=(PLAIN, MAIN))
    yield daemon
    daemon.close()
    place.close()


@pytest.fixture
def pane(common: Geared) -> Iterator[Shell]:
    """A bash beside it."""
    tmux = Tmux(common.scratch)
    yield Shell(tmux)
    tmux.close()


def test_a_command_ends_with_its_own_exit_code(common: Geared) -> None:
    done = [common.scratch.axium("deploy-code", str(number)) for number in (0, 3, 255)]
    assert [(each.returncode, each.stdout, each.stderr) for each in done] == [
        (0, "", ""),
        (3, "", ""),
        (255, "", ""),
    ]


def test_a_command_that_is_gone_in_a_pane_by_then_is_no_program(common: Geared) -> None:
    """Which its gear was never granted: it could have the command forgotten meanwhile."""
    done = common.scratch.run(*own_programs.runner(), "deploy", "command", "", "true")
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (
        1,
        "",
        "✗ gear `deploy` has no command `true` any more",
    )


def test_a_pipe_that_is_closed_ends_it(common: Geared, pane: Shell) -> None:
    pane.type('axium deploy-lines 100000 | head -1; echo "codes ${PIPESTATUS[*]}"')
    assert pane.sees(r"^codes .*") in {"codes 1 0", "codes 141 0"}
    assert pane.sees(r"^line 0$") == "line 0"


def test_it_has_the_terminal_its_size_and_its_colours(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-look")
    assert pane.sees(r"^tty .*") == (
        "tty [True, True, True] os.terminal_size(columns=200, lines=50)"
    )
    pane.sees("^green")
    coloured = pane.tmux.cmd("capture-pane", "-p", "-e", "-t", "main")
    assert "\x1b[32mgreen" in coloured
    piped = common.scratch.axium("deploy-look")
    assert piped.stdout == "tty [False, False, False] None\ngreen\n"


def test_it_reads_what_is_typed_until_its_end(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-read")
    pane.type("abc")
    assert pane.sees("^read .*") == "read cba"
    pane.press("C-d")
    pane.type("echo next $?")
    assert pane.sees("^next .*") == "next 0"
    assert common.scratch.run("axium", "deploy-read", stdin="xyz\n").stdout == "read zyx\n"


def test_ctrl_c_is_its_own_to_clean_up_after(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-wait; echo ended $?")
    pane.sees("^wait begins")
    pane.press("C-c")
    assert pane.sees("cleaned up$") == "cleaned up"
    assert pane.sees("^ended .*") == "ended 130"


def test_it_is_stopped_and_goes_on_in_the_foreground(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-read")
    pane.type("one")
    pane.sees("^read eno")
    pane.press("C-z")
    pane.sees(r"Stopped +axium deploy-read")
    pane.type("fg")
    pane.type("two")
    assert pane.sees("^read owt") == "read owt"
    pane.press("C-d")
    pane.type("echo next $?")
    assert pane.sees("^next .*") == "next 0"


def test_it_runs_in_the_background_and_is_waited_for(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-code 7 & wait $!; echo waited $?")
    assert pane.sees("^waited .*") == "waited 7"


def test_a_progress_bar_is_drawn_in_one_line(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-progress; echo drawn")
    pane.sees("^drawn")
    assert pane.sees(r"^Deploying .*100%") == f"Deploying  [{'#' * 36}]  100%"


def test_its_end_by_a_signal_is_an_end_by_a_signal(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-wait & pid=$!")
    pane.sees("wait begins$")
    pane.type("kill -TERM $pid; wait $pid; echo waited $?")
    assert pane.sees("^waited .*") == "waited 143"


def test_it_goes_on_when_its_shell_is_gone(common: Geared) -> None:
    begin = "trap '' HUP; axium deploy-wait >out 2>&1 & echo $! >pid"
    common.scratch.run("bash", "-c", begin, check=True)
    until(lambda: "begins" in (common.scratch.user / "out").read_text())
    pid = int((common.scratch.user / "pid").read_text())
    assert alive(pid)
    os.kill(pid, 15)
    until(lambda: not alive(pid))


def test_an_error_of_its_code_is_told_with_file_and_line(common: Geared) -> None:
    (common.scratch.user / "secret").write_text("secret")
    line = next(n for n, text in enumerate(MAIN.splitlines(), 1) if "~/secret" in text)
    failed = common.scratch.axium("deploy-boom")
    where = f"{common.scratch.home}/gears/deploy/main.py:{line}"
    why = f"PermissionError: [Errno 13] Permission denied: '{common.scratch.user}/secret'"
    said = f"✗ gear `deploy` failed: {where}: {why}\n"
    assert (failed.returncode, failed.stdout, failed.stderr) == (2, "", said)


def test_what_was_mistyped_is_told_with_help(common: Geared) -> None:
    done = common.scratch.axium("deploy-code")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("✗ missing argument `number`\n\nUsage: axium deploy-code")


def test_its_help_is_its_own_wherever_it_is_asked_for(common: Geared) -> None:
    asked = [
        common.scratch.axium(*words).stdout
        for words in (
            ("deploy-code", "--help"),
            ("help", "deploy-code"),
            ("-v", "deploy-code", "-h"),
        )
    ]
    assert asked[0].startswith("Usage: axium deploy-code [OPTIONS] number\n\n  End with this code.")
    assert asked == [asked[0]] * 3


def test_nothing_of_it_runs_unconfined_for_help_or_completion(
    deploying: Callable[..., Geared], scratch: Scratch
) -> None:
    told = f"""
        from pathlib import Path

        Path({str(scratch.user / "escaped")!r}).write_text("")

        def register(app, events):
            pass
    """
    running = deploying(main=MAIN)
    write_gear(scratch, "deploy", told, PLAIN)
    for words in (("deploy-code", "--help"), ("help", "deploy-code"), ("help",), ("deploy-code",)):
        scratch.axium(*words)
    approve(scratch, "deploy")
    for words in (("deploy-code", "--help"), ("help", "deploy-code"), ("help",), ("deploy-code",)):
        scratch.axium(*words)
    assert not (scratch.user / "escaped").exists()
    assert running.quick("ping")["ok"]


def test_it_asks_axium_as_itself(common: Geared) -> None:
    done = common.scratch.axium("deploy-ask")
    assert (done.stdout, done.stderr) == ("env root denied denied\n", "")


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_it_does_without_what_its_shell_has_closed(common: Geared, closed: str) -> None:
    done = common.scratch.run("bash", "-c", f"{VENV_BIN}/axium deploy-ask {closed}")
    assert (done.returncode, done.stdout) == (0, "env root denied denied\n")


def test_it_has_no_variable_that_it_was_not_granted(
    deploying: Callable[..., Geared], scratch: Scratch
) -> None:
    deploying(PLAIN + "  env: [DEPLOY_TOKEN, LD_PRELOAD]\n")
    around = {
        "DEPLOY_TOKEN": "1", "AWS_SECRET_ACCESS_KEY": "1", "LD_PRELOAD_": "1",
        "PYTHONSTARTUP": "/nonexistent", "SSH_AUTH_SOCK": "/nonexistent",
    }  # fmt: skip
    said = scratch.axium("deploy-said", env=around)
    assert said.stdout.split() == [
        "variables", "AXIUM_DATA", "DEPLOY_TOKEN", "HOME", "LANG", "PATH", "PWD", "SHELL",
        "TERM", "TMPDIR", "USER", "XDG_CACHE_HOME",
    ]  # fmt: skip


def test_a_gear_that_was_changed_does_not_run(
    deploying: Callable[..., Geared], scratch: Scratch
) -> None:
    running = deploying()
    (scratch.home / "gears/deploy/other.py").write_text("x = 1")
    changed = scratch.axium("deploy-code", "3")
    assert (changed.returncode, changed.stdout) == (1, "")
    assert changed.stderr.startswith("✗ gear `deploy` does not run: gear not loaded\n")
    assert "other.py" in changed.stderr
    approve(scratch, "deploy")
    assert scratch.axium("deploy-code", "3").returncode == 3
    assert running.gear("deploy")["status"] == "active"


def test_a_daemon_is_started_for_it_and_loads_the_gear_first(
    deploying: Callable[..., Geared], scratch: Scratch
) -> None:
    deploying().close()
    none = scratch.axium("deploy-code", "3", env={"AXIUM_NO_AUTOSTART": "1"})
    assert (none.returncode, none.stdout, none.stderr) == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert scratch.axium("deploy-ask").stdout == "env root denied denied\n"
    scratch.stop_daemon()
    until(lambda: not scratch.socket.exists())


def test_a_gear_that_was_not_granted_it_starts_none(common: Geared) -> None:
    done = common.scratch.axium("deploy-start", "--", "true")
    assert (done.returncode, "PermissionError" in done.stderr) == (2, True)


def test_its_commands_end_their_channels_with_the_gear(
    deploying: Callable[..., Geared], shell: Shell, scratch: Scratch
) -> None:
    running = deploying()
    shell.type("axium deploy-read")
    shell.type("one")
    shell.sees("^read eno")
    assert running.ask("unload_gear", gear="deploy")["ok"]
    assert running.quick("ping")["ok"]
    shell.press("C-d")
    shell.type("echo next $?")
    assert shell.sees("^next .*") == "next 0"
