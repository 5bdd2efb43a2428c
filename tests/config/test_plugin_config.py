"""The files of a plugin's configuration: which they are, and what is wrong in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axium.config.plugin_config import (
    BrokenConfig,
    File,
    Files,
    Plugin,
    PluginFiles,
    files_of,
    find_plugin,
    overridden,
    plugins,
    read_part,
)
from axium.model.marks import Fault, Mark
from axium.model.plugin_config import Holed, Part


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A home with the spoke `aws`, its base file and room for overrides."""
    (tmp_path / "spokes/aws").mkdir(parents=True)
    (tmp_path / "spokes/aws/aws.yaml").write_text("timeout: 5\n")
    (tmp_path / "overrides").mkdir()
    return tmp_path


def _files(root: Path, filename: str | None = None) -> Files:
    plugin = find_plugin(str(root), "aws")
    assert plugin is not None
    return files_of(str(root), plugin, filename)


def _contents(files: PluginFiles, root: Path, filename: str | None = None) -> list[object]:
    parts = files.parts(_files(root, filename), within=f"{root}/spokes/aws")
    return [part.content for part in parts]


def test_a_spoke_is_found_before_a_gear_of_its_name(root: Path) -> None:
    (root / "gears/aws").mkdir(parents=True)
    (root / "gears/.lock").mkdir()
    assert find_plugin(str(root), "aws") == Plugin("aws", "spokes", f"{root}/spokes/aws")
    assert find_plugin(str(root), "aws", "gears") == Plugin("aws", "gears", f"{root}/gears/aws")
    assert [(found.name, found.kind) for found in plugins(str(root))] == [
        ("aws", "spokes"),
        ("aws", "gears"),
    ]


@pytest.mark.parametrize("name", ["nope", "../spokes/aws", "", ".", "..", "aws/", "core"])
def test_what_has_no_directory_is_no_plugin(root: Path, name: str) -> None:
    assert find_plugin(str(root), name) is None


def test_the_base_is_named_like_the_plugin_unless_told(root: Path) -> None:
    override = File(f"{root}/overrides/aws.yaml", "overrides/aws.yaml")
    assert _files(root) == Files(
        File(f"{root}/spokes/aws/aws.yaml", "spokes/aws/aws.yaml"), override
    )
    assert _files(root, "x.yaml") == Files(
        File(f"{root}/spokes/aws/x.yaml", "spokes/aws/x.yaml"), override
    )


@pytest.mark.parametrize("name", ["../aws.yaml", "/etc/passwd", ".hidden", "a b", "a\n", "a" * 201])
def test_a_file_is_named_by_one_plain_word(root: Path, name: str) -> None:
    with pytest.raises(ValueError, match="can't name a file of a plugin"):
        _files(root, name)


def test_an_override_follows_its_base(root: Path) -> None:
    (root / "overrides/aws.yaml").write_text("timeout: 9\n")
    assert _contents(PluginFiles(), root) == [{"timeout": 5}, {"timeout": 9}]


def test_without_a_base_that_is_named_like_the_plugin_the_override_will_do(root: Path) -> None:
    (root / "spokes/aws/aws.yaml").unlink()
    (root / "overrides/aws.yaml").write_text("timeout: 9\n")
    assert _contents(PluginFiles(), root) == [{"timeout": 9}]
    with pytest.raises(FileNotFoundError, match=r"config file not found: spokes/aws/x\.yaml"):
        _contents(PluginFiles(), root, "x.yaml")


def test_without_either_the_base_is_named(root: Path) -> None:
    (root / "spokes/aws/aws.yaml").unlink()
    with pytest.raises(FileNotFoundError, match=r"config file not found: spokes/aws/aws\.yaml"):
        _contents(PluginFiles(), root)


def test_a_broken_override_leaves_what_was_good_last_in_force(root: Path) -> None:
    files, override = PluginFiles(), root / "overrides/aws.yaml"
    override.write_text("timeout: [9\n")
    assert _contents(files, root) == [{"timeout": 5}]
    override.write_text("timeout: 9\n")
    assert _contents(files, root) == [{"timeout": 5}, {"timeout": 9}]
    override.write_text("timeout: 8\ntimeout: 7\n")
    assert _contents(files, root) == [{"timeout": 5}, {"timeout": 9}]
    assert files.faults == (
        Fault(
            Mark("overrides/aws.yaml", 2, 1),
            "the key `timeout` is there twice, first at overrides/aws.yaml:1:1",
            "take one of them away",
        ),
    )
    override.unlink()
    assert _contents(files, root) == [{"timeout": 5}]
    assert not files.faults


def test_a_broken_base_is_an_error_where_nothing_good_is_known(root: Path) -> None:
    files, base = PluginFiles(), root / "spokes/aws/aws.yaml"
    base.write_text("- a\n")
    with pytest.raises(BrokenConfig) as broken:
        _contents(files, root)
    assert str(broken.value) == "spokes/aws/aws.yaml:1:1: must be a mapping, found a list"
    base.write_text("timeout: 5\n")
    assert _contents(files, root) == [{"timeout": 5}]
    base.write_text("- a\n")
    assert _contents(files, root) == [{"timeout": 5}]


def test_reading_again_sees_what_was_mended_and_what_broke(root: Path) -> None:
    files, override = PluginFiles(), root / "overrides/aws.yaml"
    _contents(files, root)
    override.write_text("text")
    files.read_again()
    assert [str(fault) for fault in files.faults] == [
        "overrides/aws.yaml:1:1: must be a mapping, found `text`"
    ]
    override.write_text("")
    files.read_again()
    assert files.faults == ()


def test_names_that_no_file_has_are_not_kept(root: Path) -> None:
    files = PluginFiles()
    for number in range(20):
        with pytest.raises(FileNotFoundError):
            _contents(files, root, f"{number}.yaml")
    assert files.known == [f"{root}/overrides/aws.yaml"]


def test_a_base_that_leads_out_of_its_plugin_is_refused(root: Path) -> None:
    (root / "secret.yaml").write_text("token: x\n")
    base = root / "spokes/aws/aws.yaml"
    base.unlink()
    base.symlink_to("../../secret.yaml")
    with pytest.raises(BrokenConfig, match="is a symlink out of the plugin's directory"):
        _contents(PluginFiles(), root)
    base.unlink()
    (root / "spokes/aws/real.yaml").write_text("a: 1\n")
    base.symlink_to("real.yaml")
    assert _contents(PluginFiles(), root) == [{"a": 1}]


def test_a_plugin_that_is_linked_from_elsewhere_has_its_files_there(root: Path) -> None:
    elsewhere = root / "work"
    (root / "spokes/aws").rename(elsewhere)
    (root / "spokes/aws").symlink_to(elsewhere)
    assert _contents(PluginFiles(), root) == [{"timeout": 5}]


def test_a_fifo_is_a_fault_and_no_wait(root: Path) -> None:
    os.mkfifo(root / "overrides/aws.yaml")
    files = PluginFiles()
    assert _contents(files, root) == [{"timeout": 5}]
    assert [str(fault) for fault in files.faults] == [
        "overrides/aws.yaml:1:1: expected a file, found a FIFO"
    ]


def test_texts_with_holes_know_their_places(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: yes\nb: [$X, 012, {c: ~/d}]\nd: '1.10'\ne: ~\n")
    part, faults = read_part(File(str(path), "a.yaml"))
    assert faults == ()
    assert part == Part(
        {
            "a": "yes",
            "b": [
                Holed("$X", Mark("a.yaml", 2, 5)),
                12,
                {"c": Holed("~/d", Mark("a.yaml", 2, 18))},
            ],
            "d": "1.10",
            "e": None,
        },
        {
            "a": Mark("a.yaml", 1, 1),
            "b": Mark("a.yaml", 2, 1),
            "d": Mark("a.yaml", 3, 1),
            "e": Mark("a.yaml", 4, 1),
        },
    )


def test_overrides_are_the_yaml_files_of_their_directory(root: Path) -> None:
    for name in ("aws.yaml", "aws.yaml~", ".#aws.yaml", "notes.txt", "zoo.yaml"):
        (root / "overrides" / name).write_text("")
    (root / "overrides/permissions").mkdir()
    assert overridden(str(root)) == ["aws", "zoo"]
    assert overridden(str(root / "nowhere")) == []


def test_a_file_in_the_place_of_the_overrides_is_told_for_each_plugin(root: Path) -> None:
    (root / "overrides").rmdir()
    (root / "overrides").write_text("")
    files = PluginFiles()
    assert (_contents(files, root), overridden(str(root))) == ([{"timeout": 5}], [])
    assert [str(fault) for fault in files.faults] == [
        "overrides/aws.yaml:1:1: can't be read: not a directory"
    ]
