"""Run a program to its end without a thread, a blocked loop or a wait without a bound."""

import asyncio
import errno
import os
import resource
import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import NamedTuple

OUTPUT_LIMIT = 4 << 20
READ_SIZE = 1 << 16
# Seconds. A killed process is gone at once, but for one that the kernel holds (state D).
REAPING = 1.0

# posix_spawn can't change the directory; the shell is replaced by the program.
_IN_DIRECTORY = 'cd -- "$1" || exit 126; shift; exec "$@"'


class Finished(NamedTuple):
    """How a program ended: its exit code, negative for a signal, and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


async def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    stdin: bytes | int = b"",
    timeout: float,  # noqa: ASYNC109 (the bound is its promise, never left out)
    limit: int = OUTPUT_LIMIT,
    open_files: int | None = None,
) -> Finished:
    """Run `argv`, found on `environ`'s PATH, in a process group of its own; it is reaped here.

    The group is killed after `timeout` seconds (TimeoutError), when the caller is cancelled, and
    when more than `limit` bytes come out of one stream (returncode -9). What the program leaves
    running is not waited for. Without `stdin` it reads /dev/null; a number is a descriptor of the
    caller's. `open_files` is its soft limit
    of descriptors, for a daemon that raised its own. OSError if it can't be started:
    FileNotFoundError if there is no such program.
    """
    child = _Child(start(argv, environ, stdin=stdin, open_files=open_files), limit)
    try:
        done, _ = await asyncio.wait([child.ended], timeout=timeout)
        if not done:
            raise TimeoutError(f"`{argv[0]}` did not end within {timeout} s")
        return child.finished()
    finally:
        await child.close()


class Handles(NamedTuple):
    """A program that was started: descriptors of it and of its outputs, the latter not blocking."""

    pid: int
    pidfd: int
    stdout: int
    stderr: int


def start(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    stdin: bytes | int = b"",
    open_files: int | None = None,
    directory: str | None = None,
) -> Handles:
    """Start `argv`, as `run` does, in this directory; whoever asks has to reap it.

    It may block as long as the disk does that the program is on. OSError if it can't be started.
    """
    from shutil import which  # 3 ms, and never needed for the first answer

    program = which(argv[0], path=environ.get("PATH", ""))
    if program is None:
        raise FileNotFoundError(errno.ENOENT, "no such program", argv[0])
    words = list(argv)
    if directory is not None:
        os.stat(directory + "/.")  # what `cd` would say later, to nobody
        words = ["sh", "-c", _IN_DIRECTORY, "sh", directory, program, *argv[1:]]
        program = "/bin/sh"
    with ExitStack() as ours, ExitStack() as theirs:
        outputs = [_pipe(ours, theirs) for _ in range(2)]
        pid = os.posix_spawn(
            program,
            words,
            dict(environ),
            file_actions=[
                _input(theirs, stdin),
                *((os.POSIX_SPAWN_DUP2, output[1], 1 + n) for n, output in enumerate(outputs)),
            ],
            setpgroup=0,
            setsigmask=(),
            setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # Python ignores these two
        )
        ours.callback(_kill_unwatched, pid)
        if open_files is not None:
            _limit_files(pid, open_files)
        pidfd = os.pidfd_open(pid)
        ours.pop_all()
    return Handles(pid, pidfd, outputs[0][0], outputs[1][0])


def _pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    read, write = os.pipe()
    ours.callback(os.close, read)
    theirs.callback(os.close, write)
    os.set_blocking(read, False)
    return read, write


def _input(
    theirs: ExitStack, data: bytes | int
) -> tuple[int, ...] | tuple[int, int, str, int, int]:
    """The file action for descriptor 0: a file in memory, which nobody has to go on feeding."""
    if isinstance(data, int):
        return os.POSIX_SPAWN_DUP2, data, 0
    if not data:
        return os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0
    file = theirs.enter_context(os.fdopen(os.memfd_create("stdin"), "wb"))
    file.write(data)
    file.seek(0)
    return os.POSIX_SPAWN_DUP2, file.fileno(), 0


def _limit_files(pid: int, soft: int) -> None:
    """posix_spawn can't set limits; done from here the child has run for microseconds at most."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ProcessLookupError, PermissionError):  # it ended, or is a setuid program
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def _kill_unwatched(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


class _Stream:
    """Our end of a pipe and what came out of it."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.data = bytearray()

    def take(self) -> bool:
        """Take one chunk; False at the end, BlockingIOError when nothing is there now."""
        chunk = os.read(self.fd, READ_SIZE)
        self.data += chunk
        return bool(chunk)


class _Child:
    """A running program; its descriptors belong to the loop until `close`."""

    def __init__(self, handles: Handles, limit: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._pid, self._pidfd = handles.pid, handles.pidfd
        self._limit = limit
        self._streams = (_Stream(handles.stdout), _Stream(handles.stderr))
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(self._pidfd, self._reap)
        for stream in self._streams:
            self._loop.add_reader(stream.fd, self._receive, stream)

    def finished(self) -> Finished:
        """The end of a program that has ended, with what is still in the pipes."""
        for stream in self._streams:
            with suppress(BlockingIOError):  # something that it left behind holds the pipe
                while len(stream.data) <= self._limit and stream.take():
                    pass
        stdout, stderr = (bytes(stream.data[: self._limit]) for stream in self._streams)
        return Finished(self.ended.result(), stdout, stderr)

    async def close(self) -> None:
        """Kill what still runs, wait for its end, give the descriptors back."""
        for stream in self._streams:
            self._loop.remove_reader(stream.fd)
            os.close(stream.fd)
        if not self.ended.done():
            self._kill()
            await asyncio.wait([self.ended], timeout=REAPING)

    def _receive(self, stream: _Stream) -> None:
        more = stream.take()
        if len(stream.data) > self._limit:
            self._kill()
            more = False
        if not more:
            self._loop.remove_reader(stream.fd)

    def _reap(self) -> None:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.ended.set_result(os.waitstatus_to_exitcode(status))

    def _kill(self) -> None:
        """Kill the group; its number can't be another's before its leader is reaped."""
        if not self.ended.done():
            os.killpg(self._pid, signal.SIGKILL)
