"""`axium uninstall` leaves what is the user's, and nothing else of what axium made."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.thin.paths import Home, state_dir
from tests.support import Daemon, Scratch
from tests.support.scratch import make_scratch
from tests.support.tmux import Tmux

YAML = {"envs.yaml", "hud.yaml", "prefixes.yaml"}


@pytest.fixture
def used(scratch: Scratch) -> Scratch:
    """A home that was lived in: a daemon ran, completion and shims are installed."""
    for words in (
        ("daemon", "start"),
        ("env", "set", "builder"),
        ("notify", "send", "-t", "hello"),
        ("completions", "install", "--shell", "fish"),
        ("shim", "install"),
    ):
        scratch.run("axium", *words, check=True)
    (scratch.user / ".bashrc").write_text('eval "$(axium init bash)"\n')
    return scratch


@pytest.fixture
def other() -> Iterator[Daemon]:
    """The daemon of another home."""
    scratch = make_scratch()
    daemon = Daemon(scratch)
    yield daemon
    daemon.close()
    scratch.close()


def tree(scratch: Scratch) -> set[str]:
    """Every file below the scratch directory, of which some were there before."""
    root = Path(os.path.commonpath([scratch.home, scratch.user]))
    return {str(path) for path in root.rglob("*") if path.is_symlink() or not path.is_dir()}


def in_home(scratch: Scratch) -> set[str]:
    return {path.name for path in scratch.home.rglob("*")} if scratch.home.exists() else set()


def test_what_is_the_users_stays(used: Scratch) -> None:
    done = used.run("axium", "uninstall")

    assert (done.returncode, done.stdout) == (0, "")
    assert in_home(used) == YAML
    left = f'{used.user}/.bashrc:1: eval "$(axium init bash)"'
    assert done.stderr == f"! still there, for you to take out: {left}\n"
    assert used.run("axium", "daemon", "status").stdout == "not running\n"


def test_purge_takes_the_home_too(used: Scratch) -> None:
    for name in ("permissions.yaml", "links.yaml", "registry.yaml"):
        (used.home / name).write_text("{}\n")
    used.run("axium", "uninstall", "--purge", check=True)

    left = [path for path in tree(used) if "axium" in Path(path).name]
    assert (used.home.exists(), left) == (False, [])


def test_a_link_to_the_home_stays_with_an_empty_directory(used: Scratch) -> None:
    used.run("axium", "daemon", "stop", check=True)
    place = used.user / "dotfiles"
    used.home.rename(place)
    used.home.symlink_to(place)

    done = used.run("axium", "uninstall", "--purge")

    assert (done.returncode, used.home.is_symlink(), list(place.iterdir())) == (0, True, [])


def test_a_place_of_the_socket_that_no_unit_can_have_keeps_nothing(used: Scratch) -> None:
    used.run("axium", "daemon", "stop", check=True)
    long = used.user / ("d" * 60) / ("e" * 60)
    long.mkdir(parents=True)

    used.run("axium", "uninstall", env={"AXIUM_SOCKET": f"{long}/daemon.sock"}, check=True)

    assert in_home(used) == YAML


def test_shims_in_directories_that_were_chosen_go_too(used: Scratch, other: Daemon) -> None:
    chosen, theirs, mine = (used.user / name for name in ("bin of mine", "theirs", "mine"))
    mine.mkdir()
    (mine / "tool").touch()
    for directory in (chosen, theirs, mine):
        used.run("axium", "shim", "install", "--dir", directory, check=True)
    used.run("axium", "shim", "remove", "--dir", theirs, check=True)
    other.scratch.run("axium", "shim", "install", "--dir", theirs, check=True)
    of_others = sorted(theirs.iterdir())

    used.run("axium", "uninstall", check=True)

    assert (chosen.exists(), sorted(theirs.iterdir())) == (False, of_others)
    assert [path.name for path in mine.iterdir()] == ["tool"]
    assert in_home(used) == YAML


def test_purge_leaves_files_that_axium_does_not_know(used: Scratch) -> None:
    (used.home / "notes.txt").write_text("mine")

    used.run("axium", "uninstall", "--purge", check=True)

    assert in_home(used) == {"notes.txt"}


def test_a_dry_run_names_each_piece_and_takes_none(used: Scratch) -> None:
    notes = used.home / "tmux/servers"
    notes.mkdir(parents=True, exist_ok=True)
    for pid in (1, 2):  # one after the other at the same socket
        (notes / str(pid)).write_text(f"{used.root}/gone,{pid},0\n")
    before = tree(used)

    told = used.run("axium", "uninstall", "--purge", "-n", check=True).stdout.splitlines()

    assert told.count(f"would take away the HUD of the tmux server {used.root}/gone") == 1
    assert f"would take away {used.home}/state.json" in told
    assert all(line.startswith("would take away ") for line in told)
    assert tree(used) == before
    used.run("axium", "daemon", "stop", check=True)


def test_it_can_be_done_twice(used: Scratch) -> None:
    used.run("axium", "uninstall", check=True)

    assert used.run("axium", "uninstall", "-v").returncode == 0


def test_what_a_link_of_somebody_elses_leads_to_stays(used: Scratch) -> None:
    precious = used.user / "precious"
    precious.mkdir()
    (precious / "gold").write_text("mine")
    (used.home / "run").unlink()
    (used.home / "run").symlink_to(precious)

    used.run("axium", "uninstall", check=True)

    assert (in_home(used), (precious / "gold").read_text()) == (YAML, "mine")


def test_a_tmux_server_that_hangs_does_not_keep_the_rest(used: Scratch) -> None:
    tmux = Tmux(used)
    notes = used.home / "tmux" / "servers"
    notes.mkdir()
    (notes / str(tmux.pid)).write_text(f"{tmux.variable}\n")
    (notes / "damaged").write_bytes(b"\xff\n")
    tmux.signal(signal.SIGSTOP)
    try:
        done = used.run("axium", "uninstall")
    finally:
        tmux.close()

    said = f"the HUD of the tmux server {tmux.socket} stays: the server did not answer within 3 s"
    assert (done.returncode, said in done.stderr, in_home(used)) == (2, True, YAML)


def test_a_daemon_that_hangs_keeps_what_it_would_make_anew(used: Scratch) -> None:
    pid = int((used.home / "axiumd.pid").read_text())
    before = in_home(used)
    os.kill(pid, signal.SIGSTOP)
    try:
        done = used.run("axium", "uninstall")
    finally:
        os.kill(pid, signal.SIGCONT)

    said = "✗ the daemon did not answer in time\n  nothing more was taken away"
    assert (done.returncode, said in done.stderr, in_home(used)) == (2, True, before)


@pytest.mark.parametrize("elsewhere", ["nothing listens", "the daemon of another home"])
def test_a_daemon_that_axium_socket_does_not_lead_to_keeps_its_files(
    used: Scratch, other: Daemon, elsewhere: str
) -> None:
    before = in_home(used)
    socket = used.root / "none.sock" if elsewhere == "nothing listens" else other.scratch.socket

    done = used.run("axium", "uninstall", env={"AXIUM_SOCKET": str(socket)})

    hint = f"nothing more was taken away; end the daemon first, whose pid is in {used.home}/axiumd"
    assert (done.returncode, hint in done.stderr, in_home(used)) == (2, True, before)
    assert used.run("axium", "daemon", "stop").returncode == 0
    assert other.request({"cmd": "ping"})["pid"] == other.pid


def test_the_daemon_of_another_home_is_left_alone(used: Scratch, other: Daemon) -> None:
    used.run("axium", "daemon", "stop", check=True)

    done = used.run("axium", "uninstall", env={"AXIUM_SOCKET": str(other.scratch.socket)})

    assert (done.returncode, in_home(used)) == (0, YAML)
    assert other.request({"cmd": "ping"})["pid"] == other.pid


def test_a_unit_of_somebody_elses_stays_and_keeps_nothing_else(used: Scratch) -> None:
    name = Path(state_dir(Home(str(used.home)), used.environ)).name
    unit = used.user / f".config/systemd/user/{name}.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/bin/true\n")

    done = used.run("axium", "uninstall")

    said = (
        f"! {unit} is not of axium's making\n  it stays, and so does a service that it belongs to\n"
    )
    assert (done.returncode, done.stderr.startswith(said), in_home(used)) == (0, True, YAML)
    assert unit.read_text() == "[Service]\nExecStart=/bin/true\n"
