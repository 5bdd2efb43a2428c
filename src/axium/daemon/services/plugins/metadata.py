"""`.spoke_metadata.json`: how each spoke was loaded last, beside what its install wrote."""

import fcntl
import os
from collections.abc import Iterable
from typing import Any

import msgspec

from axium.config.atomic import replace_file
from axium.config.manifests import METADATA
from axium.core import spoke_metadata
from axium.model.plugins import Row

_NOT_KEPT = ("pid", "restarts", "late", "raised", "last_raised", "is_contained")
"""What is true of a running daemon alone."""


def note(root: str, rows: Iterable[Row]) -> bool:
    """Put how these were loaded into the file; False while an install has it. OSError.

    What stands there of others, and what else there is, stays.
    """
    installed = spoke_metadata.Rows(root)
    lock = os.open(
        f"{installed.directory}/{spoke_metadata.LOCK}",
        os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
        0o600,
    )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        known = installed.read()
        made = {**known, **{row.name: _merged(known.get(row.name, {}), row) for row in rows}}
        if made != known:
            data = msgspec.json.format(msgspec.json.encode(made), indent=2)
            path = f"{installed.directory}/{METADATA['spokes']}"
            replace_file(path, data + b"\n", durable=False)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _merged(known: dict[str, Any], row: Row) -> dict[str, Any]:
    said = {key: value for key, value in msgspec.to_builtins(row).items() if key not in _NOT_KEPT}
    return {**known, **said}
