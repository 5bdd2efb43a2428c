"""The plugins of a home that has some: which there are, and when each is loaded or unloaded."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from axium.config.manifests import Found, discover, find
from axium.core.sandbox_level import levels
from axium.daemon.caller import PluginKind
from axium.daemon.connection import Port
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.admission import Admission, NotAdmitted, taken
from axium.daemon.services.plugins.commands import Commands
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.plugins.kinds import KINDS, Place
from axium.daemon.services.plugins.mended import Mended
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.services.plugins.registrations import Registrations
from axium.daemon.services.plugins.rows import Rows
from axium.daemon.services.plugins.running import LOOK_SECS, NEXT_SECS, Running
from axium.daemon.tasks import Tasks
from axium.daemon.workers import Workers
from axium.model.plugins import GearRow, Row
from axium.model.suggest import nearest
from axium.wire.errors import Code, Refusal

log = logging.getLogger("axium.plugins")

READ_SECS = 20.0
"""How long the disk may take to give all manifests."""


class Loading:
    """All plugins of the home, loaded one after another: spokes, then gears, each by name."""

    def __init__(self, needs: Needs, port: Port) -> None:
        self._root = needs.home.root
        self._events = needs.events
        commands = Commands(needs.home, needs.store, needs.executor)
        self._registrations = Registrations(
            needs.store,
            needs.events,
            needs.hud,
            needs.segments,
            commands,
            names=lambda: {name for _kind, name in self._items},
        )
        self._admission = Admission(
            self._root,
            needs.state,
            needs.confinements.look_again,
            is_strict=needs.is_strict,
            located=needs.located,
            levels=levels,
        )
        self._workers = Workers()
        self._coming: dict[tuple[PluginKind, ...], asyncio.Task[None]] = {}
        self._items: dict[Place, Installed] = {}
        self._busy = asyncio.Lock()
        self._tasks = Tasks(log)
        self._rows = Rows(self._root, needs.executor, self._tasks)
        self._mended = Mended(self._try_again)
        self._running = Running(
            needs,
            port,
            self._registrations,
            self._admission,
            busy=self._busy,
            items=lambda: list(self._items.values()),
            settled=lambda item: self._settled([item]),
        )

    async def close(self) -> None:
        """Tell of the end, and have every process of a plugin end, within some seconds."""
        self._mended.close()
        await self._running.quiet()
        await self._tasks.close()
        told = asyncio.create_task(self._events.heard_out(self._say_unloaded()), name="unload")
        await told
        await self._running.close()

    def names(self, kind: PluginKind) -> list[str]:
        """Every plugin of this kind in the home, sorted."""
        return [item.name for item in self._in_order() if item.kind == kind]

    def spokes(self) -> list[Row]:
        """How each spoke is, by name."""
        return [self._rows.of(item) for item in self._in_order() if item.kind == "spoke"]

    def gears(self) -> list[GearRow]:
        """How each gear is, by name."""
        return [self._rows.of_gear(item) for item in self._in_order() if item.kind == "gear"]

    async def reload_all(self, kinds: tuple[PluginKind, ...]) -> None:
        """Load all again, new ones too; those that are gone are unloaded. Refusal.

        Whoever asks while one waits to begin shares that one.
        """
        if kinds not in self._coming:
            work = self._load_all(kinds)
            self._coming[kinds] = self._tasks.spawn(f"load the {' and '.join(kinds)}s", work)
        await asyncio.shield(self._coming[kinds])

    async def reload(self, kind: PluginKind, name: str) -> None:
        """Load one again, or for the first time. Refusal `not_loaded`, `failed`, `timeout`."""
        async with self._busy:
            item = await self._read_and_load(kind, name)
        self._check_loaded(item)

    async def unload(self, kind: PluginKind, name: str) -> None:
        """End one, before its files go. Refusal `not_loaded`."""
        async with self._busy:
            if (kind, name) not in self._items:
                raise self._unknown(kind, name)
            await self._unload(self._items[kind, name])
            await self._registrations.commands.publish()

    async def admit(self, gear: str, *, here: str | None) -> Confined:
        """What holds a program of a gear that is started in `here`. Refusal `not_loaded`."""
        work = partial(self._admit, gear, here)
        try:
            confined = await self._workers.run("admission", work, within=LOOK_SECS)
        except NotAdmitted as refusal:
            raise Refusal("not_loaded", "gear not loaded", hint=refusal.reason) from None
        except OSError as error:
            raise Refusal("not_loaded", "gear not loaded", hint=str(error)) from None
        if confined is None:
            raise self._unknown("gear", gear)
        return confined

    def _admit(self, gear: str, here: str | None) -> Confined | None:
        """What holds it, None where there is no such gear; on a thread, where no item is known."""
        found = find(self._root, "gears", gear)
        return None if found is None else self._admission.admit(found, here=here).confined

    def _in_order(self) -> list[Installed]:
        order = list(KINDS)
        return sorted(self._items.values(), key=lambda item: (order.index(item.kind), item.name))

    async def _load_all(self, kinds: tuple[PluginKind, ...]) -> None:
        async with self._busy:
            del self._coming[kinds]
            for kind in kinds:
                await self._load_kind(kind, await self._read(kind))
            await self._registrations.commands.publish()
            self._settled([item for item in self._items.values() if item.kind in kinds])

    async def _load_kind(self, kind: PluginKind, found: list[Found]) -> None:
        there = {each.name for each in found}
        for item in [item for item in self._in_order() if item.kind == kind]:
            if item.name not in there:
                await self._running.attempt(item, self._unload(item))
        for each in found:
            await self._load(kind, each)

    async def _read(self, kind: PluginKind) -> list[Found]:
        # Not on the writer thread: many manifests, or a disk that hangs, would hold up `env set`.
        return await self._workers.run("plugins", partial(self._look, kind), within=READ_SECS)

    def _look(self, kind: PluginKind) -> list[Found]:
        self._registrations.commands.read()
        self._rows.read(kind)
        directory = KINDS[kind].directory
        try:
            return discover(self._root, directory)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise Refusal("failed", f"{self._root}/{directory} can't be read: {reason}") from None

    async def _read_and_load(self, kind: PluginKind, name: str) -> Installed:
        found = next((each for each in await self._read(kind) if each.name == name), None)
        if found is None:
            if (kind, name) in self._items:
                await self._unload(self._items[kind, name])
                await self._registrations.commands.publish()
            raise self._unknown(kind, name)
        await self._load(kind, found)
        await self._registrations.commands.publish()
        self._settled([self._items[kind, name]])
        return self._items[kind, name]

    async def _load(self, kind: PluginKind, found: Found) -> None:
        """Load one, again where it is known; it may go on when this returns."""
        item = self._items.get((kind, found.name))
        event = KINDS[kind].loaded_again
        if item is None:
            item = self._items[kind, found.name] = Installed(found, kind, self._running)
            event = KINDS[kind].loaded
        if kind == "spoke":
            await self._make_way(found.name)
        if await self._running.attempt(item, self._running.stop(item)):
            item.begin_anew(found)
            await self._running.bring_up(item, event(found.name))

    async def _make_way(self, name: str) -> None:
        """A gear whose name a spoke has goes: the name is what each of them is known by."""
        gear = self._items.get(("gear", name))
        if gear is not None and gear.is_let_in:
            self._say_gone(gear)
            if await self._running.attempt(gear, self._running.stop(gear)):
                gear.refused("error", taken(name), gear.standing)

    async def _unload(self, item: Installed) -> None:
        self._say_gone(item)
        await self._running.stop(item)
        item.is_gone = True
        del self._items[item.kind, item.name]

    def _say_gone(self, item: Installed) -> None:
        if item.status == "active":
            self._events.emit(KINDS[item.kind].unloaded(item.name))

    async def _say_unloaded(self) -> None:
        for item in self._in_order():
            self._say_gone(item)

    def _settled(self, items: Sequence[Installed]) -> None:
        """Have what became of these known, and what could not be loaded tried again once mended."""
        self._rows.note_soon(items)
        faulty = [item for item in self._items.values() if item.status == "error"]
        self._mended.follow(
            {(item.kind, item.name): (item.found.directory, item.sources) for item in faulty}
        )

    def _try_again(self, place: Place) -> None:
        async def again() -> None:
            async with self._busy:
                # Whoever mended it may have had it loaded already, or have taken it away.
                if place in self._items and self._items[place].status == "error":
                    with suppress(Refusal):
                        await self._read_and_load(*place)

        self._tasks.spawn(f"try {place[1]} again", again())

    def _check_loaded(self, item: Installed) -> None:
        if item.status == "active":
            return
        is_late = item.loading is not None and not item.loading.done()
        late = f"its `register` has not ended within {NEXT_SECS:g} s"
        reason = item.error or (late if is_late else "its process ended while it was loaded")
        code: Code = "timeout" if is_late else "failed"
        raise Refusal(code, f"failed to reload {item.kind}: {item.name}", hint=reason)

    def _unknown(self, kind: PluginKind, name: str) -> Refusal:
        near = nearest(name, self.names(kind))
        way = f"`axium {kind} list` shows what there is"
        hint = f"did you mean `{near[0]}`?" if near else way
        return Refusal("not_loaded", f"{kind} not loaded", hint=hint)
