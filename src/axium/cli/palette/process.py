"""Programs that the palette starts: one whose output it reads, and the one that was chosen."""

import posix
import sys
import time

from axium.thin.launch import find
from axium.thin.usage import NOTED
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = __file__.rpartition("/cli/")[0] + "/__main__.py"
PATIENCE = 1.0
"""Seconds that a program which is asked for a list may take."""


def axium(words: list[str]) -> list[str]:
    """The command line that runs `axium WORDS`."""
    return [sys.executable, "-I", "-S", "-E", "-X", NOTED, MAIN, *words]


class Reader:
    """A program in the background whose output is collected."""

    def __init__(self, argv: list[str], environ: "Mapping[str, str]") -> None:
        self.fd, writer = posix.pipe()
        posix.set_blocking(self.fd, False)
        program = find(argv[0], dict(environ))
        try:
            self._pid = posix.posix_spawn(
                encode(program or argv[0]),
                [encode(word) for word in argv],
                {encode(name): encode(value) for name, value in environ.items()},
                file_actions=[
                    (posix.POSIX_SPAWN_OPEN, 0, "/dev/null", posix.O_RDONLY, 0),
                    (posix.POSIX_SPAWN_DUP2, writer, 1),
                    (posix.POSIX_SPAWN_OPEN, 2, "/dev/null", posix.O_WRONLY, 0),
                ],
                setpgroup=0,
            )
        except OSError:
            posix.close(self.fd)
            raise
        finally:
            posix.close(writer)
        self.said = b""

    def read(self) -> bool:
        """Take what there is; whether the program has closed its output."""
        try:
            chunk = posix.read(self.fd, 65536)
        except BlockingIOError:
            return False
        self.said += chunk
        return not chunk

    def close(self) -> None:
        """End it, if it has not ended."""
        posix.close(self.fd)
        posix.kill(self._pid, 9)  # a child of ours that is not reaped yet
        posix.waitpid(self._pid, 0)


def output(argv: list[str], environ: "Mapping[str, str]") -> bytes:
    """What a program prints within PATIENCE; nothing where it can't be started."""
    import select

    try:
        reader = Reader(argv, environ)
    except OSError:
        return b""
    deadline = time.monotonic() + PATIENCE
    while select.select([reader.fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if reader.read():
            break
    reader.close()
    return reader.said
