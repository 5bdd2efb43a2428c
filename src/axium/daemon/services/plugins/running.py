"""Bringing plugins up, ending them, and starting again what ended by itself."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from axium.daemon.connection import Port
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.admission import Admission, NotAdmitted
from axium.daemon.services.plugins.host import Host
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.services.plugins.processes import Processes
from axium.daemon.services.plugins.registrations import Registrations
from axium.daemon.tasks import Tasks
from axium.daemon.workers import Workers
from axium.model.events import Event
from axium.model.manifests import Manifest
from axium.wire.channel import Answer, Fault, Report
from axium.wire.errors import Refusal

log = logging.getLogger("axium.plugins")

NEXT_SECS = 2.0
"""How long the next plugin waits for one that is being loaded."""

GRACE_SECS = 1.0
"""How long a plugin that is to end may go on with what is under way."""

LOOK_SECS = 20.0
"""How long the disk may take to give all files of a gear."""


class Running:
    """The processes of all plugins, and what is in force of each; the `Keeper` of them all.

    `busy` is held by whoever loads or ends plugins. `items` are all of them; `settled` is told
    of one that was given up while nobody waited for it.
    """

    def __init__(
        self,
        needs: Needs,
        port: Port,
        registrations: Registrations,
        admission: Admission,
        *,
        busy: asyncio.Lock,
        items: Callable[[], Iterable[Installed]],
        settled: Callable[[Installed], None],
    ) -> None:
        self._needs = needs
        self._registrations = registrations
        self._admission = admission
        self._busy = busy
        self._items = items
        self._settled = settled
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks(log)
        self._workers = Workers()
        self._processes = Processes(
            needs.environ, needs.home.root, needs.logs, port, on_loss=self._lost
        )
        self._is_ending = False

    async def quiet(self) -> None:
        """Begin nothing more."""
        self._is_ending = True
        await self._tasks.close()

    async def close(self) -> None:
        """Have every process of a plugin end, within some seconds."""
        for item in self._items():
            item.forget_timer()
            if item.host is not None:
                self._registrations.rest(item, item.host)
                item.host.dismiss()
        await self._processes.close()

    async def bring_up(self, item: Installed, event: Event | None) -> None:
        """Load one, and then emit `event`; it may go on when this returns."""
        if self._is_ending:
            return
        item.loading = self._tasks.spawn(f"load {item.name}", self._loaded(item, event))
        await asyncio.wait([item.loading], timeout=NEXT_SECS)
        if not item.loading.done():
            item.late("`register`")
            self._tasks.spawn(f"publish what {item.name} has", self._publish_after(item.loading))

    async def stop(self, item: Installed) -> None:
        """End its host, and take away what it registered. Refusal `failed`."""
        item.forget_timer()
        if item.loading is not None and not item.loading.done():
            item.loading.cancel()
        host, item.host = item.host, None
        if host is not None:
            self._registrations.rest(item, host)
            await host.end(grace_secs=GRACE_SECS if item.status == "active" else 0)
        item.status, item.error = "not-loaded", None
        await self._withdraw(item)

    async def attempt(self, item: Installed, work: Coroutine[Any, Any, None]) -> bool:
        """Do what a full disk refuses, perhaps; it is told in the row, and the others go on."""
        try:
            await work
        except Refusal as refusal:
            item.failed(str(refusal))
            return False
        return True

    def ended(self, item: Installed, host: Host, reason: str, *, is_own: bool) -> None:
        """See `Keeper`."""
        if item.host is not host or self._is_ending:
            return
        self._registrations.rest(item, host)
        item.host = None
        if not is_own:
            item.status, item.error = "not-loaded", reason
            return
        pause = item.pauses.after_end(self._loop.time())
        if pause is None:
            item.failed(f"ended {item.pauses.count} times within 10 minutes; it {reason}")
            self._tasks.spawn(f"take away what {item.name} registered", self._give_up(item))
        else:
            item.is_down(reason, pause)
            item.retry = self._loop.call_later(pause, self._retry, item)

    def keep_trace(self, item: Installed, fault: Fault) -> None:
        """See `Keeper`."""
        lines = [f"{fault.what}: {fault.error}", *fault.trace.splitlines()]
        work = self._needs.logs.write(item.name, "ERROR", [_encoded(line) for line in lines])
        self._tasks.spawn(f"write the log of {item.name}", work)

    async def _loaded(self, item: Installed, event: Event | None) -> None:
        manifest = await self._let_in(item)
        if manifest is None:
            return
        held = self._needs.confinements.of(item.name) if item.kind == "gear" else None
        host = item.host = self._processes.host(item, manifest.entrypoint, held)
        answer = await _registered(host)
        if answer is None or item.host is not host:
            return
        if answer.report is None:
            self._dismiss(item, host)
            self._forbid(item)
            item.failed("; ".join([fault.error for fault in answer.faults]) or "did not load")
            return
        if not answer.report.stays:
            self._dismiss(item, host)
        left_out = await self._give(item, host, manifest, answer.report)
        if left_out is not None:
            notes = [*item.notes, *left_out, *[fault.error for fault in answer.faults]]
            item.is_active(self._needs.iso(self._needs.clock()), notes)
            if event is not None:
                self._needs.events.emit(event)

    async def _let_in(self, item: Installed) -> Manifest | None:
        """The manifest by which it may run, from now on; None where it may not."""
        manifest = item.found.manifest
        if item.kind == "gear":
            manifest = await self._admitted(item)
        elif manifest is None:
            item.failed("; ".join([str(fault) for fault in item.found.faults]))
        if manifest is None:
            self._forbid(item)
            return None
        item.is_let_in = True
        self._needs.permissions.load(manifest)  # `register` asks for things, too
        return manifest

    async def _admitted(self, item: Installed) -> Manifest | None:
        """The manifest of a gear that was admitted; what holds it is known from then on."""
        look = partial(self._admission.admit, item.found)
        try:
            admitted = await self._workers.run("admission", look, within=LOOK_SECS)
        except NotAdmitted as refusal:
            item.refused(refusal.status, refusal.reason, refusal.standing)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            item.failed(f"{where}{(error.strerror or 'unknown reason').lower()}")
        except Refusal as refusal:
            item.failed(str(refusal))
        else:
            item.admitted(admitted.standing, admitted.notes)
            self._hold(admitted.confined)
            return admitted.manifest
        return None

    def _hold(self, confined: Confined) -> None:
        """Have it known; where the same holds already, what runs for the gear goes on."""
        known = self._needs.confinements
        if confined.name not in known or known.of(confined.name) != confined:
            known.load(confined)

    async def _give(
        self, item: Installed, host: Host, manifest: Manifest, report: Report
    ) -> list[str] | None:
        """Put in force what it registered; what could not be. None where it is of no use now."""
        try:
            left_out = await self._registrations.give(item, host, manifest, report)
        except Refusal as refusal:
            self._dismiss(item, host)
            self._forbid(item)
            item.failed(str(refusal))
            return None
        if report.stays and item.host is not host:
            self._registrations.rest(item, host)  # it ended meanwhile, and is started again
            return None
        return left_out

    def _dismiss(self, item: Installed, host: Host) -> None:
        item.host = None
        host.dismiss()

    def _forbid(self, item: Installed) -> None:
        """It may do nothing any more; nor what belongs to it elsewhere, where it is a gear."""
        if item.is_let_in:
            self._needs.permissions.unload(item.name)
            self._needs.confinements.unload(item.name)

    async def _withdraw(self, item: Installed) -> None:
        """Take away what it registered, and what it may do.

        One that never was let in has neither: what is there is another's, of the same name.
        """
        if item.is_let_in:
            self._forbid(item)
            await self._registrations.take(item)
            item.is_let_in = False

    async def _publish_after(self, loading: asyncio.Task[None]) -> None:
        """Tell of the commands of one for whom nobody waits any more."""
        await asyncio.wait([loading])
        async with self._busy:
            await self._registrations.commands.publish()

    def _retry(self, item: Installed) -> None:
        item.retry = None
        self._tasks.spawn(f"start {item.name} again", self._start_again(item))

    async def _start_again(self, item: Installed) -> None:
        async with self._busy:
            if item.is_gone or item.host is not None:
                return
            item.restarts += 1
            if await self.attempt(item, self._registrations.take(item)):
                await self.bring_up(item, None)
                await self._registrations.commands.publish()

    async def _give_up(self, item: Installed) -> None:
        await self._withdraw(item)
        await self._registrations.commands.publish()
        self._settled(item)

    def _lost(self, again_secs: float | None) -> None:
        """The template ended, and every host with it: have them all again."""
        if self._is_ending:
            return
        down = [item for item in self._items() if item.status == "not-loaded" and item.is_let_in]
        if again_secs is None:
            for item in down:
                item.failed("the template of plugins ended too often")
            return
        log.error("the template of plugins ended; it is started again in %g s", again_secs)
        for item in down:
            item.forget_timer()
            item.retry = self._loop.call_later(again_secs, self._retry, item)


async def _registered(host: Host) -> Answer | None:
    answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

    def then(answer: Answer | None) -> None:
        if not answered.done():
            answered.set_result(answer)

    host.register(then)
    return await answered


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "backslashreplace")
