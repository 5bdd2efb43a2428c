"""What a plugin registered: in force once it is loaded, taken away before it is loaded again."""

from collections.abc import Callable

from axium.daemon.services.events import Events
from axium.daemon.services.hud import Hud
from axium.daemon.services.plugins.answers import of_gear
from axium.daemon.services.plugins.commands import Commands
from axium.daemon.services.plugins.host import Host
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.prefixes import MOST_RULES, registered
from axium.daemon.services.segments import Segments
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Store
from axium.model.gear_rules import is_of
from axium.model.manifests import Manifest
from axium.model.rules import Rule
from axium.wire.channel import Report
from axium.wire.errors import Refusal


class Registrations:
    """Listeners, segments, commands and prefixes of all plugins, whose `names` are asked for."""

    def __init__(
        self,
        store: Store,
        events: Events,
        hud: Hud,
        segments: Segments,
        commands: Commands,
        *,
        names: Callable[[], set[str]],
    ) -> None:
        self._store = store
        self._events = events
        self._hud = hud
        self._segments = segments
        self._names = names
        self.commands = commands

    async def give(
        self, item: Installed, host: Host, manifest: Manifest, report: Report
    ) -> list[str]:
        """Put all of it in force; what can't be, and why. Refusal `failed`."""
        section = f"{item.kind}:{item.name}"
        faults = self.commands.give(item.name, section, report.commands)
        rules, left_out = self._rules(item, manifest)
        faults += left_out + await self._give_prefixes(rules)
        self._events.listen(host, report.events)
        segments = report.segments
        if item.kind == "gear":
            segments, left_out = of_gear(segments, self._names() - {item.name})
            faults += left_out
        self._segments.give(item.name, host, segments)
        return faults

    def rest(self, item: Installed, host: Host) -> None:
        """Its host ended: nobody listens or renders, until it is started again."""
        self._events.forget(host)
        self._segments.rest(item.name)

    async def take(self, item: Installed) -> None:
        """Take all of it away. Refusal `failed`."""
        name = item.name
        self.commands.take(name)
        self._segments.take(name)
        self._hud.take_segment(name)
        await self._store.change(
            lambda found: found.with_rules(found.configuration.rules.without_owner(name))
        )

    def _rules(self, item: Installed, manifest: Manifest) -> tuple[list[Rule], list[str]]:
        """The rules of its manifest, and why some are left out: a gear's run its own commands."""
        if item.kind != "gear":
            return list(manifest.prefixes), []
        own = self.commands.names_of(item.name)
        foreign = [rule for rule in manifest.prefixes if not is_of(rule, own)]
        return [rule for rule in manifest.prefixes if rule not in foreign], [
            f"{rule.where}: the wrapper of `{rule.command}` runs no command of this gear"
            for rule in foreign
        ]

    async def _give_prefixes(self, rules: list[Rule]) -> list[str]:
        faults: list[str] = []

        def step(found: Snapshot) -> Snapshot:
            faults.clear()
            for rule in rules[:MOST_RULES]:
                try:
                    found = registered(found, rule)
                except Refusal as refusal:
                    faults.append(f"{rule.where}: {refusal.sentence}")
            return found

        if rules:
            await self._store.change(step)
        if len(rules) > MOST_RULES:
            left = len(rules) - MOST_RULES
            faults.append(f"{left} prefixes are left out: at most {MOST_RULES} are taken")
        return faults
