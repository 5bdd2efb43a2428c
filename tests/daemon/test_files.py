"""`read_file` and `write_file`: what a path leads to is what counts, and nothing blocks."""

from __future__ import annotations

import ctypes
import os
import stat
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axium.daemon import opening
from axium.daemon.services.broker import files
from axium.wire.lines import MAX_LINE
from tests.daemon.brokered import CREDS, ask_as, load, outcome
from tests.daemon.serving import Served
from tests.support import Scratch

NOT_READ = "denied: permission denied: fs_read"
NOT_WRITTEN = "denied: permission denied: fs_write"


class Ask(Protocol):
    """Asks for something on behalf of a plugin."""

    def __call__(self, cmd: str, /, **fields: Any) -> dict[str, Any]: ...


class Ground:
    """A directory `open` that the spoke may use, one `shut` that it may not."""

    def __init__(self, served: Served, ask: Ask | None = None) -> None:
        """`ask` is on whose behalf; without it that of a spoke, which may use `open`."""
        self.served = served
        self.ask = ask or partial(ask_as, served, CREDS)
        self.open = served.scratch.user / "open"
        self.shut = served.scratch.user / "shut"
        self.open.mkdir()
        self.shut.mkdir()
        (self.shut / "secret").write_text("secret")
        if ask is None:
            load(served, fs_read=("~/open/**",), fs_write=("~/open/**",))

    def read(self, path: Path | str) -> str:
        """What the spoke reads there, or how it is refused."""
        reply = self.ask("read_file", path=str(path))
        return str(reply["content"]) if reply["ok"] else outcome(reply)

    def write(self, path: Path | str, content: str = "new") -> str:
        return outcome(self.ask("write_file", path=str(path), content=content))


@pytest.fixture
def ground(served: Served) -> Ground:
    return Ground(served)


@pytest.fixture(params=["openat2", "walk"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the system call, and as a kernel without it does."""
    if request.param == "walk":
        monkeypatch.setattr(opening, "_openat2", lambda: None)
    else:
        assert opening._openat2() is not None


@pytest.mark.usefixtures("either_way")
def test_a_file_is_read_and_written_where_the_patterns_allow(ground: Ground) -> None:
    assert ground.write("~/open/a/b/c.txt", "päth\n") == "ok"
    assert ground.read("~/open/a/b/c.txt") == "päth\n"
    made = [stat.S_IMODE((ground.open / each).stat().st_mode) for each in ("a", "a/b/c.txt")]
    assert made == [0o700, 0o600]
    assert os.listdir(ground.open / "a/b") == ["c.txt"]


def test_the_user_may_use_any_file_and_is_held_to_a_spokes_patterns_in_its_name(
    served: Served, ground: Ground
) -> None:
    secret = str(ground.shut / "secret")
    assert served.ask("read_file", path=secret) == {"ok": True, "content": "secret"}
    assert outcome(served.ask("read_file", path=secret, spoke="creds")) == NOT_READ
    assert outcome(served.ask("read_file", path=secret, spoke="nobody")) == (
        "not_loaded: spoke not loaded"
    )
    assert served.ask("write_file", path="~/new/file", content="x") == {"ok": True}
    assert (served.scratch.user / "new/file").read_text() == "x"


def test_the_users_own_write_follows_a_link_and_keeps_it(served: Served) -> None:
    real, link = served.scratch.user / "real", served.scratch.user / "link"
    real.write_text("old")
    link.symlink_to("real")
    assert served.ask("write_file", path=str(link), content="new") == {"ok": True}
    assert (link.is_symlink(), real.read_text()) == (True, "new")


def test_a_file_that_is_replaced_keeps_its_mode(ground: Ground) -> None:
    script = ground.open / "script"
    script.write_text("old")
    script.chmod(0o750)
    assert ground.write(script) == "ok"
    assert (script.read_text(), stat.S_IMODE(script.stat().st_mode)) == ("new", 0o750)


def links(ground: Ground) -> dict[str, str]:
    """Names in `open` that lead out of it."""
    user = ground.served.scratch.user
    (ground.open / "link").symlink_to(ground.shut / "secret")
    (ground.open / "directory").symlink_to(ground.shut)
    (ground.open / "dangling").symlink_to(ground.shut / "none")
    (ground.open / "root").symlink_to("/proc/self/root")
    (ground.open / "cwd").symlink_to("/proc/self/cwd")
    return {
        "link": "link",
        "directory": "directory/secret",
        "dangling": "dangling",
        "root": f"root{user}/shut/secret",
        "cwd": "cwd/etc/passwd",
        "up": "../shut/secret",
        "inner up": "x/../../shut/secret",
    }


@pytest.mark.usefixtures("either_way")
def test_no_link_leads_out_of_what_may_be_read(ground: Ground) -> None:
    led = {name: ground.read(ground.open / path) for name, path in links(ground).items()}
    assert led == dict.fromkeys(led, NOT_READ)


@pytest.mark.usefixtures("either_way")
def test_no_link_leads_out_of_what_may_be_written(ground: Ground) -> None:
    led = {name: ground.write(ground.open / path) for name, path in links(ground).items()}
    assert led == dict.fromkeys(led, NOT_WRITTEN)
    assert os.listdir(ground.shut) == ["secret"]
    assert (ground.shut / "secret").read_text() == "secret"


@pytest.mark.usefixtures("either_way")
def test_a_link_within_what_may_be_read_is_followed(ground: Ground) -> None:
    (ground.open / "a").write_text("there")
    (ground.open / "link").symlink_to("a")
    assert ground.read(ground.open / "link") == "there"


@pytest.mark.usefixtures("either_way")
def test_a_home_that_is_a_link_itself_is_still_home(scratch: Scratch) -> None:
    real = scratch.root / "elsewhere"
    scratch.user.rename(real)
    scratch.user.symlink_to(real)
    served = Served(scratch)
    ground = Ground(served)
    assert ground.write("~/open/x", "text") == "ok"
    assert ground.read("~/open/x") == "text"
    served.close()


def test_what_is_no_regular_file_is_refused_at_once(ground: Ground) -> None:
    os.mkfifo(ground.open / "fifo")
    (ground.open / "directory").mkdir()
    begun = time.monotonic()
    for name in ("fifo", "directory"):
        path = ground.open / name
        refused = f"invalid: {path} is not a regular file"
        assert (ground.read(path), ground.write(path)) == (refused, refused)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/proc/self", "/"])
def test_devices_are_nothing_that_the_user_reads_either(served: Served, path: str) -> None:
    assert served.ask("read_file", path=path)["code"] == "invalid"


def test_a_file_of_the_kernel_is_read_to_its_end(served: Served) -> None:
    content = served.ask("read_file", path="/proc/self/status")["content"]
    assert content.startswith("Name:")


def test_a_hard_link_is_not_written_through_a_plugin(ground: Ground) -> None:
    os.link(ground.shut / "secret", ground.open / "hard")
    assert ground.write(ground.open / "hard") == NOT_WRITTEN
    assert (ground.shut / "secret").read_text() == "secret"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("open/x", "invalid: field `path`: `open/x` is not an absolute path"),
        ("", "invalid: field `path`: `` is not an absolute path"),
        ("~creds/x", "invalid: field `path`: `~creds/x` is not an absolute path"),
        ("/a\0b", "invalid: field `path`: contains U+0000, which can't be handed to a program"),
        ("~/open/none", "not_found: file not found"),
        ("~/open/file/x", "not_found: file not found"),
        ("~//open/./file", "text"),
        ("~/open/" + "x" * 300, None),
        ("/" * 5000, NOT_READ),
    ],
)
def test_paths_are_absolute_and_there(ground: Ground, path: str, expected: str | None) -> None:
    (ground.open / "file").write_text("text")
    said = ground.read(path)
    assert said == expected or (expected is None and said.startswith("failed: "))


def test_a_name_that_can_not_be_is_told(served: Served) -> None:
    reply = served.ask("write_file", path="/" + "x" * 300, content="")
    assert outcome(reply) == f"failed: /{'x' * 300} could not be used: File name too long"


def test_ten_mebibytes_are_the_most(ground: Ground) -> None:
    exact = ground.open / "exact"
    exact.write_bytes(b"x" * (10 << 20))
    assert len(ground.read(exact)) == 10 << 20
    with exact.open("ab") as file:
        file.write(b"x")
    assert ground.read(exact) == "too_large: file too large (max 10MB)"
    assert ground.write(exact, "y" * ((10 << 20) + 1)) == "too_large: file too large (max 10MB)"


def test_a_reply_is_no_longer_than_a_line_may_be(served: Served) -> None:
    path = served.scratch.user / "control"
    path.write_bytes(b"\1" * (4 << 20))
    raw = served.send(b'{"cmd": "read_file", "path": "%s"}\n' % bytes(path))
    assert len(raw) <= MAX_LINE
    assert b'"code":"too_large"' in raw


def test_what_is_no_text_is_not_altered_but_refused(ground: Ground) -> None:
    (ground.open / "binary").write_bytes(b"ab\xff")
    said = ground.read(ground.open / "binary")
    assert said == f"invalid: {ground.open}/binary is no text in UTF-8, see byte 2"


def test_a_full_disk_replaces_nothing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ground.open / "file"
    path.write_text("old")

    def full(_descriptor: int, _data: Any, _mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_fill", full)
    assert ground.write(path) == f"failed: {path} could not be used: No space left on device"
    assert (os.listdir(ground.open), path.read_text()) == (["file"], "old")


def test_decisions_name_the_path_that_was_asked_for_and_the_one_it_led_to(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "axium.security")
    (ground.open / "link").symlink_to(ground.shut / "secret")
    ground.read("~/open/link")
    rest = " detail=None via_override=false"
    assert [each.getMessage() for each in caplog.records if each.name == "axium.security"] == [
        f"[SECURITY] spoke=creds action=fs_read:{ground.open}/link allowed=true{rest}",
        f"[SECURITY] spoke=creds action=fs_read:{ground.shut}/secret allowed=false{rest}",
    ]


def test_whether_a_file_is_there_that_may_not_be_read_is_not_told(ground: Ground) -> None:
    assert ground.read(ground.shut / "none") == ground.read(ground.shut / "secret") == NOT_READ


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("work", ["read", "write"])
def test_nothing_is_won_by_a_swap_between_look_and_use(ground: Ground, work: str) -> None:
    """For four seconds a directory and a link out of the granted tree change places."""
    assert said_while_swapped(ground, work, secs=4) >= (
        {"mine", NOT_READ} if work == "read" else {"ok", NOT_WRITTEN}
    )


def said_while_swapped(ground: Ground, work: str, *, secs: float) -> set[str]:
    """What is said to whoever reads or writes meanwhile; AssertionError where that got out."""
    inner, target = ground.open / "inner", ground.open / "inner/secret"
    inner.mkdir()
    target.write_text("mine")
    over = threading.Event()
    swapper = threading.Thread(target=_swap, args=(ground.open, ground.shut, over))
    swapper.start()
    said = set()
    try:
        until = time.monotonic() + secs
        while time.monotonic() < until:
            said.add(ground.read(target) if work == "read" else ground.write(target, "mine"))
    finally:
        over.set()
        swapper.join()
    assert (ground.shut / "secret").read_text() == "secret"
    assert os.listdir(ground.shut) == ["secret"]
    assert "secret" not in said
    return said


def _swap(directory: Path, shut: Path, over: threading.Event) -> None:
    """Exchange them at once, so that the name is always there."""
    libc = ctypes.CDLL(None, use_errno=True)
    (directory / "link").symlink_to(shut)
    names = os.fsencode(directory / "inner"), os.fsencode(directory / "link")
    while not over.is_set():
        done = libc.renameat2(-100, names[0], -100, names[1], 2)
        assert done == 0, os.strerror(ctypes.get_errno())


def test_a_disk_that_hangs_holds_up_nobody_else(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    read: Callable[..., msgspec.Raw] = files._read

    def hanging(asked: str, judge: files.Judge) -> msgspec.Raw:
        if asked.endswith("slow"):
            goes_on.wait(20)
        return read(asked, judge)

    monkeypatch.setattr(files, "_read", hanging)
    monkeypatch.setattr(files, "WITHIN_SECS", 0.3)
    (ground.open / "fast").write_text("fast")
    slow = [ground.read("~/open/slow") for _ in range(4)]
    assert slow == ["timeout: a disk or a program did not answer within 0.3 s"] * 4
    assert ground.read("~/open/fast").startswith("timeout: ")
    path = str(ground.open / "fast")
    assert ground.served.ask("read_file", path=path) == {"ok": True, "content": "fast"}
    goes_on.set()
    ground.served.settled()


NASTY = st.sampled_from(
    ["..", ".", "", "shut", "secret", "open", "link", "dir", "proc", "self", "root", "etc", "~"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parts=st.lists(NASTY, max_size=7), lead=st.sampled_from(["~/open/", "~/", "/", "~/open/dir/"])
)
def test_no_path_reads_or_writes_what_is_not_granted(
    shared: Ground, parts: list[str], lead: str
) -> None:
    path = lead + "/".join(parts)
    assert shared.read(path) != "secret"
    shared.write(path)
    assert (shared.shut / "secret").read_text() == "secret"
    assert os.listdir(shared.shut) == ["secret"]


@pytest.fixture
def shared(ground: Ground) -> Ground:
    (ground.open / "link").symlink_to(ground.shut / "secret")
    (ground.open / "dir").symlink_to(ground.shut)
    return ground
