"""Lines that plugins write into their logs: one each, so much a minute."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from axium.wire.errors import Refusal

LEVELS = {
    "debug": "DEBUG",
    "info": "INFO",
    "success": "SUCCESS",
    "warn": "WARNING",
    "warning": "WARNING",
    "error": "ERROR",
    "critical": "CRITICAL",
}

DAEMON = "axiumd"
"""The name of the daemon's own log."""

LONGEST = 16 * 1024
"""Letters of a message."""

ROOM_BYTES = 256 * 1024
"""What one log takes at once; it gets room again for `RATE_BYTES` a second."""

RATE_BYTES = 16 * 1024

_MOST_NAMES = 1000


class Write(Protocol):
    """Where lines go: `PluginLogs.write`."""

    def __call__(self, name: str, level: str, lines: Iterable[bytes], /) -> Awaitable[None]: ...


class LogBroker:
    """Checks what is to be written."""

    def __init__(self, write: Write, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._room: dict[str, tuple[float, float]] = {}

    async def write(self, name: str, level: str, message: str) -> None:
        """Append one line. Refusal `invalid`, `too_large`, `busy`, `failed`."""
        word = LEVELS.get(level.lower())
        if word is None:
            known = ", ".join(f"`{each}`" for each in LEVELS)
            raise Refusal("invalid", f"field `level`: `{level[:40]}` is none of {known}")
        if name == DAEMON:
            raise Refusal("denied", f"`{DAEMON}` is the name of the daemon's own log")
        if len(message) > LONGEST:
            most = f"{LONGEST} letters at most, found {len(message)}"
            raise Refusal("too_large", f"field `message`: it has {most}")
        line = message.encode(errors="backslashreplace")
        self._take_room(name, len(line))
        try:
            await self._write(name, word, [line])
        except OSError as fault:
            hint = "see that the directory is writable and has room"
            raise Refusal(
                "failed", f"logs/{name}.log could not be written: {fault.strerror}", hint=hint
            ) from None

    def _take_room(self, name: str, wanted: int) -> None:
        now = self._clock()
        had, then = self._room.get(name, (float(ROOM_BYTES), now))
        room = min(ROOM_BYTES, had + (now - then) * RATE_BYTES)
        if room < wanted:
            raise Refusal(
                "busy",
                f"too much is written to logs/{name}.log",
                hint=f"it takes {RATE_BYTES >> 10} KiB a second",
            )
        self._room.pop(name, None)
        self._room[name] = (room - wanted, now)
        if len(self._room) > _MOST_NAMES:
            del self._room[next(iter(self._room))]
