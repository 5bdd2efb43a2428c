"""What was read last is remembered, wherever the home is."""

import os
from pathlib import Path

from axium.config.defaults import SHIPPED, shipped_text
from axium.config.load import load
from axium.config.remembered import read_configuration

LATER_NS = 3_000_000_000


def read_twice(home: str, path: Path) -> list[bool]:
    """Whether each of two reads gave what the files say."""
    os.mkdir(home)
    for name in SHIPPED:
        Path(home, name).write_text(shipped_text(name))
    expected = load(home, None)
    later = os.stat(home).st_mtime_ns + LATER_NS
    return [
        read_configuration(home, str(path), None, clock_ns=lambda: later) == expected
        for _ in range(2)
    ]


def test_what_was_read_is_kept_for_the_next_start(tmp_path: Path) -> None:
    memory = tmp_path / "state" / "memory"
    assert read_twice(str(tmp_path / "home"), memory) == [True, True]
    assert memory.exists()


def test_a_home_whose_name_is_not_utf8_is_read_anew_each_time(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    assert read_twice(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"), memory) == [True, True]
    assert not memory.exists()


def test_a_file_that_comes_or_goes_is_noticed_by_the_next_start(tmp_path: Path) -> None:
    home, memory = tmp_path / "home", str(tmp_path / "memory")
    read_twice(str(home), tmp_path / "memory")
    override = home / "permissions.yaml"
    override.write_text("creds: {notify: true}")
    later = os.stat(override).st_mtime_ns + LATER_NS

    def read() -> list[str]:
        loaded = read_configuration(str(home), memory, None, clock_ns=lambda: later)
        return list(loaded.configuration.permissions)

    there = [read(), read()]
    override.unlink()
    assert (there, [read(), read()]) == ([["creds"], ["creds"]], [[], []])
