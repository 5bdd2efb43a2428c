"""What was run is noted at next to no cost, and never in the way of what runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axium.thin.paths import Home
from axium.thin.usage import LARGEST, note, usage_path, used
from tests.cli.saying import said
from tests.support import Daemon, Scratch


@pytest.fixture
def around(scratch: Scratch) -> dict[str, str]:
    """The environment of a home whose state directory is there."""
    Path(usage_path(Home(str(scratch.home)), scratch.environ)).parent.mkdir()
    return scratch.environ


def noted(scratch: Scratch) -> Path:
    """The file."""
    return Path(usage_path(Home(str(scratch.home)), scratch.environ))


def test_each_run_is_a_line(scratch: Scratch, around: dict[str, str]) -> None:
    home = Home(str(scratch.home))
    for name in ("env set", "hud", "env set"):
        note(home, around, name)
    assert noted(scratch).read_text() == "env set\nhud\nenv set\n"
    assert used(home, around) == {"env set": 2, "hud": 1}


def test_what_grew_too_large_forgets_its_older_half(
    scratch: Scratch, around: dict[str, str]
) -> None:
    home = Home(str(scratch.home))
    noted(scratch).write_text("old\n" * (LARGEST // 8) + "new\n" * (LARGEST // 8))
    note(home, around, "last")
    assert noted(scratch).stat().st_size <= LARGEST // 2
    assert used(home, around) == {"new": LARGEST // 8 - 2, "last": 1}
    assert [path.name for path in noted(scratch).parent.iterdir()] == ["usage"]


@pytest.mark.parametrize("what", ["nothing", "directory", "fifo", "link", "unwritable"])
def test_a_place_that_can_not_be_written_is_no_failure(
    scratch: Scratch, around: dict[str, str], what: str
) -> None:
    home, path = Home(str(scratch.home)), noted(scratch)
    match what:
        case "nothing":
            path.parent.rmdir()
            path.parent.write_text("in the way")
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "link":
            path.symlink_to(scratch.home / "elsewhere")
        case "unwritable":
            path.parent.chmod(0o500)
    note(home, around, "env set")
    assert not (scratch.home / "elsewhere").exists()
    assert used(home, around) in ({}, {"env set": 1})  # root may write everywhere


def test_directories_are_made_where_there_is_a_home(scratch: Scratch) -> None:
    missing = {**scratch.environ, "XDG_STATE_HOME": str(scratch.user / "a/b")}
    note(Home(str(scratch.root / "none")), missing, "info")
    assert not (scratch.user / "a").exists()
    note(Home(str(scratch.home)), missing, "info")
    assert used(Home(str(scratch.home)), missing) == {"info": 1}


def test_damaged_lines_count_as_what_they_are(scratch: Scratch, around: dict[str, str]) -> None:
    noted(scratch).write_bytes(b"\xff\n\0\nenv set\nunfinis")
    assert used(Home(str(scratch.home)), around)["env set"] == 1


def test_the_command_line_notes_what_it_has_run(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "-v", "env", "set", "root", "--global")[0] == 0
    assert said(scratch, "env", "-")[0] in (0, 1)
    assert said(scratch, "env", "set")[0] == 1
    assert said(scratch, "env", "set", "--help")[0] == 0
    assert said(scratch, "daemon", "status")[0] == 0
    lines = noted(scratch).read_text().splitlines()
    assert [line for line in lines if line != "env -"] == [
        "env set",
        "daemon status",
    ]
