"""Reading, listing and changing what was not granted."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from axium.plugins.sandbox.libc import buffer, call
from axium.plugins.sandbox.numbers import NUMBERS

from .table import World, attack

LEAKED = 9


def _text(path: str) -> str:
    return Path(path).read_text()


@attack()
def reads_a_file(at: World) -> object:
    return _text(f"{at.outside}/secret")


@attack()
def reads_by_dots(at: World) -> object:
    return _text(f"{at.readable}/../outside/secret")


@attack()
def reads_by_a_link_of_its_own(at: World) -> object:
    os.symlink(f"{at.outside}/secret", f"{at.writable}/link")
    return _text(f"{at.writable}/link")


@attack()
def reads_by_a_link_that_was_there(at: World) -> object:
    return _text(f"{at.readable}/link")


@attack()
def reads_by_a_hard_link(at: World) -> object:
    os.link(f"{at.outside}/secret", f"{at.writable}/hard")
    return _text(f"{at.writable}/hard")


@attack()
def moves_a_file_in(at: World) -> object:
    os.rename(f"{at.outside}/movable", f"{at.writable}/moved")
    return _text(f"{at.writable}/moved")


@attack()
def moves_a_directory_in(at: World) -> object:
    os.rename(f"{at.outside}/directory", f"{at.writable}/moved")
    return "moved"


@attack()
def reads_by_the_root_of_its_process(at: World) -> object:
    return _text(f"/proc/self/root{at.outside}/secret")


@attack()
def reads_by_its_own_directory(at: World) -> object:
    os.chdir(at.outside)
    return _text("/proc/self/cwd/secret")


@attack()
def reads_by_the_root_of_another_process(at: World) -> object:
    return _text(f"/proc/{at.victim}/root{at.outside}/secret")


@attack()
def reads_the_environment_of_another_process(at: World) -> object:
    return _text(f"/proc/{at.victim}/environ")


@attack()
def reads_the_command_line_of_another_process(at: World) -> object:
    return _text(f"/proc/{at.victim}/cmdline")


@attack()
def reads_the_memory_of_another_process(at: World) -> object:
    with open(f"/proc/{at.victim}/mem", "rb"):
        return "opened"


@attack()
def lists_the_descriptors_of_another_process(at: World) -> object:
    return os.listdir(f"/proc/{at.victim}/fd")


@attack()
def lists_processes(at: World) -> object:
    return os.listdir("/proc")


@attack()
def lists_a_directory(at: World) -> object:
    return os.listdir(at.outside)


@attack()
def lists_above_its_grants(at: World) -> object:
    return os.listdir(at.root)


@attack()
def lists_the_root(at: World) -> object:
    return os.listdir("/")


@attack()
def reads_from_a_directory_that_it_holds(at: World) -> object:
    directory = os.open(at.outside, os.O_PATH)
    return os.read(os.open("secret", os.O_RDONLY, dir_fd=directory), 100)


@attack()
def opens_again_what_it_holds(at: World) -> object:
    held = os.open(f"{at.outside}/secret", os.O_PATH)
    return os.read(os.open(f"/proc/self/fd/{held}", os.O_RDONLY), 100)


@attack(control="root")
def opens_by_a_handle(at: World) -> object:
    handle = buffer(struct.pack("=Ii", 128, 0) + bytes(128))
    mount = buffer(bytes(4))
    directory = os.open(at.outside, os.O_PATH)
    call(NUMBERS["name_to_handle_at"], directory, b"secret", handle, mount, 0)
    around = os.open(at.readable, os.O_RDONLY)
    return os.read(call(NUMBERS["open_by_handle_at"], around, handle, os.O_RDONLY), 100)


@attack()
def reads_where_it_may_only_write(at: World) -> object:
    return _text(f"{at.dropbox}/letter")


@attack()
def watches_a_directory(at: World) -> object:
    watch = call(NUMBERS["inotify_init1"], 0)
    return call(NUMBERS["inotify_add_watch"], watch, os.fsencode(at.outside), 0xFFF)


@attack()
def watches_a_directory_the_old_way(at: World) -> object:
    fcntl.fcntl(os.open(at.readable, os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE)
    return "watched"


@attack()
def has_others_wait_who_open_a_file(at: World) -> object:
    reading = os.open(f"{at.readable}/data", os.O_RDONLY)
    fcntl.fcntl(reading, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return fcntl.fcntl(reading, fcntl.F_GETLEASE) == fcntl.F_WRLCK


@attack(control="root")
def watches_everything(at: World) -> object:
    return call(NUMBERS["fanotify_init"], 0, os.O_RDONLY) or "watched"


@attack()
def reads_what_was_left_open(at: World) -> object:
    return os.pread(LEAKED, 100, 0) == b"secret"


@attack(control="root")
def makes_a_device(at: World) -> object:
    os.mknod(f"{at.writable}/device", 0o20600, os.makedev(1, 3))
    return os.open(f"{at.writable}/device", os.O_RDWR)


@attack(control="root")
def reads_the_log_of_the_kernel(at: World) -> object:
    return os.open("/dev/kmsg", os.O_RDONLY) or "opened"


@attack(control="root")
def leaves_by_chroot(at: World) -> object:
    os.chroot(at.outside)
    return _text("/secret")


@attack()
def makes_a_file(at: World) -> object:
    Path(at.outside, "made").write_text("made")
    return "made"


@attack()
def makes_a_file_without_a_name(at: World) -> object:
    return os.open(at.outside, os.O_TMPFILE | os.O_RDWR, 0o600)


@attack()
def makes_a_huge_file_where_it_may_write(at: World) -> object:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open(f"{at.scratch}/huge", "wb") as file:
        return file.truncate(5 << 30)


@attack()
def makes_a_directory(at: World) -> object:
    os.mkdir(f"{at.outside}/made")
    return "made"


@attack()
def makes_a_link(at: World) -> object:
    os.symlink("/", f"{at.outside}/made")
    return "made"


@attack()
def makes_a_fifo(at: World) -> object:
    os.mkfifo(f"{at.outside}/made")
    return "made"


@attack()
def appends(at: World) -> object:
    return os.write(os.open(f"{at.outside}/secret", os.O_WRONLY | os.O_APPEND), b"!")


@attack()
def truncates(at: World) -> object:
    os.truncate(f"{at.outside}/secret", 1)
    return "truncated"


@attack()
def truncates_by_opening(at: World) -> object:
    return os.open(f"{at.outside}/secret", os.O_RDONLY | os.O_TRUNC)


@attack()
def truncates_what_it_may_read(at: World) -> object:
    return os.open(f"{at.readable}/data", os.O_RDONLY | os.O_TRUNC)


@attack()
def truncates_what_it_may_read_by_its_path(at: World) -> object:
    os.truncate(f"{at.readable}/data", 1)
    return "truncated"


@attack()
def writes_what_it_may_read(at: World) -> object:
    return os.open(f"{at.readable}/data", os.O_WRONLY)


@attack()
def opens_again_to_write_what_it_may_read(at: World) -> object:
    reading = os.open(f"{at.readable}/data", os.O_RDONLY)
    return os.open(f"/proc/self/fd/{reading}", os.O_RDWR)


@attack()
def changes_a_mode(at: World) -> object:
    os.chmod(f"{at.outside}/secret", 0o666)
    return "changed"


@attack()
def changes_a_mode_by_the_newest_call(at: World) -> object:
    call(NUMBERS["fchmodat2"], (1 << 64) - 100, f"{at.outside}/secret".encode(), 0o666, 0)
    return "changed"


@attack()
def changes_the_mode_of_what_it_may_read(at: World) -> object:
    os.fchmod(os.open(f"{at.readable}/data", os.O_RDONLY), 0o666)
    return "changed"


@attack()
def changes_an_owner(at: World) -> object:
    os.chown(f"{at.outside}/secret", os.getuid(), os.getgid())
    return "changed"


@attack()
def changes_a_time(at: World) -> object:
    os.utime(f"{at.outside}/secret", (1, 1))
    return "changed"


@attack()
def changes_the_time_of_what_it_may_read(at: World) -> object:
    os.utime(os.open(f"{at.readable}/data", os.O_RDONLY), (1, 1))
    return "changed"


@attack()
def sets_an_attribute(at: World) -> object:
    os.setxattr(f"{at.outside}/secret", "user.axium", b"x")
    return "set"


@attack()
def sets_an_attribute_of_what_it_may_read(at: World) -> object:
    os.setxattr(os.open(f"{at.readable}/data", os.O_RDONLY), "user.axium", b"x")
    return "set"


@attack()
def sets_flags_of_what_it_may_read(at: World) -> object:
    no_dump = struct.pack("=Q", 0x40)
    fcntl.ioctl(os.open(f"{at.readable}/data", os.O_RDONLY), 0x40086602, no_dump)
    return "set"


@attack()
def makes_a_subvolume_where_it_may_read(at: World) -> object:
    named = struct.pack("=q", 0) + b"made".ljust(4088, b"\0")
    call(NUMBERS["ioctl"], os.open(at.readable, os.O_RDONLY), 0x5000940E, buffer(named))
    return "made"


@attack()
def removes_a_file(at: World) -> object:
    os.unlink(f"{at.outside}/movable")
    return "removed"


@attack()
def removes_a_directory(at: World) -> object:
    os.rmdir(f"{at.outside}/directory")
    return "removed"


@attack()
def moves_a_file_out(at: World) -> object:
    Path(at.writable, "own").write_text("own")
    os.rename(f"{at.writable}/own", f"{at.outside}/own")
    return "moved"


@attack()
def links_a_file_out(at: World) -> object:
    Path(at.writable, "own").write_text("own")
    os.link(f"{at.writable}/own", f"{at.outside}/own")
    return "linked"


@attack()
def exchanges_files(at: World) -> object:
    Path(at.writable, "own").write_text("own")
    here, there = f"{at.writable}/own".encode(), f"{at.outside}/secret".encode()
    at_cwd = (1 << 64) - 100
    call(NUMBERS["renameat2"], at_cwd, here, at_cwd, there, 2)
    return _text(f"{at.writable}/own")


@attack()
def changes_its_own_code(at: World) -> object:
    return os.open(f"{at.gear}/main.py", os.O_WRONLY)


@attack()
def adds_to_its_own_code(at: World) -> object:
    Path(at.gear, "more.py").write_text("")
    return "added"


@attack()
def changes_the_code_of_axium(at: World) -> object:
    return os.open(f"{at.package}/axium/__init__.py", os.O_WRONLY)


@attack()
def grants_itself_more(at: World) -> object:
    return os.open(f"{at.outside}/permissions.yaml", os.O_WRONLY)


@attack()
def reads_what_axium_keeps(at: World) -> object:
    return _wherever(at.own, os.listdir)


@attack()
def adds_to_what_axium_keeps(at: World) -> object:
    return _wherever(at.own, lambda place: Path(place, "made").write_text("made"))


def _wherever(places: list[str], deed: Callable[[str], object]) -> list[str]:
    """Where it could be done."""
    done = []
    for place in places:
        with suppress(OSError):
            deed(place)
            done.append(place)
    return done
