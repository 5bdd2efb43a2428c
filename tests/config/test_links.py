"""`links.yaml`: what it says, what is wrong with it and where, and how it is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from axium.config.document import EditRefused
from axium.config.edit_links import HEAD, add_link, remove_link
from axium.config.links import read
from axium.links.definition import Link

NAS = Link(name="nas", uri="wss://nas.example/api/current", auth="truenas-key", secret="env:K")
DOWNLOADS = Link(name="downloads", uri="ws://127.0.0.1:6800/jsonrpc", idle=0, alias=True)

COMMENTED = """\
# ours
links:
  nas:   # the big one
    uri: "wss://nas.example/api/current"
    auth: truenas-key
    secret: "env:K"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "links.yaml"


def told(path: Path) -> list[str]:
    """The faults of the file."""
    return [str(fault) for fault in read(str(path.parent))[1]]


def test_no_file_has_no_links(path: Path) -> None:
    assert read(str(path.parent)) == ([], ())


def test_what_is_added_is_read_again(path: Path) -> None:
    add_link(str(path), NAS)
    add_link(str(path), DOWNLOADS)
    assert read(str(path.parent)) == ([NAS, DOWNLOADS], ())
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("idle", [1, 1_000_000, 1_234_567, 31_536_000])
def test_a_long_idle_time_is_written_whole(path: Path, idle: int) -> None:
    link = Link(name="n", uri="ws://127.0.0.1/", idle=idle)
    add_link(str(path), link)
    assert read(str(path.parent)) == ([link], ())


def test_every_other_byte_stays_as_it_is(path: Path) -> None:
    path.write_text(COMMENTED)
    add_link(str(path), DOWNLOADS)
    added = """\
  downloads:
    uri: "ws://127.0.0.1:6800/jsonrpc"
    idle: 0
    alias: true
"""
    assert path.read_text() == COMMENTED + added
    remove_link(str(path), "downloads")
    assert path.read_text() == COMMENTED


@pytest.mark.parametrize("name", ["3", "true", "null", "1.0", "-a"])
def test_a_name_that_yaml_takes_for_something_else_stays_a_name(path: Path, name: str) -> None:
    link = Link(name=name, uri="wss://x", auth="bearer", secret="env:K")
    add_link(str(path), link)
    assert read(str(path.parent)) == ([link], ())


@pytest.mark.parametrize("text", ["", "links:\n", "links: {}\n", "# nothing\n"])
def test_a_link_is_added_to_a_file_that_says_nothing(path: Path, text: str) -> None:
    path.write_text(text)
    add_link(str(path), DOWNLOADS)
    assert read(str(path.parent)) == ([DOWNLOADS], ())


def test_the_last_one_can_go_and_another_come(path: Path) -> None:
    add_link(str(path), NAS)
    remove_link(str(path), "nas")
    assert path.read_text() == HEAD + "links:\n"
    add_link(str(path), DOWNLOADS)
    assert read(str(path.parent)) == ([DOWNLOADS], ())


def test_links_in_one_line_come_and_go(path: Path) -> None:
    path.write_text("links: {a: {uri: 'wss://a'}, b: {uri: 'wss://b'}}\n")
    remove_link(str(path), "b")
    assert path.read_text() == "links: {a: {uri: 'wss://a'}}\n"
    remove_link(str(path), "a")
    assert read(str(path.parent)) == ([], ())


def test_a_name_is_taken_once(path: Path) -> None:
    add_link(str(path), NAS)
    with pytest.raises(EditRefused, match="there is a link `nas` already"):
        add_link(str(path), NAS)


def test_a_link_that_is_not_there_can_not_go(path: Path) -> None:
    add_link(str(path), NAS)
    with pytest.raises(EditRefused, match="there is no link `nass`") as refused:
        remove_link(str(path), "nass")
    assert refused.value.hint == "did you mean `nas`?"


def test_a_file_with_a_fault_is_not_edited(path: Path) -> None:
    path.write_text("links: 3\n")
    with pytest.raises(EditRefused, match=r"links\.yaml:1:8"):
        add_link(str(path), NAS)
    assert path.read_text() == "links: 3\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("links:\n  a: {uri: 'https://x'}\n", "2:12: link `a`: the URI is not one of a WebSocket"),
        ("links:\n  a:\n    uri: 'wss://x'\n    idle: -1\n",
         "4:11: `links.a.idle` must be a whole number from 0 to 31536000, found `-1`"),
        ("links:\n  a: {uri: 'wss://x', auth: basic}\n", "2:3: link `a`: `basic` needs a user"),
        ("links:\n  a: {uri: 'wss://u:p@x'}\n",
         "2:12: link `a`: the URI contains a user or a password"),
        ("links:\n  a: {uri: 'wss://x', auth: bearer, secret: hunter2}\n",
         "2:45: link `a`: a secret itself is not taken, since others would see it"),
        ("links:\n  a: {uri: 'wss://x', profil: aria2}\n",
         "2:23: unknown key `profil` in `links.a`"),
        ("links:\n  a: {}\n  a: {}\n", None),
        ("links: [\n", None),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(path: Path, text: str, fault: str | None) -> None:
    path.write_text(text)
    found = told(path)
    assert found
    if fault is not None:
        assert found[0] == f"links.yaml:{fault}"
    assert "hunter2" not in str(found)
