"""What is saved: damage is told and never guessed over, a full disk changes nothing."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import Daemon, Scratch

NO_SERVER = '{"active_env": "root", "servers": {"x": {"socket": "../x", "pid": 1, "start": "1"}}}'
NO_SPACE = "[Errno 28] No space left on device"
NO_ENV = {"ok": True, "env": None, "source": None}


def global_env(daemon: Daemon) -> dict[str, object]:
    """What applies in a pane without an environment of its own."""
    return daemon.request({"cmd": "get_pane_env", "pane": "%1"})


def published_env(scratch: Scratch) -> str:
    """The environment that shells see."""
    words = (scratch.home / "run/global").read_bytes().split(b"\0")
    assert (words[0], words[-2]) == (b"axium1", b"end")
    return words[1].decode()


def saved(scratch: Scratch) -> dict[str, object]:
    """What state.json says."""
    state: dict[str, object] = json.loads((scratch.home / "state.json").read_bytes())
    return state


def truncated(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:20])


def damages() -> dict[str, tuple[Callable[[Path], object], str]]:
    """Ways to damage a file, and the reason that is told."""
    return {
        "truncated": (truncated, "Input data was truncated"),
        "empty": (lambda path: path.write_bytes(b""), "Input data was truncated"),
        "binary": (
            lambda path: path.write_bytes(b"\x00\xff\x80state"),
            "JSON is malformed: invalid character (byte 0)",
        ),
        "another type": (
            lambda path: path.write_text('{"active_env": ["root"]}'),
            "Expected `str | null`, got `array` - at `$.active_env`",
        ),
        "no pane": (
            lambda path: path.write_text('{"active_env": "root", "panes": {"x": "root"}}'),
            "not a pane: `x`, expected `%1` or `SERVER:%1`",
        ),
        "no server": (
            lambda path: path.write_text(NO_SERVER),
            "not a tmux server: `../x,1`, expected `SOCKET,PID` as in $TMUX",
        ),
        "nested": (lambda path: path.write_bytes(b"[" * 100_000), "Expected `object`, got `array`"),
        "a directory": (make_directory, "it is not a file"),
    }


def make_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("kind", list(damages()))
def test_a_damaged_state_is_set_aside_and_told_and_no_environment_is_guessed(
    scratch: Scratch, kind: str
) -> None:
    damage, reason = damages()[kind]
    Daemon(scratch).close()
    damage(scratch.home / "state.json")
    daemon = Daemon(scratch)
    (aside,) = scratch.home.glob("state.json.damaged-*")
    told = f"state.json:1:1: the saved state was damaged ({reason}) and was set aside as {aside}"
    assert daemon.request({"cmd": "daemon_status"})["status"]["problems"] == [told]
    assert f"was set aside as {aside}" in (scratch.home / "logs/axiumd.log").read_text()
    assert global_env(daemon) == NO_ENV
    assert (published_env(scratch), saved(scratch)["active_env"]) == ("", None)
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    daemon.close()


def test_what_was_saved_is_there_after_a_restart(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    assert daemon.request({"cmd": "set_pane_env", "pane": "%7", "env": "root"}) == {"ok": True}
    daemon.close()
    state = Daemon(scratch).request({"cmd": "get_state"})["state"]
    assert (state["active_env"], state["panes"], state["generation"]) == (
        "builder",
        {"%7": "root"},
        2,
    )


@contextmanager
def small_disk(directory: Path) -> Iterator[None]:
    """A disk of 1 MiB at `directory`, which keeps what is in there."""
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", directory], check=True)
    try:
        for name, data in before.items():
            (directory / name).write_bytes(data)
        yield
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


def fill(disk: Path) -> Path:
    """Leave no room."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def refuses_and_keeps(daemon: Daemon, why: str) -> None:
    """A change is refused; state, shells and readers are where they were, nothing is half done."""
    scratch = daemon.scratch
    before = (scratch.home / "state.json").read_bytes(), files_of(scratch)
    reply = daemon.request({"cmd": "set_env", "value": "builder"})
    told, _, file = reply["error"].partition(": '")
    assert file.startswith(str(scratch.home))
    assert reply | {"error": told} == {
        "ok": False,
        "error": f"the change could not be saved: {why}",
        "code": "failed",
        "hint": "nothing was changed; make room or mend the directory, then try again",
    }
    assert global_env(daemon) == {"ok": True, "env": "root", "source": "global"}
    assert published_env(scratch) == "root"
    assert ((scratch.home / "state.json").read_bytes(), files_of(scratch)) == before


def files_of(scratch: Scratch) -> set[str]:
    """Names in the home and of what is published, tables aside."""
    found = {*os.listdir(scratch.home), *os.listdir(scratch.home / "run")}
    return found - {"t"}


def works_again(daemon: Daemon) -> None:
    """The same change is made now."""
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    assert (published_env(daemon.scratch), saved(daemon.scratch)["active_env"]) == (
        "builder",
        "builder",
    )


def test_a_full_disk_under_the_home_changes_nothing(scratch: Scratch) -> None:
    with small_disk(scratch.home):
        daemon = Daemon(scratch)
        ballast = fill(scratch.home)
        refuses_and_keeps(daemon, NO_SPACE)
        ballast.unlink()
        works_again(daemon)
        daemon.close()


@pytest.mark.parametrize("pages", [1, 2])
def test_a_disk_that_becomes_full_after_the_state_was_written_changes_nothing(
    scratch: Scratch, pages: int
) -> None:
    scratch.environ["XDG_RUNTIME_DIR"] = ""  # state and published files on one disk
    with small_disk(scratch.home):
        daemon = Daemon(scratch)
        ballast = fill(scratch.home)
        os.truncate(ballast, ballast.stat().st_size - 4096 * pages)
        refuses_and_keeps(daemon, NO_SPACE)
        ballast.unlink()
        works_again(daemon)
        daemon.close()


def test_a_full_disk_under_the_runtime_directory_changes_nothing(scratch: Scratch) -> None:
    with small_disk(scratch.runtime):
        scratch.runtime.chmod(0o700)
        daemon = Daemon(scratch)
        ballast = fill(scratch.runtime)
        reply = daemon.request({"cmd": "set_env", "value": "builder"})
        assert (reply["code"], reply["error"].partition("[")[0]) == (
            "failed",
            "the change could not be saved: ",
        )
        assert global_env(daemon) == {"ok": True, "env": "root", "source": "global"}
        assert (published_env(scratch), saved(scratch)["active_env"]) == ("root", "root")
        ballast.unlink()
        works_again(daemon)
        daemon.close()


def test_a_write_that_fails_half_way_changes_nothing(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    soft, hard = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (10, hard))
    refuses_and_keeps(daemon, "[Errno 27] File too large")
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (soft, hard))
    works_again(daemon)
    daemon.close()


def test_what_is_refused_is_not_there_after_a_restart(scratch: Scratch) -> None:
    with small_disk(scratch.home):
        daemon = Daemon(scratch)
        fill(scratch.home)
        assert daemon.request({"cmd": "set_env", "value": "builder"})["ok"] is False
        daemon.close()
        (scratch.home / "ballast").unlink()
        again = Daemon(scratch)
        assert global_env(again) == {"ok": True, "env": "root", "source": "global"}
        again.close()
