"""The logs of plugins, `HOME/logs/NAME.log`, all written by one thread."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from axium.daemon.rotated import RotatedFile

END_SECS = 2.0
"""How long the end of the daemon waits for a disk that does not take the last lines."""

_MOST_OPEN = 64
"""Files at once: whoever speaks for the user may name any log."""

_STEERING = (
    *(code for code in range(0x20) if code != ord("\t")),
    *range(0x7F, 0xA0),
    *(0x061C, 0x200E, 0x200F),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
"""What breaks a line, moves a cursor, or turns the direction of letters."""

_ESCAPES = {code: ascii(chr(code))[1:-1] for code in _STEERING}


class PluginLogs:
    """Appends stamped lines; a disk that hangs keeps only those waiting who wait for it."""

    def __init__(self, directory: str, *, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._clock = clock
        self._files: dict[str, RotatedFile] = {}
        self._thread: ThreadPoolExecutor | None = None

    async def write(self, name: str, level: str, lines: Iterable[bytes]) -> None:
        """Append to the log of this name: `[2025-10-07 16:30:00 UTC] [LEVEL] line`. OSError.

        A line that steers terminals is written so that whoever looks at the file reads it.
        """
        stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self._clock()))
        head = f"[{stamp}] [{level}] ".encode()
        data = b"".join([head + shown(line) + b"\n" for line in lines])
        await asyncio.get_running_loop().run_in_executor(self._ready(), self._append, name, data)

    async def close(self) -> None:
        """Write what waits, as far as the disk takes it in time."""
        if self._thread is None:
            return
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._close_all)
        await asyncio.wait([written], timeout=END_SECS)
        self._thread.shutdown(wait=False)
        self._thread = None

    def _close_all(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _ready(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "plugin logs")
        return self._thread

    def _append(self, name: str, data: bytes) -> None:
        if name not in self._files:
            if len(self._files) >= _MOST_OPEN:
                self._files.pop(next(iter(self._files))).close()
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            self._files[name] = RotatedFile(f"{self._directory}/{name}.log")
        self._files[name].append(data)


def shown(line: bytes) -> bytes:
    """A line that a terminal only shows, whatever is in it."""
    text = line.decode(errors="backslashreplace")
    if text.isprintable():  # nearly all
        return text.encode()
    return text.translate(_ESCAPES).encode()
