"""The log of a real daemon, and `axium daemon logs`, whatever becomes of the file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.client import answers_quickly
from tests.support import Daemon, Scratch, until
from tests.support.scratch import VENV_BIN


def log_of(scratch: Scratch) -> Path:
    return scratch.home / "logs/axiumd.log"


def change(daemon: Daemon) -> int:
    """Make a change; the generation that the log tells of."""
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    generation: int = daemon.request({"cmd": "get_state"})["state"]["generation"]
    return generation


def tells_of(path: Path, generation: int) -> bool:
    """Wait until the log has the line of this change."""
    return until(lambda: path.exists() and f" generation {generation}: " in path.read_text())


@contextmanager
def following(scratch: Scratch, *options: str) -> Iterator[Path]:
    """The file that `axium daemon logs -f` writes to."""
    shown = scratch.root / "shown"
    with (
        shown.open("wb") as file,
        subprocess.Popen(
            [VENV_BIN / "axium", "daemon", "logs", "-f", *options],
            env=scratch.environ,
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        until(lambda: shown.stat().st_size or process.poll() is not None, timeout=10)
        try:
            yield shown
        finally:
            process.kill()


def fill(path: Path) -> None:
    """Have the next line begin a new file."""
    with path.open("ab") as log:
        log.write((b"x" * 99 + b"\n") * 10_000)


def test_without_a_log_it_is_said(scratch: Scratch) -> None:
    done = scratch.axium("daemon", "logs", "-f")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"✗ there is no log at {log_of(scratch)}\n  no daemon was started yet\n",
    )


def test_the_last_lines_are_shown_also_from_files_that_were_put_aside(scratch: Scratch) -> None:
    directory = scratch.home / "logs"
    directory.mkdir()
    for number, name in enumerate(("axiumd.log.2", "axiumd.log.1", "axiumd.log")):
        lines = [f"{number * 30 + line}\n" for line in range(30)]
        (directory / name).write_text("".join(lines))

    def shown(*options: str) -> list[int]:
        return [int(word) for word in scratch.axium("daemon", "logs", *options).stdout.split()]

    assert shown() == list(range(40, 90))
    assert shown("-n", "3") == [87, 88, 89]
    assert shown("-n", "0") == []
    assert shown("-n", "1000") == list(range(90))
    assert shown("-n", "99999999999999999999") == list(range(90))


def test_what_is_followed_goes_on_across_rotation_and_restart(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    path = log_of(scratch)
    with following(scratch) as shown:
        assert tells_of(shown, change(daemon))
        fill(path)
        assert tells_of(shown, change(daemon))
        assert path.stat().st_size < 1_000
        assert (path.parent / "axiumd.log.1").stat().st_size > 1_000_000
        daemon.close()
        again = Daemon(scratch)
        assert tells_of(shown, change(again))
        said = [line for line in shown.read_text().splitlines() if line.strip("x")]
    again.close()
    starts = [line for line in said if " answers at " in line]
    assert [len(starts), len(set(said))] == [2, len(said)]


def test_a_log_that_was_taken_away_is_begun_anew_and_followed(daemon: Daemon) -> None:
    path = log_of(daemon.scratch)
    with following(daemon.scratch) as shown:
        for name in os.listdir(path.parent):
            (path.parent / name).unlink()
        path.parent.rmdir()
        generation = change(daemon)
        assert tells_of(path, generation)
        assert tells_of(shown, generation)


def test_all_that_was_logged_is_there_when_it_has_stopped(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    generations = [change(daemon) for _ in range(200)]
    daemon.close()
    text = log_of(scratch).read_text()
    assert [number for number in generations if f" generation {number}: " not in text] == []
    assert text.endswith(f"pid {daemon.pid} has stopped\n")


def test_what_is_wrong_with_the_interpreter_goes_to_the_file_of_today(daemon: Daemon) -> None:
    path = log_of(daemon.scratch)
    fill(path)
    assert tells_of(path, change(daemon))
    leads = {os.readlink(f"/proc/{daemon.pid}/fd/{number}") for number in (1, 2)}
    assert leads == {str(path)}


def test_a_log_on_a_disk_that_hangs_keeps_no_request_waiting(scratch: Scratch) -> None:
    log_of(scratch).parent.mkdir(mode=0o700)
    os.mkfifo(log_of(scratch))  # it takes 64 KiB, and then nothing until somebody reads
    reader = os.open(log_of(scratch), os.O_RDONLY | os.O_NONBLOCK)
    daemon = Daemon(scratch)
    for _ in range(1_500):
        daemon.request({"cmd": "set_env", "value": "builder"})
    assert answers_quickly(daemon)
    os.close(reader)
    daemon.close()


def test_a_log_directory_that_cannot_be_written_to_does_not_end_it(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    logs = log_of(scratch).parent
    scratch.run("mount", "-t", "tmpfs", "-o", "ro", "none", logs, check=True)
    try:
        change(daemon)
        assert answers_quickly(daemon)
    finally:
        scratch.run("umount", logs, check=True)
    assert tells_of(log_of(scratch), change(daemon))
    daemon.close()
