"""Files that are read and written for plugins, judged by what was opened."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Literal, NoReturn, TypeVar

import msgspec

from axium.daemon.caller import Caller, is_gear
from axium.daemon.opening import open_exactly, place_of
from axium.daemon.services.confinements import Confinements
from axium.daemon.services.permissions import Permissions
from axium.daemon.workers import Workers
from axium.model.confining import why_untouchable
from axium.model.names import text_fault
from axium.wire.errors import Refusal
from axium.wire.lines import MAX_LINE

T = TypeVar("T")

MOST_BYTES = 10 << 20
WITHIN_SECS = 10.0
"""How long a disk may take, on which another one's request never waits."""

_PIECE = 1 << 18
_ENVELOPE = 4096
"""Of a reply, for what is not the content."""

_FILE_MODE = 0o600
_DIRECTORY_MODE = 0o700

Action = Literal["fs_read", "fs_write"]


class Judge:
    """Whether a plugin may use a path; the user may use any, a gear none of axium's own."""

    def __init__(
        self,
        permissions: Permissions,
        confinements: Confinements,
        caller: Caller,
        spoke: str | None,
        action: Action,
        homes: tuple[str, str],
    ) -> None:
        """`homes` are the home directory as HOME says it, and where that leads."""
        self._permissions = permissions
        self._confinements = confinements
        self._whose = (caller, spoke)
        self._action = action
        self._home, self._real_home = homes
        self.is_of_user = False

    def ask(self, path: str) -> None:
        """Decide about a path, as it was asked for or opened. Refusal `denied`, `not_loaded`."""
        why = self._why_untouchable(path)
        if why is not None:
            self.deny(path, f"a gear never gets at {path}: {why}")
        rights = self._permissions.require(*self._whose, self._action, self._named(path))
        self.is_of_user = rights is None

    def deny(self, path: str, hint: str) -> NoReturn:
        """Refuse what the patterns allow. Refusal `denied`."""
        self._permissions.refuse(*self._whose, self._action, self._named(path), hint=hint)

    def _why_untouchable(self, path: str) -> str | None:
        caller = self._whose[0]
        if not is_gear(caller):
            return None
        return why_untouchable(
            self._named(path),
            self._confinements.places,
            self._confinements.of(caller.name).directory,
            is_write=self._action == "fs_write",
        )

    def _named(self, path: str) -> str:
        """The path as patterns have it: below what HOME leads to, not below what it says."""
        is_below = path == self._home or path.startswith(self._home + "/")
        return self._real_home + path[len(self._home) :] if is_below else path


class Files:
    """Reads and writes on threads, within a bound."""

    def __init__(
        self,
        permissions: Permissions,
        confinements: Confinements,
        workers: Workers,
        *,
        user_home: str,
    ) -> None:
        self._permissions = permissions
        self._confinements = confinements
        self._workers = workers
        self._user_home = user_home
        self._real_home = os.path.realpath(user_home or "/").rstrip("/")

    async def read(self, caller: Caller, spoke: str | None, path: str) -> msgspec.Raw:
        """The text of a file, in JSON.

        Refusal `denied`, `not_loaded`, `not_found`, `invalid`, `too_large`, `failed`, `timeout`.
        """
        judge = self._judge(caller, spoke, "fs_read")
        asked = self.absolute(path)
        judge.ask(asked)
        return await self._done(caller, spoke, asked, partial(_read, asked, judge))

    async def write(self, caller: Caller, spoke: str | None, path: str, content: str) -> None:
        """Put `content` in a file's place, which keeps its mode. Refusal as `read`."""
        judge = self._judge(caller, spoke, "fs_write")
        asked = self.absolute(path)
        judge.ask(asked)
        data = _encoded(content)
        await self._done(caller, spoke, asked, partial(_write, asked, data, judge))

    def absolute(self, path: str, *, field: str = "path") -> str:
        """A path with `~` for home, without what says nothing. Refusal `invalid`."""
        if fault := text_fault(path):
            raise Refusal("invalid", f"field `{field}`: {fault}")
        if path == "~" or path.startswith("~/"):
            path = self._user_home + path[1:]
        if not path.startswith("/"):
            raise Refusal(
                "invalid",
                f"field `{field}`: `{path[:200]}` is not an absolute path",
                hint="it begins with `/`, or with `~/` for the home directory",
            )
        return "/" + "/".join([part for part in path.split("/") if part not in ("", ".")])

    def _judge(self, caller: Caller, spoke: str | None, action: Action) -> Judge:
        homes = self._user_home, self._real_home
        return Judge(self._permissions, self._confinements, caller, spoke, action, homes)

    async def _done(self, caller: Caller, spoke: str | None, path: str, work: Callable[[], T]) -> T:
        try:
            return await self._workers.run(spoke or caller.name, work, within=WITHIN_SECS)
        except FileNotFoundError:
            raise Refusal("not_found", "file not found", hint=f"there is no {path}") from None
        except OSError as fault:
            raise _refusal(path, fault) from None


def _refusal(path: str, fault: OSError) -> Refusal:
    if fault.errno == errno.ELOOP:
        return Refusal("conflict", f"{path} leads in a circle, or was changed while it was opened")
    if fault.errno == errno.ENOTDIR:
        return Refusal("not_found", "file not found", hint=f"a directory of {path} is none")
    return Refusal("failed", f"{path} could not be used: {fault.strerror}")


def _read(asked: str, judge: Judge) -> msgspec.Raw:
    real = os.path.realpath(asked)
    _judge_again(judge, real, asked)
    with _held(real, os.O_PATH) as found:
        _judge_again(judge, place_of(found), real)
        _check(os.fstat(found), real)
        # Only now: opening a device or a FIFO does something by itself.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        opened = os.open(f"/proc/self/fd/{found}", flags)
        try:
            return _in_json(_text(_content(opened), asked))
        finally:
            os.close(opened)


def _judge_again(judge: Judge, path: str, before: str) -> None:
    if path != before and not judge.is_of_user:
        judge.ask(path)


@contextmanager
def _held(path: str, flags: int) -> Iterator[int]:
    descriptor = open_exactly(path, flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _check(found: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Refusal("invalid", f"{path} is not a regular file")
    if found.st_size > MOST_BYTES:
        raise _too_large()


def _content(opened: int) -> bytearray:
    """All of a file; one in /proc says before that it has nothing, and may have no end."""
    data = bytearray()
    while piece := os.read(opened, _PIECE):
        data += piece
        if len(data) > MOST_BYTES:
            raise _too_large()
    return data


def _text(data: bytearray, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise Refusal("invalid", f"{path} is no text in UTF-8, see byte {fault.start}") from None


def _in_json(text: str) -> msgspec.Raw:
    """The text as a reply has it, where control characters take six bytes. Refusal `too_large`.

    Made here and piece by piece: 10 MiB at once keep the whole daemon for 70 ms.
    """
    pieces = [
        msgspec.json.encode(text[begin : begin + _PIECE])[1:-1]
        for begin in range(0, len(text), _PIECE)
    ]
    whole = b"".join([b'"', *pieces, b'"'])
    if len(whole) > MAX_LINE - _ENVELOPE:
        raise _too_large()
    return msgspec.Raw(whole)


def _encoded(content: str) -> bytes:
    try:
        data = content.encode()
    except UnicodeEncodeError:
        raise Refusal("invalid", "field `content`: not text that UTF-8 has") from None
    if len(data) > MOST_BYTES:
        raise _too_large()
    return data


def _too_large() -> Refusal:
    return Refusal("too_large", "file too large (max 10MB)")


def _write(asked: str, data: bytes, judge: Judge) -> None:
    real = _target(asked, judge)
    _judge_again(judge, real, asked)
    parent, name = os.path.split(real)
    if not name:
        raise Refusal("invalid", f"{asked} is not a regular file")
    directory = _made(parent)
    try:
        place = place_of(directory)
        _judge_again(judge, os.path.join(place, name), real)
        _replace(directory, name, data, _mode(directory, name, real, judge))
    finally:
        os.close(directory)


def _target(asked: str, judge: Judge) -> str:
    """Where a file is to be; for a plugin the last name is never a link that is followed."""
    if judge.is_of_user:
        return os.path.realpath(asked)
    parent, name = os.path.split(asked)
    return os.path.join(os.path.realpath(parent), name)


def _made(path: str) -> int:
    """A directory, opened; what is missing of it is made."""
    missing: list[str] = []
    while True:
        try:
            here = open_exactly(path, os.O_PATH | os.O_DIRECTORY)
            break
        except FileNotFoundError:
            path, name = os.path.split(path)
            if not name:
                raise
            missing.append(name)
    for name in reversed(missing):
        here = _below(here, name)
    return here


def _below(directory: int, name: str) -> int:
    try:
        with suppress(FileExistsError):
            os.mkdir(name, _DIRECTORY_MODE, dir_fd=directory)
        flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, dir_fd=directory)
    finally:
        os.close(directory)


def _mode(directory: int, name: str, path: str, judge: Judge) -> int:
    """The mode of the file that is replaced, or that of a new one."""
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return _FILE_MODE
    if stat.S_ISLNK(found.st_mode) and not judge.is_of_user:
        judge.deny(path, f"{path} is a link; write to where it leads")
    if not stat.S_ISREG(found.st_mode):
        raise Refusal("invalid", f"{path} is not a regular file")
    if found.st_nlink > 1 and not judge.is_of_user:
        judge.deny(path, f"{path} is one of {found.st_nlink} names of a file")
    return stat.S_IMODE(found.st_mode) & 0o777


def _replace(directory: int, name: str, data: bytes, mode: int) -> None:
    """Put `data` in the place of a name: whoever reads sees the old content or the new."""
    beside = f".axium-{os.urandom(8).hex()}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, _FILE_MODE, dir_fd=directory)
    try:
        _fill(descriptor, data, mode)
        os.rename(beside, name, src_dir_fd=directory, dst_dir_fd=directory)
    except OSError:
        with suppress(OSError):
            os.unlink(beside, dir_fd=directory)
        raise
    _sync(directory)


def _fill(descriptor: int, data: bytes, mode: int) -> None:
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(directory: int) -> None:
    # What was opened by its path alone can't be synced; a directory that can't be read neither.
    with suppress(PermissionError):
        opened = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
