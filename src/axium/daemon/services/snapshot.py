"""The truth at one instant: state and configuration, which change together."""

from collections.abc import Callable, Mapping

import msgspec

from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.rules import RuleBook
from axium.model.state import State


class Snapshot(msgspec.Struct, frozen=True):
    """State and configuration as of one generation.

    `held` are environments that shells hold for themselves. One that envs.yaml
    lost stays among them: while a file is being edited it may come back.
    """

    state: State
    configuration: Configuration
    held: frozenset[str] = frozenset()

    def environment(self, name: str | None) -> Environment | None:
        """The environment of this name, if the configuration still has it."""
        return self.configuration.environments.get(name) if name is not None else None

    @property
    def active_environment(self) -> Environment | None:
        """The global one; one that envs.yaml lost has its name alone."""
        name = self.state.active_env
        return self.environment(name) or (Environment(name, Mark("state.json")) if name else None)

    def step(self, change: Callable[[State], State]) -> "Snapshot":
        """The snapshot after a change of its state alone; itself where nothing changed."""
        state = change(self.state)
        return self if state is self.state else msgspec.structs.replace(self, state=state)

    def taking(self, loaded: Configuration) -> "Snapshot":
        """The snapshot with what the user's files say now; what was registered stays."""
        rules = msgspec.structs.replace(
            self.configuration.rules, user=loaded.rules.user, unreadable=loaded.rules.unreadable
        )
        subcommands = self.configuration.subcommands
        return msgspec.structs.replace(
            self,
            configuration=msgspec.structs.replace(loaded, rules=rules, subcommands=subcommands),
        )

    def with_rules(self, rules: RuleBook) -> "Snapshot":
        """The snapshot with other rules; itself where they are the same."""
        if rules is self.configuration.rules:
            return self
        return msgspec.structs.replace(
            self, configuration=msgspec.structs.replace(self.configuration, rules=rules)
        )

    def with_subcommands(self, subcommands: Mapping[str, Mapping[str, str]]) -> "Snapshot":
        """The snapshot in which plugins have these subcommands; itself where they do already."""
        if self.configuration.subcommands == subcommands:
            return self
        return msgspec.structs.replace(
            self,
            configuration=msgspec.structs.replace(self.configuration, subcommands=subcommands),
        )

    def holding(self, name: str) -> "Snapshot":
        """The snapshot in which some shell holds this environment for itself."""
        return msgspec.structs.replace(self, held=self.held | {name})
