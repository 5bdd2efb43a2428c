"""What plugins are joined to."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import NamedTuple

from axium.daemon.services.confinements import Confinements
from axium.daemon.services.events import Events
from axium.daemon.services.hud import Hud
from axium.daemon.services.permissions import Permissions
from axium.daemon.services.plugins.logs import PluginLogs
from axium.daemon.services.segments import Segments
from axium.daemon.services.store import Store
from axium.thin.paths import Home


class Needs(NamedTuple):
    """The daemon's services and surroundings, as far as plugins concern them.

    `state` is the directory of what must last; for `is_strict` and `located` see `Admission`.
    """

    home: Home
    environ: Mapping[str, str]
    logs: PluginLogs
    store: Store
    events: Events
    hud: Hud
    segments: Segments
    permissions: Permissions
    confinements: Confinements
    is_strict: bool
    located: Callable[[str], str | None]
    state: str
    executor: Executor
    clock: Callable[[], float]
    iso: Callable[[float], str]
