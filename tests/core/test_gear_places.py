"""What no gear writes is known by where it really is."""

from __future__ import annotations

from pathlib import Path

from axium.core.gear_places import places
from axium.thin.paths import home_of
from tests.support import Scratch


def linked(link: Path, target: Path) -> str:
    """A link to something that is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch()
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    return str(target)


def test_what_axium_runs_and_reads_counts_where_its_links_lead(scratch: Scratch) -> None:
    found = {
        linked(scratch.home / name, scratch.user / "src" / str(number))
        for number, name in enumerate(
            ("spokes/mine", "gears/mine", "envs.yaml", "overrides/mine.yaml",
             "overrides/permissions/mine.yaml", "shim_directories/a")
        )
    }  # fmt: skip
    known = places(home_of(scratch.environ), scratch.environ)
    assert {path for path in known.programs if path in found} == found


def test_start_files_count_where_they_are_kept_too(scratch: Scratch) -> None:
    kept = linked(scratch.user / ".bashrc", scratch.user / "dotfiles/bashrc")
    (scratch.user / ".local").symlink_to(scratch.user / "elsewhere")
    known = places(home_of(scratch.environ), scratch.environ)
    assert [kept, f"{scratch.user}/elsewhere/bin/a"] == [
        path for path in known.starting if path.endswith(("bashrc", "bin/a"))
    ]
