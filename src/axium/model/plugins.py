"""How a plugin fares, as everybody is told."""

from typing import Literal, NamedTuple

import msgspec

Status = Literal["active", "error", "not-loaded"]


class Row(msgspec.Struct, kw_only=True):
    """A plugin as `list_spokes` and its file of metadata have it; times are ISO 8601 UTC.

    `error` says why it is not active, or what of it is left out. Since somebody had it loaded:
    `restarts` counts how often its process was started again, `late` the calls that it did not
    answer by their deadline, `raised` the listeners and segments that raised, the last of them
    in `last_raised`. `is_contained` says whether a cgroup ends what its process starts.
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
    raised: int = 0
    last_raised: str | None = None
    is_contained: bool | None = None


class Held(NamedTuple):
    """How far a gear is held, as far as that is known.

    `sandbox` is `enforced`, `partial: ...` or `none: ...`. `is_permissive`: its user takes less
    than the first. `is_editable`: its approval is of the manifest alone.
    """

    sandbox: str
    is_permissive: bool
    is_editable: bool


class GearRow(Row, kw_only=True):
    """A gear as `list_gears` has it: a row as of spokes, and its `Held`.

    `sandbox` is empty where that was not looked at: its manifest is at fault, say.
    """

    sandbox: str = ""
    is_permissive: bool = False
    is_editable: bool = False
