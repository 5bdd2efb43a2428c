"""The log on disk: rotated, followed to a new file, and in nobody's way whatever the disk does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from axium.daemon import log_file
from axium.daemon.log_file import LogFile
from axium.daemon.rotated import KEPT, MOST_BYTES
from tests.support import until

LINE = b"x" * 999 + b"\n"


def written(directory: Path) -> dict[str, int]:
    """The files and their sizes."""
    return {path.name: path.stat().st_size for path in directory.iterdir()}


def test_what_was_written_is_there_at_the_end(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"))
    lines = [b"%d\n" % number for number in range(5_000)]
    for line in lines:
        log.write(line)
    log.close()
    assert (tmp_path / "log").read_bytes() == b"".join(lines)


def test_a_full_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"))
    for number in range(KEPT + 3):
        before = os.stat(tmp_path / "log").st_ino
        for _ in range(MOST_BYTES // len(LINE)):
            log.write(LINE)
        log.write(b"%d\n" % number)
        until(lambda before=before: os.stat(tmp_path / "log").st_ino != before)  # type: ignore[misc]
    log.close()
    assert sorted(written(tmp_path)) == ["log", "log.1", "log.2", "log.3"]
    assert all(size <= MOST_BYTES for size in written(tmp_path).values())


def test_a_log_that_cannot_be_put_aside_is_emptied(tmp_path: Path) -> None:
    for number in range(1, KEPT + 1):
        (tmp_path / f"log.{number}" / "in the way").mkdir(parents=True)
    log = LogFile(str(tmp_path / "log"))
    for _ in range(3 * MOST_BYTES // len(LINE)):
        log.write(LINE)
        time.sleep(0)
    log.close()
    assert 0 < (tmp_path / "log").stat().st_size <= MOST_BYTES


def test_a_log_that_was_taken_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log"
    path.parent.mkdir()
    log = LogFile(str(path))
    log.write(b"before\n")
    until(lambda: path.read_bytes() == b"before\n")
    path.unlink()
    path.parent.rmdir()
    log.write(b"after\n")
    log.close()
    assert path.read_bytes() == b"after\n"


def test_a_disk_that_takes_nothing_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "_END_SECS", 0.2)
    os.mkfifo(tmp_path / "log")
    reader = os.open(tmp_path / "log", os.O_RDONLY | os.O_NONBLOCK)
    log = LogFile(str(tmp_path / "log"))
    began = time.monotonic()
    for _ in range(20_000):
        log.write(LINE)
    log.close()
    took = time.monotonic() - began
    os.set_blocking(reader, True)
    assert took < 2
    said = b""
    while b"lines were dropped: the disk was too slow" not in said:
        said = said[-100:] + os.read(reader, 1 << 16)
    os.close(reader)
