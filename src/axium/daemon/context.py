"""What a command's handler is given: the services, and the connection that asks."""

from typing import NamedTuple

from axium.daemon.connection import Connection
from axium.daemon.services.broker import Brokers
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
from axium.daemon.services.prefixes import Prefixes
from axium.daemon.services.segments import Segments
from axium.daemon.services.settings import Settings
from axium.daemon.services.store import Store
from axium.daemon.services.subscriptions import Subscriptions
from axium.daemon.services.terminals import Terminals
from axium.daemon.services.usage import Usage
from axium.wire.envelope import Request


class Services(NamedTuple):
    """Everything that commands translate to; built once, by `app`."""

    brokers: Brokers
    confinements: Confinements
    counters: Counters
    environments: Environments
    events: Events
    gear_channels: GearChannels
    hud: Hud
    life: Lifecycle
    links: Links
    notifications: Notifications
    panes: Panes
    permissions: Permissions
    plans: Plans
    plugin_configs: PluginConfigs
    plugins: Plugins
    prefixes: Prefixes
    segments: Segments
    settings: Settings
    store: Store
    subscriptions: Subscriptions
    terminals: Terminals
    usage: Usage


class Context(NamedTuple):
    """One request's surroundings."""

    services: Services
    connection: Connection

    def meant(self, req: Request, named: str | None = None) -> str | None:
        """Which plugin a request is about: its channel's, or the one that it names, if any.

        Refusal `denied` where a plugin names another one.
        """
        action = str(req.__struct_config__.tag)
        caller = self.connection.caller
        return self.services.permissions.meant(caller, req.spoke or named, action)
