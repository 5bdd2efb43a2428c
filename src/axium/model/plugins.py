"""How a plugin fares, as everybody is told."""

from typing import Literal

import msgspec

Status = Literal["active", "error", "not-loaded"]


class Row(msgspec.Struct, kw_only=True):
    """A plugin as `list_spokes` and its file of metadata have it; times are ISO 8601 UTC.

    `error` says why it is not active, or what of it is left out. `late` counts the calls
    that it did not answer by their deadline; `is_contained` says whether a cgroup ends what
    its process starts. The last four are of this daemon.
    """

    name: str
    version: str = ""
    description: str = ""
    entrypoint: str = ""
    source: str = ""
    install_mode: str = ""
    installed_at: str = ""
    last_loaded: str | None = None
    status: Status = "not-loaded"
    error: str | None = None
    pid: int | None = None
    restarts: int = 0
    late: int = 0
    is_contained: bool | None = None
