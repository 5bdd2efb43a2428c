"""The one place where the daemon's objects are made and joined."""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import axium.daemon.commands  # noqa: F401  (registers every command)
from axium.config.loaded import Loaded
from axium.config.remembered import read_configuration
from axium.daemon import spawn
from axium.daemon.boot import Hold
from axium.daemon.context import Services
from axium.daemon.dispatch import Dispatch
from axium.daemon.listener import Listener
from axium.daemon.logs import begin_log, rotate_log
from axium.daemon.memo import Memo
from axium.daemon.presence import Presence
from axium.daemon.programs import located
from axium.daemon.services.broker import Brokers
from axium.daemon.services.broker.files import Files
from axium.daemon.services.broker.logs import LogBroker
from axium.daemon.services.broker.panes import PaneBroker
from axium.daemon.services.broker.programs import Programs
from axium.daemon.services.counters import Counters
from axium.daemon.services.environments import Environments
from axium.daemon.services.events import Events
from axium.daemon.services.hud import Hud
from axium.daemon.services.jobs import Jobs
from axium.daemon.services.lifecycle import Lifecycle
from axium.daemon.services.notifications import Notifications
from axium.daemon.services.panes import Panes
from axium.daemon.services.permissions import Permissions
from axium.daemon.services.plans import Plans
from axium.daemon.services.plugin_configs import PluginConfigs
from axium.daemon.services.plugins import Plugins
from axium.daemon.services.plugins.logs import PluginLogs
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.services.prefixes import Prefixes
from axium.daemon.services.publisher import KEPT_SECS, Publisher, held_before
from axium.daemon.services.saving import Saving
from axium.daemon.services.segments import Segments, Values
from axium.daemon.services.settings import Settings
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.state_file import StateFile, first_state
from axium.daemon.services.store import Change, Store
from axium.daemon.services.subscriptions import Subscriptions
from axium.daemon.services.terminals import Terminals
from axium.daemon.services.tmux import Tmux, default_socket
from axium.daemon.start import Options
from axium.daemon.tasks import Tasks
from axium.daemon.text import TextVerbs
from axium.daemon.workers import Workers
from axium.model.events import DaemonReady
from axium.model.marks import Fault
from axium.thin.catalogue import is_current
from axium.thin.paths import state_dir, user_home
from axium.thin.start import scrubbed
from axium.wire.registry import registry

if TYPE_CHECKING:
    from axium.daemon.services.watch import FileWatch

log = logging.getLogger("axium.daemon")

FINISH_SECS = 5.0
"""How long requests in flight may take to end when the daemon stops (spec: `stop`)."""

_SWITCH_SECS = 0.0005
"""How long the writer thread may keep the event loop waiting while it computes."""


def run(hold: Hold, options: Options) -> None:
    """Serve until stopped."""
    begin_log(None if options.foreground else hold.home.log, debug=options.debug)
    soft = _raise_descriptor_limit()
    sys.setswitchinterval(_SWITCH_SECS)
    asyncio.run(_serve(hold, options, open_files=soft))


async def _serve(hold: Hold, options: Options, *, open_files: int) -> None:
    with ThreadPoolExecutor(1, "writer") as writer:
        tmux = Tmux(environ=os.environ, run=partial(spawn.run, open_files=open_files))
        daemon = Daemon(hold, writer, dict(os.environ), tmux, open_files=open_files)
        await daemon.begin()
        daemon.follow_signals(is_foreground=options.foreground)
        log.info("pid %d answers at %s", os.getpid(), hold.path)
        options.tell(f"ready {os.getpid()}")
        daemon.follow_files()
        daemon.offer_commands()
        daemon.services.plugins.begin()
        if not options.foreground:
            rotate_log(hold.home.log)
        gc.enable()
        await daemon.services.life.stopping.wait()
        await daemon.end()
    log.info("pid %d has stopped", os.getpid())


class Daemon:
    """All services, joined: built from what is on disk, ended in the reverse order."""

    def __init__(
        self,
        hold: Hold,
        writer: ThreadPoolExecutor,
        environ: dict[str, str],
        tmux: Tmux,
        *,
        open_files: int | None = None,
    ) -> None:
        """`open_files` is the limit of descriptors that programs get which are started for others.

        None leaves them the daemon's own.
        """
        self._hold = hold
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._loaded = read_configuration(hold.home.root, _memory(hold), None)
        self._first = first_state(hold.home, self._loaded.configuration)
        self._saving = _saving(hold, environ)
        store = Store(
            Snapshot(self._first.state, self._loaded.configuration, held_before(hold.home)),
            save=self._saving,
            executor=writer,
        )
        self.services = _services(
            hold, store, self._loaded, self._first.faults, writer, environ, tmux, open_files
        )
        self._memo = Memo(self._call_at, self.services.counters.requests)
        dispatch = Dispatch(registry, self.services, TextVerbs(self.services), self._memo)
        self.services.plugins.port = dispatch
        self._listener = Listener(hold.listening, dispatch)
        self._presence = Presence(hold, self.services.life.stop)
        self._watch: FileWatch | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._tasks = Tasks(log)
        self._join()

    async def begin(self) -> None:
        """Publish what is saved, then answer. OSError where that can't be done."""
        found = self.services.store.committed
        await self._loop.run_in_executor(
            self._writer, self._saving.begin, self._first.stored, found
        )
        if found.state.paused:
            self.services.events.pause()
        self._plan_sweep()
        self._listener.start()
        self.services.terminals.begin()
        self.services.events.emit(DaemonReady())

    async def end(self) -> None:
        """Let what is under way finish, and save nothing half."""
        self._listener.stop()
        await self._listener.drain(FINISH_SECS)
        if self._watch is not None:
            self._watch.close()
        self._presence.close()
        if self._sweep is not None:
            self._sweep.cancel()
        await self.services.brokers.jobs.close()
        await self.services.events.close()
        await self.services.plugins.close()
        await self.services.plugin_configs.close()
        self.services.segments.close()
        await self.services.terminals.close()
        await self._tasks.close()
        await self._loop.run_in_executor(self._writer, self.services.notifications.close)

    def follow_files(self) -> None:
        """Read the user's files again whenever they change from now on."""
        # ctypes takes 4 ms to import: not before the first answer.
        from axium.daemon.services.watch import FileWatch

        self._watch = FileWatch(self._files_changed)
        self._watch.follow([*self._loaded.files, self._hold.home.lock])
        self._tasks.spawn("catch up with the files", self.services.settings.catch_up())
        self.services.plugin_configs.follow_files()

    def offer_commands(self) -> None:
        """Have the catalogue tell the commands of this version, for completion and help."""
        if not is_current(self._hold.home):
            self._tasks.spawn("write the catalogue", self._write_catalogue())

    async def _write_catalogue(self) -> None:
        # With json 7 ms, and once per version.
        from axium.core import completions

        try:
            await self._loop.run_in_executor(self._writer, completions.write, self._hold.home)
        except OSError as error:
            log.warning("cannot write the catalogue: %s", error)

    def follow_signals(self, *, is_foreground: bool) -> None:
        """TERM and INT stop; HUP reloads in the background, and stops in the foreground."""
        stop = self.services.life.stop
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, stop)
        self._loop.add_signal_handler(signal.SIGHUP, stop if is_foreground else self._reload)

    def _join(self) -> None:
        """Let what follows a change follow it."""
        services = self.services
        services.store.on_commit(self._forget)
        services.store.on_begin(services.terminals.expect)
        services.store.on_commit(services.terminals.committed)
        services.store.on_commit(lambda _change: self._plan_sweep())
        services.store.on_commit(lambda _change: services.segments.look())
        services.store.on_commit(services.plugin_configs.committed)
        services.segments.is_watched = lambda: services.terminals.is_watched
        services.hud.on_change(self._memo.forget)
        services.hud.on_change(services.terminals.refresh)
        services.life.connections = lambda: self._listener.connections

    def _call_at(self, when: float, callback: Callable[[], None]) -> None:
        self._loop.call_later(when - time.monotonic(), callback)

    def _forget(self, change: Change) -> None:
        self._memo.forget()
        if change.old.configuration is not change.new.configuration:
            self.services.hud.forget()

    def _files_changed(self) -> None:
        """A user's file is another one, or somebody who found us silent touched the lock."""
        if self._presence.check():
            self._tasks.spawn("read the changed files", self.services.settings.changed_on_disk())

    def _reload(self) -> None:
        async def reload() -> None:
            await self.services.life.reload()

        self._tasks.spawn("reload", reload())

    def _plan_sweep(self) -> None:
        """Tables that were replaced are taken away when no reader can hold them any more."""
        if self._sweep is None and self._saving.has_to_sweep:
            self._sweep = self._loop.call_later(KEPT_SECS + 1, self._swept)

    def _swept(self) -> None:
        self._sweep = None
        swept = self._loop.run_in_executor(self._writer, self._saving.sweep)
        swept.add_done_callback(lambda _swept: self._plan_sweep())


def _memory(hold: Hold) -> str:
    """Where the configuration is kept as it was last read.

    In the home, whatever XDG_STATE_HOME says to who starts the daemon: without
    it a file at fault would have no content that was good.
    """
    return hold.home.root + "/.configuration"


def _saving(hold: Hold, environ: dict[str, str]) -> Saving:
    publisher = Publisher(hold.home, user_home=user_home(environ), now=lambda: iso(time.time()))
    return Saving(hold.home.state, publisher)


def _services(
    hold: Hold,
    store: Store,
    loaded: Loaded,
    saved_faults: tuple[Fault, ...],
    writer: ThreadPoolExecutor,
    environ: dict[str, str],
    tmux: Tmux,
    open_files: int | None,
) -> Services:
    subscriptions, counters = Subscriptions(), Counters()
    events = Events(subscriptions)
    panes = Panes(store, tmux, default_socket=default_socket(environ))
    values = Values()
    hud = Hud(store, events, values, clock=time.monotonic)
    segments = Segments(store, events, values, changed=hud.change)
    permissions = Permissions(
        hold.home.root,
        store,
        executor=writer,
        user_home=user_home(environ),
        is_strict=environ.get("AXIUM_PERMS_STRICT") == "1",
        located=partial(located, environ=environ),
    )
    plugin_logs = PluginLogs(hold.home.logs, clock=time.time)
    plugins = Plugins(
        Needs(
            home=hold.home,
            environ=scrubbed(hold.home, environ),
            logs=plugin_logs,
            store=store,
            events=events,
            hud=hud,
            segments=segments,
            permissions=permissions,
            executor=writer,
            clock=time.time,
            iso=iso,
        )
    )
    environments = Environments(store, panes, events)
    settings = Settings(
        hold.home.root,
        _memory(hold),
        loaded,
        saved_faults,
        store,
        events,
        executor=writer,
        show_faults=hud.show_faults,
    )
    plugin_configs = PluginConfigs(
        hold.home.root,
        store,
        settings,
        events,
        executor=writer,
        variables=environ,
        user_home=user_home(environ),
    )
    notifications = Notifications(
        state_dir(hold.home, environ) + "/notifications.db",
        executor=writer,
        events=events,
        clock=time.time,
        iso=iso,
    )
    return Services(
        brokers=_brokers(
            hold,
            environ,
            (permissions, environments, panes),
            plugin_logs,
            tmux,
            open_files=open_files,
        ),
        counters=counters,
        environments=environments,
        events=events,
        hud=hud,
        life=Lifecycle(
            store,
            settings,
            events,
            hud,
            StateFile(hold.home, store, writer),
            plugins,
            plugin_configs,
            started_at=time.time(),
            iso=iso,
            tmux_pane=environ.get("TMUX_PANE"),
        ),
        notifications=notifications,
        panes=panes,
        permissions=permissions,
        plans=Plans(store, environments, user_home=user_home(environ), own_variables=environ),
        plugin_configs=plugin_configs,
        plugins=plugins,
        prefixes=Prefixes(store),
        segments=segments,
        settings=settings,
        store=store,
        subscriptions=subscriptions,
        terminals=Terminals(
            hold.home, store, hud, tmux, panes, events, counters, clock=time.monotonic
        ),
    )


def _brokers(
    hold: Hold,
    environ: dict[str, str],
    deciding: tuple[Permissions, Environments, Panes],
    plugin_logs: PluginLogs,
    tmux: Tmux,
    *,
    open_files: int | None,
) -> Brokers:
    workers = Workers()
    jobs = Jobs(workers, open_files=open_files, clock=time.time, iso=iso)
    files = Files(deciding[0], workers, user_home=user_home(environ))
    return Brokers(
        files=files,
        jobs=jobs,
        logs=LogBroker(plugin_logs.write),
        panes=PaneBroker(*deciding, files, tmux, workers),
        programs=Programs(
            *deciding,
            files,
            jobs,
            environ=scrubbed(hold.home, environ),
            located=partial(located, environ=environ),
        ),
    )


def iso(epoch_secs: float) -> str:
    """ISO 8601 in UTC, whole seconds: `2025-10-07T16:30:00Z`."""
    return datetime.fromtimestamp(epoch_secs, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _raise_descriptor_limit() -> int:
    """Allow for 1,024 connections; the former limit, which children get back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    return soft
