"""A start with links that are as they were reads no YAML; a faulty file keeps what it said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from axium.config.remembered_links import read_links
from axium.links.definition import Link

LATER_NS = 5_000_000_000
GOOD = "links:\n  nas: {uri: 'wss://nas.example'}\n"
NAS = Link(name="nas", uri="wss://nas.example")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one link, whose file has not changed for a while."""
    (tmp_path / "links.yaml").write_text(GOOD)
    assert later(tmp_path) == [NAS]
    return tmp_path


def later(home: Path, last: list[Link] | None = None) -> list[Link]:
    """The links, some time after the last change of the file."""
    return read_links(str(home), last, clock_ns=lambda: time.time_ns() + LATER_NS)[0]


def test_a_second_start_needs_no_yaml(home: Path) -> None:
    code = (
        "import sys\nfrom axium.config.remembered_links import read_links\n"
        "print([link.name for link in read_links(sys.argv[1], None)[0]], 'yaml' in sys.modules)"
    )
    time.sleep(0.05)  # twice the time in which the kernel's clock of files may stand still
    done = subprocess.run(
        [sys.executable, "-c", code, home], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['nas'] False\n"


def test_another_file_is_read(home: Path) -> None:
    (home / "links.yaml").write_text(GOOD.replace("nas:", "other:"))
    assert [link.name for link in later(home)] == ["other"]


def test_a_faulty_file_keeps_what_it_said_last(home: Path) -> None:
    (home / "links.yaml").write_text("links: [\n")
    assert later(home) == [NAS]
    assert later(home, [NAS]) == [NAS]
    links, faults = read_links(str(home), None)
    assert (links, [fault.severity for fault in faults]) == ([NAS], ["error"])


def test_no_file_has_no_links_and_is_forgotten(home: Path) -> None:
    (home / "links.yaml").unlink()
    assert later(home) == []
    assert not (home / ".links").exists()


def test_a_damaged_memory_is_none(home: Path) -> None:
    (home / ".links").write_bytes(b"\x93\x01")
    assert later(home) == [NAS]


def test_a_memory_that_can_not_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "links.yaml").write_text(GOOD)
    (tmp_path / ".links").mkdir()
    assert later(tmp_path) == [NAS]
    assert os.listdir(tmp_path / ".links") == []
