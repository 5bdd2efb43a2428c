"""A directory is removed whatever somebody has put into it, and nothing that links lead to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axium.core import trees


def nested(path: Path, depth: int) -> None:
    """A directory in a directory, deeper than any path reaches."""
    path.mkdir()
    inner = os.open(path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=inner)
        outer, inner = inner, os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)


def test_however_deep_it_is_it_goes(tmp_path: Path) -> None:
    nested(tmp_path / "gear", 5000)
    trees.remove(str(tmp_path / "gear"))
    assert os.listdir(tmp_path) == []


def test_all_that_can_be_in_it_goes_and_nothing_else(tmp_path: Path) -> None:
    gear, other = tmp_path / "gear", tmp_path / "other"
    for directory in (gear / "a/b", gear / "shut/in", other):
        directory.mkdir(parents=True)
        (directory / "file").write_text("")
    os.symlink(other, gear / "link")
    os.symlink(other, gear / "a/link")
    os.mkfifo(gear / "a/fifo")
    (gear / "shut").chmod(0)
    other.chmod(0o500)
    trees.remove(str(gear))
    assert [path.name for path in tmp_path.rglob("*")] == ["other", "file"]
    assert other.stat().st_mode & 0o777 == 0o500


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    os.symlink("kept", tmp_path / "gear")
    with pytest.raises(OSError, match="Not a directory"):
        trees.remove(str(tmp_path / "gear"))
    assert (tmp_path / "kept").is_dir()


def test_what_is_filled_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MOST_SECS", -1.0)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="again and again"):
        trees.remove(str(tmp_path))
