"""What plugins started and a template that was killed could not end: found by its environment."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

MARK = "AXIUM_PLUGINS_OF"
"""A variable of everything that descends from a template; its value is the home."""

_ROUNDS = 50


def end_all(home: str) -> None:
    """Kill whatever has the mark of this home, until nothing has it; blocks.

    Only where no template lives: its hosts have it too.
    """
    wanted = f"{MARK}={home}".encode()
    for _ in range(_ROUNDS):
        found = list(_marked(wanted))
        if not found:
            return
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):  # or a setuid program
                os.kill(pid, signal.SIGKILL)


def _marked(wanted: bytes) -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit() and wanted in _environ(name):
            yield int(name)


def _environ(name: str) -> list[bytes]:
    """Empty for what has ended, and for what is another user's."""
    try:
        with open(f"/proc/{name}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []
