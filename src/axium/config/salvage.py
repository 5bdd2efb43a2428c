"""The wrapped names that a `prefixes.yaml` at fault still shows: none of them may run plainly."""

import re
from collections.abc import Iterator

import msgspec

from axium.config.own_files import read_bytes
from axium.config.source import mark_at
from axium.model.marks import Mark

# As an entry of the list begins, in block or in flow style, quoted or not.
_COMMAND = re.compile(
    r"""^[ \t-]*(?:\{[ \t]*)?["']?command["']?[ \t]*:[ \t]*["']?([A-Za-z0-9_][A-Za-z0-9._+-]*)""",
    re.MULTILINE,
)


class _Cache(msgspec.Struct):
    prefixed_commands: list[str] = []


def names_in(text: str, shown: str) -> Iterator[tuple[str, Mark]]:
    """Each name that a rule of this text seems to be for, with its place."""
    for found in _COMMAND.finditer(text):
        yield found[1], mark_at(text, found.start(1), shown)


def names_published(path: str) -> Iterator[tuple[str, Mark]]:
    """Each name that was wrapped when `state_cache.json` was last written."""
    try:
        cache = msgspec.json.decode(read_bytes(path) or b"", type=_Cache)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return
    for name in cache.prefixed_commands:
        yield name, Mark("state_cache.json")
