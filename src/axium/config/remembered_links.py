"""Links as links.yaml was last read: for a start without YAML, and for what was good last."""

import os
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from axium import __version__
from axium.config.atomic import replace_file
from axium.config.own_files import read_bytes
from axium.config.remembered import Stamp, stamp_of
from axium.links.definition import Link
from axium.model.marks import Fault

NAME = "links.yaml"
MEMORY = ".links"
"""In the home."""

Links = list[Link]


class _Memory(msgspec.Struct, frozen=True):
    version: str
    stamp: Stamp
    links: Links
    faults: tuple[Fault, ...]


_decode = msgspec.msgpack.Decoder(_Memory).decode


def read_links(
    home: str, last: Links | None, *, clock_ns: Callable[[], int] = time.time_ns
) -> tuple[Links, tuple[Fault, ...]]:
    """The links of `home`, and the faults of the file; at fault it says what it said last.

    Without `last` that is what the memory has; a file that is as it was is not read again.
    """
    path = os.path.join(home, MEMORY)
    memory = _recall(path)
    if not os.path.lexists(os.path.join(home, NAME)):
        if memory is not None:
            with suppress(OSError):
                os.unlink(path)
        return [], ()
    stamp = stamp_of(home, NAME, clock_ns())
    if last is None and memory is not None and memory.stamp == stamp and stamp:
        return memory.links, memory.faults
    before = last if last is not None else [] if memory is None else memory.links
    from axium.config.links import read  # 12 ms and 2 MiB, for YAML

    found, faults = read(home)
    is_good = not any(fault.severity == "error" for fault in faults)
    links = found if is_good else before
    _remember(path, _Memory(__version__, stamp, links, faults))
    return links, faults


def _recall(path: str) -> _Memory | None:
    try:
        memory = _decode(read_bytes(path) or b"")
    except (OSError, msgspec.MsgspecError):
        return None
    return memory if memory.version == __version__ else None


def _remember(path: str, memory: _Memory) -> None:
    """Keep it if that can be done; without it the next start reads the file."""
    with suppress(OSError):
        replace_file(path, msgspec.msgpack.encode(memory), durable=False)
