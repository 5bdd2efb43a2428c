"""The plugins of a home that has some: loaded in order, watched, loaded again."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from axium.config.manifests import Found, discover
from axium.daemon.connection import Port
from axium.daemon.services.plugins.commands import Commands
from axium.daemon.services.plugins.host import Host
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.plugins.mended import Mended
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.services.plugins.processes import Processes
from axium.daemon.services.plugins.registrations import Registrations
from axium.daemon.services.plugins.rows import Rows
from axium.daemon.tasks import Tasks
from axium.daemon.workers import Workers
from axium.model.events import SpokeLoaded, SpokeReloaded, SpokeUnloaded
from axium.model.plugins import Row
from axium.model.suggest import nearest
from axium.wire.channel import Answer, Fault
from axium.wire.errors import Code, Refusal

log = logging.getLogger("axium.plugins")

NEXT_SECS = 2.0
"""How long the next plugin waits for one that is being loaded."""

GRACE_SECS = 1.0
"""How long a plugin that is to end may go on with what is under way."""

READ_SECS = 20.0
"""How long the disk may take to give all manifests."""


class Loading:
    """All plugins of the home, loaded one after another in the alphabet's order."""

    def __init__(self, needs: Needs, port: Port) -> None:
        self._root = needs.home.root
        self._events = needs.events
        commands = Commands(needs.home, needs.store, needs.executor)
        self._registrations = Registrations(
            needs.store, needs.events, needs.hud, needs.segments, commands
        )
        self._permissions = needs.permissions
        self._workers = Workers()
        self._coming: asyncio.Task[None] | None = None
        self._clock = needs.clock
        self._iso = needs.iso
        self._loop = asyncio.get_running_loop()
        self._items: dict[str, Installed] = {}
        self._busy = asyncio.Lock()
        self._tasks = Tasks(log)
        self._rows = Rows(self._root, needs.executor, self._tasks)
        self._processes = Processes(needs.environ, self._root, needs.logs, port, on_loss=self._lost)
        self._mended = Mended(self._try_again)
        self._is_ending = False
        self._logs = needs.logs

    async def close(self) -> None:
        """Tell of the end, and have every process of a plugin end, within some seconds."""
        self._is_ending = True
        self._mended.close()
        await self._tasks.close()
        told = asyncio.create_task(self._events.heard_out(self._say_unloaded()), name="unload")
        await told
        for item in self._items.values():
            self._forget_timer(item)
            if item.host is not None:
                self._registrations.rest(item, item.host)
                item.host.dismiss()
        await self._processes.close()

    def names(self) -> list[str]:
        """Every plugin of the home, sorted."""
        return sorted(self._items)

    def rows(self) -> list[Row]:
        """How each of them is, by name."""
        return [self._rows.of(self._items[name]) for name in self.names()]

    async def reload_all(self) -> list[str]:
        """Load all again, new ones too; those that are gone are unloaded. The names. Refusal.

        Whoever asks while one waits to begin shares that one.
        """
        if self._coming is None:
            self._coming = self._tasks.spawn("load the spokes", self._load_all())
        await asyncio.shield(self._coming)
        return self.names()

    async def _load_all(self) -> None:
        async with self._busy:
            self._coming = None
            found = await self._read()
            for name in [name for name in self._items if name not in {f.name for f in found}]:
                await self._attempt(self._items[name], self._unload(self._items[name]))
            for each in found:
                await self._load(each)
            await self._registrations.commands.publish()
            self._rows.note_soon([self._items[each.name] for each in found])
            self._follow_faulty()

    async def reload(self, name: str) -> None:
        """Load one again, or for the first time. Refusal `not_loaded`, `failed`, `timeout`."""
        async with self._busy:
            item = await self._read_and_load(name)
        self._check_loaded(item)

    async def unload(self, name: str) -> None:
        """End one, before its files go. Refusal `not_loaded`."""
        async with self._busy:
            if name not in self._items:
                raise self._unknown(name)
            await self._unload(self._items[name])
            await self._registrations.commands.publish()

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
        work = self._logs.write(item.name, "ERROR", [_encoded(line) for line in lines])
        self._tasks.spawn(f"write the log of {item.name}", work)

    async def _read(self) -> list[Found]:
        # Not on the writer thread: many manifests, or a disk that hangs, would hold up `env set`.
        return await self._workers.run("plugins", self._look, within=READ_SECS)

    def _look(self) -> list[Found]:
        self._registrations.commands.read()
        self._rows.read()
        try:
            return discover(self._root, "spokes")
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise Refusal("failed", f"{self._root}/spokes can't be read: {reason}") from None

    async def _read_and_load(self, name: str) -> Installed:
        found = next((each for each in await self._read() if each.name == name), None)
        if found is None:
            if name in self._items:
                await self._unload(self._items[name])
                await self._registrations.commands.publish()
            raise self._unknown(name)
        await self._load(found)
        await self._registrations.commands.publish()
        self._rows.note_soon([self._items[name]])
        self._follow_faulty()
        return self._items[name]

    async def _load(self, found: Found) -> None:
        """Load one, again where it is known; it may go on when this returns."""
        item = self._items.get(found.name)
        event: SpokeLoaded | SpokeReloaded = SpokeReloaded(spoke_name=found.name)
        if item is None:
            item = self._items[found.name] = Installed(found, "spoke", self)
            event = SpokeLoaded(spoke_name=found.name)
        if await self._attempt(item, self._stop(item)):
            item.begin_anew(found)
            await self._bring_up(item, event)

    async def _attempt(self, item: Installed, work: Coroutine[Any, Any, None]) -> bool:
        """Do what a full disk refuses, perhaps; it is told in the row, and the others go on."""
        try:
            await work
        except Refusal as refusal:
            item.failed(str(refusal))
            return False
        return True

    def _follow_faulty(self) -> None:
        """A change of what could not be loaded is worth another try."""
        faulty = [item for item in self._items.values() if item.status == "error"]
        self._mended.follow({item.name: (item.found.directory, item.sources) for item in faulty})

    def _try_again(self, name: str) -> None:
        async def again() -> None:
            async with self._busy:
                # Whoever mended it may have had it loaded already, or have taken it away.
                if name in self._items and self._items[name].status == "error":
                    with suppress(Refusal):
                        await self._read_and_load(name)

        self._tasks.spawn(f"try {name} again", again())

    async def _bring_up(self, item: Installed, event: SpokeLoaded | SpokeReloaded | None) -> None:
        if self._is_ending:
            return
        item.loading = self._tasks.spawn(f"load {item.name}", self._loaded(item, event))
        await asyncio.wait([item.loading], timeout=NEXT_SECS)
        if not item.loading.done():
            item.late("`register`")
            self._tasks.spawn(f"publish what {item.name} has", self._publish_after(item.loading))

    async def _publish_after(self, loading: asyncio.Task[None]) -> None:
        """Tell of the commands of one for whom nobody waits any more."""
        await asyncio.wait([loading])
        async with self._busy:
            await self._registrations.commands.publish()

    async def _loaded(self, item: Installed, event: SpokeLoaded | SpokeReloaded | None) -> None:
        manifest = item.found.manifest
        if manifest is None:
            item.failed("; ".join([str(fault) for fault in item.found.faults]))
            return
        self._permissions.load(manifest)  # `register` asks for things, too
        host = item.host = self._processes.host(item, manifest.entrypoint)
        answer = await _registered(host)
        if answer is None or item.host is not host:
            return
        if answer.report is None:
            item.host = None
            host.dismiss()
            self._permissions.unload(item.name)
            item.failed("; ".join([fault.error for fault in answer.faults]) or "did not load")
            return
        if not answer.report.stays:
            item.host = None
            host.dismiss()
        try:
            left_out = await self._registrations.give(item, host, manifest, answer.report)
        except Refusal as refusal:
            item.host = None
            host.dismiss()
            item.failed(str(refusal))
            return
        if answer.report.stays and item.host is not host:
            self._registrations.rest(item, host)  # it ended meanwhile, and is started again
            return
        item.is_active(self._iso(self._clock()), [*left_out, *[f.error for f in answer.faults]])
        if event is not None:
            self._events.emit(event)

    async def _stop(self, item: Installed) -> None:
        """End its host, and take away what it registered."""
        self._forget_timer(item)
        if item.loading is not None and not item.loading.done():
            item.loading.cancel()
        host, item.host = item.host, None
        if host is not None:
            self._registrations.rest(item, host)
            await host.end(grace_secs=GRACE_SECS if item.status == "active" else 0)
        item.status, item.error = "not-loaded", None
        await self._registrations.take(item)
        self._permissions.unload(item.name)

    async def _unload(self, item: Installed) -> None:
        if item.status == "active":
            self._events.emit(SpokeUnloaded(spoke_name=item.name))
        await self._stop(item)
        item.is_gone = True
        del self._items[item.name]

    async def _say_unloaded(self) -> None:
        for name in self.names():
            if self._items[name].status == "active":
                self._events.emit(SpokeUnloaded(spoke_name=name))

    def _retry(self, item: Installed) -> None:
        item.retry = None
        self._tasks.spawn(f"start {item.name} again", self._start_again(item))

    async def _start_again(self, item: Installed) -> None:
        async with self._busy:
            if self._items.get(item.name) is not item or item.host is not None:
                return
            item.restarts += 1
            if await self._attempt(item, self._registrations.take(item)):
                await self._bring_up(item, None)
                await self._registrations.commands.publish()

    async def _give_up(self, item: Installed) -> None:
        self._permissions.unload(item.name)
        await self._registrations.take(item)
        await self._registrations.commands.publish()
        self._rows.note_soon([item])
        self._follow_faulty()

    def _lost(self, again_secs: float | None) -> None:
        """The template ended, and every host with it: have them all again."""
        if self._is_ending:
            return
        down = [item for item in self._items.values() if item.status == "not-loaded"]
        if again_secs is None:
            for item in down:
                item.failed("the template of plugins ended too often")
            return
        log.error("the template of plugins ended; it is started again in %g s", again_secs)
        for item in down:
            self._forget_timer(item)
            item.retry = self._loop.call_later(again_secs, self._retry, item)

    def _forget_timer(self, item: Installed) -> None:
        if item.retry is not None:
            item.retry.cancel()
            item.retry = None

    def _check_loaded(self, item: Installed) -> None:
        if item.status == "active":
            return
        reason = item.error or f"its `register` has not ended within {NEXT_SECS:g} s"
        code: Code = "failed" if item.error else "timeout"
        raise Refusal(code, f"failed to reload spoke: {item.name}", hint=reason)

    def _unknown(self, name: str) -> Refusal:
        near = nearest(name, self.names())
        hint = f"did you mean `{near[0]}`?" if near else "`axium spoke list` shows what there is"
        return Refusal("not_loaded", "spoke not loaded", hint=hint)


async def _registered(host: Host) -> Answer | None:
    answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

    def then(answer: Answer | None) -> None:
        if not answered.done():
            answered.set_result(answer)

    host.register(then)
    return await answered


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "backslashreplace")
