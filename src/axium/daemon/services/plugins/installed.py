"""One plugin of the home: what is known of it, and its process where it has one."""

import asyncio
import logging
import time
from typing import Protocol

from axium.config.manifests import Found
from axium.daemon.caller import PluginKind
from axium.daemon.ration import Ration
from axium.daemon.services.plugins.host import Host
from axium.daemon.services.plugins.mended import Sources, sources
from axium.daemon.services.plugins.pauses import Pauses
from axium.model.plugins import Held, Status
from axium.wire.channel import Fault

log = logging.getLogger("axium.plugins")


class Keeper(Protocol):
    """Who decides what follows from how a plugin fares."""

    def ended(self, item: "Installed", host: Host, reason: str, *, is_own: bool) -> None:
        """Its host is no more."""

    def keep_trace(self, item: "Installed", fault: Fault) -> None:
        """Its code raised: the traceback is for its own log."""


class Installed:
    """A plugin, and the `Owner` of its host."""

    def __init__(self, found: Found, kind: PluginKind, keeper: Keeper) -> None:
        self.found = found
        self.sources: Sources = {}
        self.kind: PluginKind = kind
        self._keeper = keeper
        self.status: Status = "not-loaded"
        self.error: str | None = None
        self.last_loaded: str | None = None
        self.host: Host | None = None
        self.pauses = Pauses()
        self.restarts = 0
        self.late_calls = 0
        self.raised_count = 0
        self.last_raised: str | None = None
        self._ration = Ration(time.monotonic)
        self.notes: tuple[str, ...] = ()
        self.standing: Held | None = None
        self.is_let_in = False
        """Whether it was given leave to run, and may have registered something."""
        self.is_gone = False
        self.loading: asyncio.Task[None] | None = None
        self.retry: asyncio.TimerHandle | None = None

    @property
    def name(self) -> str:
        """The name under which it is installed."""
        return self.found.name

    def begin_anew(self, found: Found) -> None:
        """It is to be loaded because somebody asks: how it fared before is not held against it."""
        self.found, self.pauses = found, Pauses()
        self.sources = sources(found.directory)
        self.restarts = self.late_calls = self.raised_count = 0
        self.last_raised, self.standing, self.notes = None, None, ()

    def admitted(self, standing: Held, notes: tuple[str, ...]) -> None:
        """It is a gear that may run; the notes are for its user."""
        self.standing, self.notes = standing, notes

    def refused(self, status: Status, reason: str, standing: Held | None) -> None:
        """It is a gear that may not run."""
        self.status, self.error, self.standing = status, reason, standing
        log.error("%s %s is not loaded: %s", self.kind, self.name, reason)

    def forget_timer(self) -> None:
        """It is not started again by itself."""
        if self.retry is not None:
            self.retry.cancel()
            self.retry = None

    def is_active(self, at: str, left_out: list[str]) -> None:
        """It was loaded; what of it could not be taken is told."""
        self.status, self.last_loaded = "active", at
        self.error = "; ".join(left_out) or None
        log.info("%s %s is loaded", self.kind, self.name)
        for fault in left_out:
            log.warning("%s %s: %s", self.kind, self.name, fault)

    def failed(self, reason: str) -> None:
        """It can't be loaded, and nothing will be tried before a reload."""
        self.status, self.error = "error", reason
        log.error("%s %s: %s", self.kind, self.name, reason)

    def is_down(self, reason: str, again_secs: float) -> None:
        """Its host ended, and another one is started later."""
        self.status, self.error = "not-loaded", reason
        log.error("%s %s %s; it is started again in %g s", self.kind, self.name, reason, again_secs)

    def raised(self, faults: list[Fault]) -> None:
        """See `Owner`."""
        for fault in faults:
            if self.status == "active":
                self.raised_count += 1
                self.last_raised = f"{fault.what}: {fault.error}"
            if not self._may_log():
                continue
            if self.status == "active":
                log.error("%s %s: %s: %s", self.kind, self.name, fault.what, fault.error)
            self._keeper.keep_trace(self, fault)

    def late(self, what: str) -> None:
        """See `Owner`."""
        self.late_calls += 1
        if self._may_log():
            log.warning("%s %s is late with %s", self.kind, self.name, what)

    def ended(self, host: Host, reason: str, *, is_own: bool) -> None:
        """See `Owner`."""
        self._keeper.ended(self, host, reason, is_own=is_own)

    def _may_log(self) -> bool:
        """Whether one more line is told of what it does; how many were not, is told before."""
        if not self._ration.take():
            return False
        if count := self._ration.left_out():
            log.warning("%s %s: %d more lines are left out", self.kind, self.name, count)
        return True
