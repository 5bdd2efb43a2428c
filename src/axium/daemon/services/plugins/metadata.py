"""`.spoke_metadata.json`: what was installed from where, and how its last loading went."""

import fcntl
import os
from collections.abc import Iterable
from typing import Any

import msgspec

from axium.config.atomic import replace_file
from axium.model.plugins import Row

_NOT_KEPT = ("pid", "restarts", "late", "is_contained")
"""What is true of a running daemon alone."""


def read_metadata(directory: str) -> dict[str, dict[str, Any]]:
    """The rows by name; none where the file is missing or can't be made out."""
    try:
        with open(_file(directory), "rb") as file:
            rows = msgspec.json.decode(file.read(), type=dict[str, dict[str, Any]])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return rows


def note(directory: str, rows: Iterable[Row]) -> bool:
    """Put `last_loaded` and `status` of these into the file; False while it is locked. OSError.

    What stands there of others, and what else there is, stays.
    """
    lock = os.open(f"{directory}/.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        known = read_metadata(directory)
        made = {**known, **{row.name: _merged(known.get(row.name, {}), row) for row in rows}}
        if made != known:
            data = msgspec.json.format(msgspec.json.encode(made), indent=2)
            replace_file(_file(directory), data + b"\n", durable=False)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _merged(known: dict[str, Any], row: Row) -> dict[str, Any]:
    said = {key: value for key, value in msgspec.to_builtins(row).items() if key not in _NOT_KEPT}
    return {**known, **said}


def _file(directory: str) -> str:
    return f"{directory}/.spoke_metadata.json"
