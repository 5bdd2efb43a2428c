"""What a yes to a gear covers, and what takes it away."""

import os
import threading
from pathlib import Path

import pytest

from axium.config import approvals, gear_files
from axium.config.approvals import Unapprovable, changes, seen
from tests.support.approving import approve

MANIFEST = "name: g\npermissions:\n  notify: true\n  fs_read: [~/a/**]\n"


@pytest.fixture
def gear(tmp_path: Path) -> Path:
    """A gear of two files in the home `tmp_path`."""
    directory = tmp_path / "gears" / "g"
    (directory / "lib").mkdir(parents=True)
    (directory / "gear.yaml").write_text(MANIFEST)
    (directory / "main.py").write_text("print(1)\n")
    (directory / "lib" / "a.py").write_text("")
    return directory


def whole(directory: Path) -> gear_files.Seen:
    return seen(str(directory), is_editable=False)


def test_every_file_counts_with_its_path_content_and_executable_bit(gear: Path) -> None:
    first = whole(gear)
    assert sorted(first.files) == ["gear.yaml", "lib/a.py", "main.py"]
    digests = {first.digest}
    (gear / "main.py").write_text("print(2)\n")
    digests.add(whole(gear).digest)
    (gear / "main.py").chmod(0o755)
    digests.add(whole(gear).digest)
    (gear / "lib" / "a.py").rename(gear / "lib" / "b.py")
    digests.add(whole(gear).digest)
    (gear / ".hidden").write_text("")
    digests.add(whole(gear).digest)
    assert len(digests) == 5


def test_the_same_files_have_the_same_digest_whatever_their_times_and_modes(
    gear: Path, tmp_path: Path
) -> None:
    first = whole(gear)
    os.utime(gear / "main.py", (1, 1))
    (gear / "main.py").chmod(0o600)
    assert whole(gear) == first


def test_files_can_not_pass_for_others_by_how_they_are_cut() -> None:
    assert gear_files.digest_of({"a": "-:1"}) != gear_files.digest_of({"a-": ":1"})
    assert gear_files.digest_of({"a": "-:1", "b": "-:2"}) != gear_files.digest_of({"a": "-:1"})
    assert gear_files.file_digest(b"a") != gear_files.file_digest(b"a", is_executable=True)


def _link(gear: Path) -> None:
    (gear / "x.py").symlink_to("main.py")


def _linked_directory(gear: Path) -> None:
    (gear / "x").symlink_to("lib")


def _hard_link(gear: Path) -> None:
    (gear.parent.parent / "outside.py").hardlink_to(gear / "main.py")


def _fifo(gear: Path) -> None:
    os.mkfifo(gear / "x.py")


def _cache(gear: Path) -> None:
    (gear / "lib" / "__pycache__").mkdir()


def _newline(gear: Path) -> None:
    (gear / "x\nmain.py").write_text("")


def _not_utf8(gear: Path) -> None:
    (Path(os.fsdecode(os.fsencode(gear) + b"/\xff.py"))).write_text("")


def _right_to_left(gear: Path) -> None:
    (gear / "x\u202eyp.py").write_text("")


def _huge(gear: Path) -> None:
    with (gear / "x").open("wb") as file:
        file.truncate(8 << 30)


def _deep(gear: Path) -> None:
    (gear / "/".join(["d"] * 60)).mkdir(parents=True)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_link, "`x.py` is a link"),
        (_linked_directory, "`x` is a link"),
        (_hard_link, "`main.py` has a second name elsewhere (a hard link)"),
        (_fifo, "`x.py` is neither a file nor a directory"),
        (_cache, "`lib/__pycache__` is not to be there: Python's caches can't be looked through"),
        (_newline, r"`x\nmain.py` has a name that can't be shown"),
        (_not_utf8, r"`\udcff.py` has a name that can't be shown"),
        (_right_to_left, r"`x\u202eyp.py` has a name that can't be shown"),
        (_huge, "it is larger than 50 MiB, which no gear is"),
        (_deep, f"`{'d/' * 50}` is more than 50 directories deep"),
    ],
)
def test_what_can_not_be_looked_through_is_refused(gear: Path, spoil, told: str) -> None:  # type: ignore[no-untyped-def]
    spoil(gear)
    with pytest.raises(Unapprovable) as caught:
        whole(gear)
    assert str(caught.value) == told


def test_more_files_than_a_gear_has_are_refused(
    gear: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gear_files, "MOST_FILES", 3)
    with pytest.raises(Unapprovable, match="has more than 3 files"):
        whole(gear)


def test_a_file_that_is_swapped_while_it_is_read_is_never_taken_for_what_it_was(
    gear: Path, tmp_path: Path
) -> None:
    """Whatever is swapped in, the outcome is the one digest, or a refusal."""
    (tmp_path / "secret").write_text("secret")
    (gear / "good").write_bytes(b"good")
    expected = whole(gear).digest
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            (gear / "next").symlink_to(tmp_path / "secret")
            (gear / "next").rename(gear / "good")
            (gear / "next").write_bytes(b"good")
            (gear / "next").rename(gear / "good")

    swapping = threading.Thread(target=swap)
    swapping.start()
    outcomes = set()
    try:
        for _ in range(300):
            try:
                outcomes.add(tuple(sorted(whole(gear).files.values())))
            except (Unapprovable, OSError):
                continue
    finally:
        ended.set()
        swapping.join()
    secret = gear_files.file_digest(b"secret")
    assert not any(secret in files for files in outcomes)
    (gear / "next").unlink(missing_ok=True)
    assert whole(gear).digest == expected


def test_an_editable_gear_is_approved_by_its_manifest_alone(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "gear.yaml").write_text(MANIFEST)
    (project / "__pycache__").mkdir()
    (tmp_path / "gears").mkdir()
    (tmp_path / "gears" / "g").symlink_to(project)
    made = approve(tmp_path, "g")
    assert (made.is_editable, list(made.files)) == (True, ["gear.yaml"])
    (project / "main.py").write_text("anything")
    assert seen(f"{tmp_path}/gears/g", is_editable=True).digest == made.digest
    (project / "gear.yaml").write_text(MANIFEST + "version: 2.0.0\n")
    assert seen(f"{tmp_path}/gears/g", is_editable=True).digest != made.digest


def test_a_copy_is_not_covered_by_the_approval_of_a_link_nor_a_link_by_that_of_a_copy(
    gear: Path, tmp_path: Path
) -> None:
    with pytest.raises(Unapprovable, match="is no link any more"):
        seen(str(gear), is_editable=True)
    gear.rename(tmp_path / "elsewhere")
    gear.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unapprovable, match="is a link"):
        whole(gear)


def test_an_approval_is_read_back_as_it_was_written(gear: Path, tmp_path: Path) -> None:
    (gear / "gear.yaml").write_text(MANIFEST + "  exec: [sh, no-such]\n")
    made = approve(tmp_path, "g")
    assert approvals.read(str(tmp_path), "g") == made
    assert made.programs == {"sh": os.path.realpath("/bin/sh")}
    assert made.manifest == (gear / "gear.yaml").read_text()
    file = tmp_path / "gears/.approved/g.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    approvals.forget(str(tmp_path), "g")
    approvals.forget(str(tmp_path), "g")
    assert approvals.read(str(tmp_path), "g") is None


def test_an_approval_that_is_somebody_elses_or_damaged_is_none(gear: Path, tmp_path: Path) -> None:
    approve(tmp_path, "g")
    file = tmp_path / "gears/.approved/g.json"
    file.with_name("h.json").write_bytes(file.read_bytes())
    file.with_name("h.json").chmod(0o600)
    assert approvals.read(str(tmp_path), "h") is None
    file.chmod(0o622)
    assert approvals.read(str(tmp_path), "g") is None
    file.chmod(0o600)
    good = file.read_bytes()
    for bad in (b"", b"[]", good[:-20], b"\xff" + good, good.replace(b'"digest"', b'"d"')):
        file.write_bytes(bad)
        assert approvals.read(str(tmp_path), "g") is None
    file.unlink()
    os.mkfifo(file)
    assert approvals.read(str(tmp_path), "g") is None


def test_what_changed_since_is_said_in_words(gear: Path, tmp_path: Path) -> None:
    made = approve(tmp_path, "g")
    (gear / "gear.yaml").write_text(MANIFEST.replace("notify: true", "exec: [git]"))
    (gear / "main.py").chmod(0o755)
    (gear / "lib" / "a.py").unlink()
    (gear / "new.py").write_text("")
    assert changes(made, whole(gear), (gear / "gear.yaml").read_text()) == [
        "`gear.yaml` was changed",
        "`lib/a.py` is gone",
        "`main.py` became executable",
        "`new.py` is new",
        "permissions: + exec: git",
        "permissions: - notify",
    ]


def test_a_gear_without_a_manifest_can_not_be_approved(gear: Path, tmp_path: Path) -> None:
    (gear / "gear.yaml").unlink()
    with pytest.raises(FileNotFoundError):
        approve(tmp_path, "g")
