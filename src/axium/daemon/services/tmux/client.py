"""One bounded run of tmux on a named server; it never starts a server."""

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from axium.daemon import spawn
from axium.model.panes import Server

log = logging.getLogger("axium.tmux")

Command = Sequence[str]

Start = Callable[[str, Coroutine[None, None, None]], asyncio.Task[None]]

BOUND = 1.0
"""Seconds that one run of tmux may take; a healthy one takes two milliseconds."""

OLDEST = (3, 2)

PID: Command = ("display-message", "-p", "#{pid}")

# tmux sends all of its environment to the server: it gets what it needs and no more.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE")
# Without it tmux asks the user database, which may be on another machine.
_SHELL = {"SHELL": "/bin/sh"}


class Run(Protocol):
    """How programs are run: `spawn.run`, or a test's recorder around it."""

    def __call__(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        timeout: float,
        stdin: bytes | int = b"",
    ) -> Awaitable[spawn.Finished]: ...


class Unreachable(Exception):
    """A tmux server did not do what it was told, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TmuxMissing(Unreachable):
    """There is no tmux to run; said once, by the client."""


class TooOld(Unreachable):
    """A tmux without hidden variables."""

    def __init__(self, version: str) -> None:
        super().__init__(f"tmux {version} is older than {'.'.join(map(str, OLDEST))}")


class TooMuch(Unreachable):
    """More came out of a tmux than is taken."""


class Ready:
    """A tmux that has started and connected, and waits for its commands: half of the way is made.

    One that nobody needs is given an end of input, and ends itself.
    """

    def __init__(self, pipe: int, ended: asyncio.Future[spawn.Finished | None]) -> None:
        self._pipe = pipe
        self._ended = ended

    async def do(self, commands: Sequence[Command]) -> bool:
        """Whether `commands`, which a pipe has room for, were done; False is worth another try."""
        try:
            os.write(self._pipe, script(commands).encode(errors="surrogateescape"))
        except OSError:
            return False
        finally:
            os.close(self._pipe)
        done = await self._ended
        return done is not None and done.returncode == 0

    def drop(self) -> None:
        """It is not needed."""
        os.close(self._pipe)


class Client:
    """Runs tmux commands; it notes whether there is a tmux at all."""

    def __init__(self, environ: Mapping[str, str], run: Run) -> None:
        self._environ = _SHELL | {name: environ[name] for name in _KEPT if name in environ}
        self._run = run
        self._missing = False

    async def do(self, socket: str, *commands: Command) -> str:
        """What `commands`, run as one list, print. Unreachable; ValueError for a NUL."""
        argv = ["tmux", "-u", "-N", "-S", socket, *_joined(commands)]
        try:
            done = await self._run(argv, environ=self._environ, timeout=BOUND)
        except FileNotFoundError:
            self._note(missing=True)
            raise TmuxMissing("there is no tmux on PATH") from None
        except TimeoutError:
            raise Unreachable(f"no answer within {BOUND:g} s") from None
        except OSError as fault:
            raise Unreachable(f"tmux could not be started: {fault}") from None
        self._note(missing=False)
        if len(done.stdout) >= spawn.OUTPUT_LIMIT:
            raise TooMuch(f"tmux prints more than {spawn.OUTPUT_LIMIT >> 20} MiB")
        if done.returncode:
            raise Unreachable(_complaint(done))
        return done.stdout.decode(errors="replace")

    def prepare(self, socket: str, start: Start) -> Ready:
        """Start a tmux whose commands follow, within `BOUND` seconds."""
        theirs, ours = os.pipe()
        ended: asyncio.Future[spawn.Finished | None] = asyncio.get_running_loop().create_future()
        argv = ["tmux", "-u", "-N", "-S", socket, "source-file", "-"]

        async def run() -> None:
            done = None
            try:
                with suppress(OSError, TimeoutError):  # then the commands are not done
                    done = await self._run(argv, environ=self._environ, timeout=BOUND, stdin=theirs)
            finally:
                os.close(theirs)
                ended.set_result(done)

        start(f"have a tmux ready for {socket}", run())
        return Ready(ours, ended)

    async def ask(self, server: Server, *commands: Command) -> list[str]:
        """The lines that `commands` print on this very server, but for empty ones. Unreachable."""
        return [line for line in (await self.tell(server, *commands)).split("\n") if line]

    async def tell(self, server: Server, *commands: Command) -> str:
        """What `commands` print on this very server. Unreachable.

        A server whose socket file was removed lives on, and another one may have its path.
        """
        pid, _newline, said = (await self.do(server.socket, PID, *commands)).partition("\n")
        if pid != str(server.pid):
            raise Unreachable(f"its socket is now that of the server with pid {pid}")
        return said

    def _note(self, *, missing: bool) -> None:
        if missing and not self._missing:
            path = self._environ.get("PATH", "")
            log.warning("there is no tmux on PATH `%s`: its status line shows no HUD", path)
        elif self._missing and not missing:
            log.info("there is a tmux on PATH again")
        self._missing = missing


def is_too_old(version: str) -> bool:
    """Whether tmux `3.1c`, `next-3.2` or `openbsd-7.0` is older than `OLDEST`; unknown ones not."""
    numbers = re.fullmatch(r"(?:next-)?([0-9]+)\.([0-9]+).*", version, re.ASCII)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST


def script(commands: Sequence[Command]) -> str:
    """The lines that `source-file` reads as `commands`."""
    return "".join(" ".join(map(_quoted, command)) + "\n" for command in commands)


def size(command: Command) -> int:
    """The bytes that a command takes of the 16 KiB that one run can send."""
    return sum(len(_argument(word).encode()) + 1 for word in command) + len(";\0")


def _joined(commands: Sequence[Command]) -> list[str]:
    first, *others = commands
    argv = [_argument(word) for word in first]
    for command in others:
        argv += (";", *(_argument(word) for word in command))
    return argv


def _argument(word: str) -> str:
    """tmux ends a command at an argument that ends in `;`, and takes `\\;` for that character."""
    return word[:-1] + "\\;" if word.endswith(";") else word


def _quoted(word: str) -> str:
    """Nothing has a meaning between single quotes, and they end at the next one."""
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _complaint(done: spawn.Finished) -> str:
    said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
    return said or f"tmux ended with {done.returncode}"
