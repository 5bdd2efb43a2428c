"""`read_file` and `write_file` for a gear: what it was granted, and of axium's own nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import axium
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.daemon.test_files import NOT_READ, NOT_WRITTEN, Ground, links, said_while_swapped

BOTH = ("read_file", "write_file")


class GearGround(Ground):
    """The directories, and a gear that asks on its own channel."""

    def __init__(self, served: Served) -> None:
        self.channel = GearChannel(served)
        super().__init__(served, self.channel.ask)
        self.grant("~/open/**")

    def grant(self, *patterns: str, ipc: tuple[str, ...] = BOTH, **may: Any) -> None:
        load_gear(self.served, ipc=ipc, **{"fs_read": patterns, "fs_write": patterns, **may})


@pytest.fixture
def ground(served: Served) -> Iterator[GearGround]:
    ground = GearGround(served)
    yield ground
    ground.channel.close()


def test_a_file_is_used_by_an_entry_of_ipc_and_a_pattern_together(ground: GearGround) -> None:
    file = ground.open / "a/file"
    ground.grant("~/open/**", ipc=())
    without_entry = ground.write(file), ground.read(file)
    ground.grant(ipc=BOTH)
    without_pattern = ground.write(file), ground.read(file)
    ground.grant("~/open/**")
    assert without_entry == tuple(f"denied: permission denied: {name}" for name in BOTH[::-1])
    assert without_pattern == (NOT_WRITTEN, NOT_READ)
    assert (ground.write(file, "text"), ground.read(file)) == ("ok", "text")


def test_no_link_leads_out_of_what_is_granted(ground: GearGround) -> None:
    paths = [ground.open / path for path in links(ground).values()]
    led = [(ground.read(path), ground.write(path)) for path in paths]
    assert led == [(NOT_READ, NOT_WRITTEN)] * len(paths)
    assert os.listdir(ground.shut) == ["secret"]
    assert (ground.shut / "secret").read_text() == "secret"


@pytest.mark.parametrize("work", ["read", "write"])
def test_nothing_is_won_by_a_swap_between_look_and_use(ground: GearGround, work: str) -> None:
    said = said_while_swapped(ground, work, secs=4)
    assert said >= ({"mine", NOT_READ} if work == "read" else {"ok", NOT_WRITTEN})


def test_what_is_no_regular_file_of_that_size_is_refused(ground: GearGround) -> None:
    os.mkfifo(ground.open / "fifo")
    (ground.open / "directory").mkdir()
    with (ground.open / "sparse").open("wb") as sparse:
        sparse.truncate(8 << 30)
    ground.grant("~/open/**", "/dev/*", str(ground.served.scratch.home / "daemon.sock"))
    paths = [str(ground.open / name) for name in ("fifo", "directory")] + ["/dev/tty", "/dev/zero"]
    for path in paths:
        refused = f"invalid: {path} is not a regular file"
        assert (ground.read(path), ground.write(path)) == (refused, refused)
    assert ground.read(ground.open / "sparse") == "too_large: file too large (max 10MB)"


def test_a_socket_is_no_file(ground: GearGround) -> None:
    import socket

    path = ground.open / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        refused = f"invalid: {path} is not a regular file"
        assert (ground.read(path), ground.write(path)) == (refused, refused)


def test_one_of_several_names_of_a_file_is_not_written(ground: GearGround) -> None:
    os.link(ground.shut / "secret", ground.open / "hard")
    assert ground.write(ground.open / "hard") == NOT_WRITTEN
    assert (ground.shut / "secret").read_text() == "secret"


def test_a_name_with_nul_is_refused(ground: GearGround) -> None:
    assert ground.read(f"{ground.open}/a\0b").startswith("invalid: field `path`: contains U+0000")


def test_of_axiums_own_nothing_is_read_or_written_whatever_is_granted(ground: GearGround) -> None:
    ground.grant("/**")
    scratch = ground.served.scratch
    kept = [
        scratch.home / "envs.yaml",
        scratch.home / "gears/creds/main.py",
        scratch.home / "new",
        Path("/proc/self/environ"),
        Path(f"/proc/{os.getpid()}/environ"),
        Path(f"/proc/{os.getppid()}/root{scratch.home}/envs.yaml"),
    ]
    kept += [Path(place) / "x" for place in ground.served.services.confinements.places.own]
    said = [(str(path), ground.read(path), ground.write(path)) for path in kept]
    assert said == [(str(path), NOT_READ, NOT_WRITTEN) for path in kept]


def test_what_runs_axium_is_not_written_whatever_is_granted(ground: GearGround) -> None:
    ground.grant("/**")
    package = Path(axium.__file__).parent
    assert ground.write(package / "new.py") == NOT_WRITTEN
    assert not (package / "new.py").exists()


def test_a_link_to_axiums_own_gains_nothing(ground: GearGround) -> None:
    ground.grant("/**")
    (ground.open / "link").symlink_to(ground.served.scratch.home)
    assert ground.read(ground.open / "link/envs.yaml") == NOT_READ
    assert ground.write(ground.open / "link/new") == NOT_WRITTEN


def test_a_start_file_is_written_where_it_is_granted(ground: GearGround) -> None:
    without = ground.write("~/.bashrc")
    ground.grant("~/.bashrc")
    labels = ground.channel.ask("get_permissions")["labels"]
    assert (without, ground.write("~/.bashrc", "true")) == (NOT_WRITTEN, "ok")
    assert labels == [
        {"grant": "fs_write", "why": "writes ~/.bashrc, which starts programs"},
    ]
