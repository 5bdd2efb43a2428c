"""The configuration as it was last read: for a start without YAML, and for what was good last.

Reading YAML takes 12 ms before the first line is read. And a file that is at
fault when the daemon starts keeps the content that was good when it last ran:
a command that was wrapped does not run plainly because of a typing error.
"""

import os
import time
from collections.abc import Callable

import msgspec

from axium import __version__
from axium.config.atomic import replace_file
from axium.config.defaults import OPTIONAL, READ
from axium.config.loaded import Loaded
from axium.config.own_files import read_bytes
from axium.model.configuration import Configuration
from axium.model.rules import RuleBook

Stamp = tuple[int, ...]
"""What tells a file from a later one of its name; empty: never the same."""

_ABSENT: Stamp = (0,)
"""Of a file that need not be there."""

_TICK_NS = 20_000_000
"""Twice the time in which the kernel's clock of files may stand still (CONFIG_HZ=100)."""

_COARSE_TICK_NS = 2_000_000_000
"""The same for file systems that keep whole seconds, or even ones."""

_SECOND_NS = 1_000_000_000


class _Memory(msgspec.Struct, frozen=True):
    version: str
    stamps: dict[str, Stamp]
    loaded: Loaded


def read_configuration(
    home: str,
    path: str,
    last: Configuration | None,
    *,
    clock_ns: Callable[[], int] = time.time_ns,
) -> Loaded:
    """What the files of `home` say; those at fault keep what they said in `last` or the memory.

    `path` is the memory's file; it is written when something else was read.
    Without `last`, and with files that are as they were, the memory is the answer.
    """
    memory = _recall(path)
    stamps = {name: stamp_of(home, name, clock_ns()) for name in READ}
    if last is None and memory is not None:
        if memory.stamps == stamps and all(stamps.values()):
            return memory.loaded
        last = memory.loaded.configuration
    from axium.config.load import load  # 12 ms, for YAML

    loaded = load(home, last)
    _remember(path, _Memory(__version__, stamps, _without_registered(loaded)))
    return loaded


def _recall(path: str) -> _Memory | None:
    try:
        memory = msgspec.msgpack.decode(read_bytes(path) or b"", type=_Memory)
    except (OSError, msgspec.DecodeError):
        return None
    return memory if memory.version == __version__ else None


def _remember(path: str, memory: _Memory) -> None:
    """Keep it if that can be done; without it the next start reads the files."""
    try:
        data = msgspec.msgpack.encode(memory)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        replace_file(path, data, durable=False)
    except (OSError, OverflowError, UnicodeEncodeError):  # a home may be named in any bytes
        return


def _without_registered(loaded: Loaded) -> Loaded:
    """Rules that were registered through the wire end with the daemon."""
    known = loaded.configuration.rules
    rules = RuleBook(user=known.user, unreadable=known.unreadable)
    configuration = msgspec.structs.replace(loaded.configuration, rules=rules)
    return msgspec.structs.replace(loaded, configuration=configuration)


def stamp_of(home: str, name: str, now_ns: int) -> Stamp:
    """Empty for a file that is missing, or so new that a further edit might not show in it."""
    try:
        found = os.stat(os.path.join(home, name))
    except FileNotFoundError:
        return _ABSENT if name in OPTIONAL else ()
    except OSError:
        return ()
    tick = _TICK_NS if found.st_mtime_ns % _SECOND_NS else _COARSE_TICK_NS
    if now_ns - max(found.st_mtime_ns, found.st_ctime_ns) < tick:
        return ()
    return (
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
    )
