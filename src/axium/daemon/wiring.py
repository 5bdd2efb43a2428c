"""The one place where the daemon's objects are made, and joined to one another."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import axium.daemon.commands  # noqa: F401 (it fills the registry)
from axium.config.loaded import Loaded
from axium.config.remembered import read_configuration
from axium.core.gear_places import places
from axium.daemon.boot import Hold
from axium.daemon.context import Services
from axium.daemon.dispatch import Dispatch
from axium.daemon.listener import Listener
from axium.daemon.memo import Memo
from axium.daemon.programs import located
from axium.daemon.services.broker import Brokers, Made
from axium.daemon.services.confinements import Confinements
from axium.daemon.services.counters import Counters
from axium.daemon.services.environments import Environments
from axium.daemon.services.events import Events
from axium.daemon.services.gear_channels import GearChannels
from axium.daemon.services.hud import Hud
from axium.daemon.services.lifecycle import Lifecycle
from axium.daemon.services.links import Links
from axium.daemon.services.notifications import Notifications
from axium.daemon.services.panes import Panes
from axium.daemon.services.permissions import Permissions
from axium.daemon.services.plans import Plans
from axium.daemon.services.plugin_configs import PluginConfigs
from axium.daemon.services.plugins import Plugins
from axium.daemon.services.plugins.logs import PluginLogs
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.services.prefixes import Prefixes
from axium.daemon.services.publisher import Publisher, held_before
from axium.daemon.services.saving import Saving
from axium.daemon.services.segments import Segments, Values
from axium.daemon.services.settings import Settings
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.state_file import FirstState, StateFile, first_state
from axium.daemon.services.store import Change, Store
from axium.daemon.services.subscriptions import Subscriptions
from axium.daemon.services.terminals import Terminals
from axium.daemon.services.tmux import Tmux, default_socket
from axium.daemon.services.usage import Usage
from axium.daemon.sweeping import Sweeping
from axium.daemon.text import TextVerbs
from axium.thin.paths import state_dir, user_home
from axium.thin.start import scrubbed
from axium.wire.registry import registry

if TYPE_CHECKING:
    from axium.daemon.services.links.kept import Needs as LinksNeeds


class Given(NamedTuple):
    """What the daemon is made from.

    `open_files` is the limit of descriptors that programs get which are started for others; None
    leaves them the daemon's own.
    """

    hold: Hold
    writer: ThreadPoolExecutor
    environ: dict[str, str]
    tmux: Tmux
    open_files: int | None = None


class Joined(NamedTuple):
    """What the daemon begins and ends; everything else hangs on it."""

    first: FirstState
    files: tuple[str, ...]
    saving: Saving
    services: Services
    listener: Listener
    sweeping: Sweeping


def joined(given: Given) -> Joined:
    """All objects of a daemon, joined: from what is on disk, with nothing begun yet."""
    hold, environ = given.hold, given.environ
    loaded = read_configuration(hold.home.root, _memory(hold), None)
    first = first_state(hold.home, loaded.configuration)
    publisher = Publisher(hold.home, user_home=user_home(environ), now=lambda: iso(time.time()))
    saving = Saving(hold.home.state, publisher)
    found = Snapshot(first.state, loaded.configuration, held_before(hold.home))
    store = Store(found, save=saving, executor=given.writer)
    services = _services(given, store, loaded, first)
    memo = Memo(_call_at, services.counters.requests)
    dispatch = Dispatch(registry, services, TextVerbs(services), memo)
    services.plugins.port = services.gear_channels.port = dispatch
    listener = Listener(hold.listening, dispatch)
    sweeping = Sweeping(saving, given.writer)
    services.life.connections = lambda: listener.connections + services.links.connections
    _let_follow(services, memo, sweeping)
    return Joined(first, loaded.files, saving, services, listener, sweeping)


def _let_follow(services: Services, memo: Memo, sweeping: Sweeping) -> None:
    """Let what follows a change follow it."""
    store, terminals = services.store, services.terminals

    def forget(change: Change) -> None:
        memo.forget()
        if change.old.configuration is not change.new.configuration:
            services.hud.forget()

    store.on_commit(forget)
    store.on_begin(terminals.expect)
    store.on_commit(terminals.committed)
    store.on_commit(lambda _change: sweeping.plan())
    store.on_commit(lambda _change: services.segments.look())
    store.on_commit(services.plugin_configs.committed)
    services.segments.is_watched = lambda: terminals.is_watched
    services.hud.on_change(memo.forget)
    services.hud.on_change(terminals.refresh)


def _call_at(when: float, callback: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(when - time.monotonic(), callback)


def _memory(hold: Hold) -> str:
    """Where the configuration is kept as it was last read.

    In the home, whatever XDG_STATE_HOME says to who starts the daemon: without
    it a file at fault would have no content that was good.
    """
    return hold.home.root + "/.configuration"


def _services(given: Given, store: Store, loaded: Loaded, first: FirstState) -> Services:
    hold, environ, tmux = given.hold, given.environ, given.tmux
    subscriptions, counters = Subscriptions(), Counters()
    events = Events(subscriptions)
    panes = Panes(store, tmux, default_socket=default_socket(environ))
    values = Values()
    hud = Hud(store, events, values, clock=time.monotonic)
    segments = Segments(store, events, values, changed=hud.change)
    confinements = Confinements(partial(places, hold.home, environ))
    is_strict = environ.get("AXIUM_PERMS_STRICT") == "1"
    usage = Usage(
        f"{os.path.realpath(state_dir(hold.home, environ))}/gears",
        executor=given.writer,
        clock=time.time,
        iso=iso,
    )
    permissions = Permissions(
        hold.home.root,
        store,
        confinements,
        usage,
        executor=given.writer,
        user_home=user_home(environ),
        is_strict=is_strict,
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
            confinements=confinements,
            is_strict=is_strict,
            located=partial(located, environ=environ),
            state=state_dir(hold.home, environ),
            executor=given.writer,
            clock=time.time,
            iso=iso,
        )
    )
    environments = Environments(store, panes, events)
    settings = Settings(
        hold.home.root,
        _memory(hold),
        loaded,
        first.faults,
        store,
        events,
        executor=given.writer,
        show_faults=hud.show_faults,
    )
    plugin_configs = PluginConfigs(
        hold.home.root,
        store,
        settings,
        events,
        confinements,
        executor=given.writer,
        variables=environ,
        user_home=user_home(environ),
    )
    notifications = Notifications(
        state_dir(hold.home, environ) + "/notifications.db",
        executor=given.writer,
        events=events,
        clock=time.time,
        iso=iso,
    )

    links = _links(given, store, settings, hud)

    def make_brokers() -> Made:
        from axium.daemon.broker_wiring import made

        return made(given, (permissions, environments, panes), confinements, plugin_logs)

    return Services(
        brokers=Brokers(make_brokers),
        confinements=confinements,
        counters=counters,
        environments=environments,
        events=events,
        gear_channels=GearChannels(confinements),
        hud=hud,
        life=Lifecycle(
            store,
            settings,
            events,
            hud,
            StateFile(hold.home, store, given.writer),
            plugins,
            plugin_configs,
            links,
            started_at=time.time(),
            iso=iso,
            tmux_pane=environ.get("TMUX_PANE"),
        ),
        links=links,
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
        usage=usage,
    )


def _links(given: Given, store: Store, settings: Settings, hud: Hud) -> Links:
    hold, environ = given.hold, given.environ
    run = os.path.realpath(hold.home.run)

    def needs() -> "LinksNeeds":
        from axium.daemon.services.links.kept import Needs

        return Needs(
            home=hold.home.root,
            run=run,
            state=state_dir(hold.home, environ),
            user_home=user_home(environ),
            environ=environ,
            executor=given.writer,
            is_paused=lambda: store.committed.state.paused,
            show=hud.show_links,
            show_faults=settings.take_link_faults,
        )

    files = (f"{hold.home.root}/links.yaml", f"{hold.home.root}/.links", f"{run}/links.sock")
    return Links(needs, files=files)


def iso(epoch_secs: float) -> str:
    """ISO 8601 in UTC, whole seconds: `2025-10-07T16:30:00Z`."""
    return datetime.fromtimestamp(epoch_secs, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
