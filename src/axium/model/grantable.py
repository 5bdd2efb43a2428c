"""Which words may stand in a list of permissions."""

import re

from axium.model.names import VARIABLE
from axium.model.patterns import is_normal, pattern_fault
from axium.model.permissions import Field

_ACTION = re.compile(r"[a-z][a-z0-9_]*|call:[A-Za-z0-9_-][A-Za-z0-9._-]*")
_PLACE = re.compile(r"(?:listen:127\.0\.0\.1|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):(?P<port>[0-9]+)")
_PORTS = range(1, 65536)


def entry_fault(field: Field, entry: str) -> str | None:
    """Why an entry of a list can't be granted; None if it can."""
    if field in ("fs_read", "fs_write"):
        return pattern_fault(entry)
    if field == "exec" and not (is_normal(entry) if "/" in entry else entry.strip()):
        return f"`{entry}` names no program: write its name, or an absolute path"
    if field == "net" and not _is_place(entry):
        return f"`{entry}` is neither `HOST:PORT` nor `listen:127.0.0.1:PORT`"
    if field == "ipc" and not _ACTION.fullmatch(entry):
        return f"`{entry}` names no action: one looks like `read_file` or `call:LINK`"
    if field == "env" and not VARIABLE.fullmatch(entry):
        return f"`{entry}` is no name of a variable: it takes letters, digits and `_`"
    if field == "unix" and entry != "ssh-agent":
        return f"`{entry}` is no socket that can be granted: `ssh-agent` is"
    return None


def _is_place(entry: str) -> bool:
    found = _PLACE.fullmatch(entry)
    return found is not None and len(found["port"]) <= 5 and int(found["port"]) in _PORTS
