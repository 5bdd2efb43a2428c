"""The processes of plugins: one template, made with the first host and again when it ends."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from axium.daemon.connection import Port
from axium.daemon.poller import Poller
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.host import Host, Outside
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.plugins.leftovers import MARK
from axium.daemon.services.plugins.logs import PluginLogs
from axium.daemon.services.plugins.pauses import Pauses
from axium.daemon.services.plugins.template import Template
from axium.plugins.environ import LOCALE, of_gear
from axium.plugins.orders import Fork

log = logging.getLogger("axium.plugins")


class Processes:
    """Makes hosts. When the template ends, every host is gone, and `on_loss` is told.

    It gets the seconds after which hosts may be made again; None where that would be too often.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        home: str,
        logs: PluginLogs,
        port: Port,
        *,
        on_loss: Callable[[float | None], None],
    ) -> None:
        self._environ = {**environ, MARK: home}
        self._home = home
        self._logs = logs
        self._port = port
        self._on_loss = on_loss
        self._loop = asyncio.get_running_loop()
        self._template: Template | None = None
        self._ends = Pauses()
        self._poller: Poller | None = None
        self._made = 0

    def host(self, item: Installed, entrypoint: str, held: Confined | None) -> Host:
        """A process for this plugin; for a gear `held` is what it is held to."""
        self._made += 1
        order = Fork(
            key=f"{item.name}#{self._made}",
            kind=item.kind,
            name=item.name,
            directory=item.found.directory if held is None else held.directory,
            entrypoint=entrypoint,
            policy=None if held is None else held.policy_in_force,
            is_permissive=held is not None and held.is_permissive,
        )
        return Host(order, self._outside(item.name), item, self._variables(held))

    async def close(self) -> None:
        """Have all of them end, within a bound."""
        if self._template is not None:
            await self._template.close()
        if self._poller is not None:
            self._poller.close()

    def _variables(self, held: Confined | None) -> dict[str, str]:
        """All that the plugin's process has; they reach it on its channel, and no other process."""
        if held is None:
            return self._environ
        own = of_gear(self._environ, held.rights.env, held.policy.scratch)
        return {**own, MARK: self._home}

    def _outside(self, name: str) -> Outside:
        if self._poller is None:
            self._poller = Poller()
        if self._template is None:
            self._template = Template(_of_template(self._environ), self._home, on_end=self._ended)
        put = partial(self._logs.write, name, "OUTPUT")
        return Outside(self._port, self._poller, self._template, put)

    def _ended(self) -> None:
        self._template = None
        self._on_loss(self._ends.after_end(self._loop.time()))


def _of_template(environ: Mapping[str, str]) -> dict[str, str]:
    """What the template needs by itself, and nothing more: each host has a copy of its memory."""
    return {
        name: value for name, value in environ.items() if name == "AXIUM_HOME" or name in LOCALE
    }
