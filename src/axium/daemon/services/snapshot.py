"""The truth at one instant: state and configuration, which change together."""

from collections.abc import Callable

import msgspec

from axium.model.configuration import Configuration
from axium.model.environments import Environment
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

    def step(self, change: Callable[[State], State]) -> "Snapshot":
        """The snapshot after a change of its state alone; itself where nothing changed."""
        state = change(self.state)
        return self if state is self.state else msgspec.structs.replace(self, state=state)

    def taking(self, loaded: Configuration) -> "Snapshot":
        """The snapshot with what the user's files say now; registered rules stay."""
        rules = msgspec.structs.replace(
            self.configuration.rules, user=loaded.rules.user, unreadable=loaded.rules.unreadable
        )
        return msgspec.structs.replace(
            self, configuration=msgspec.structs.replace(loaded, rules=rules)
        )

    def with_rules(self, rules: RuleBook) -> "Snapshot":
        """The snapshot with other rules."""
        return msgspec.structs.replace(
            self, configuration=msgspec.structs.replace(self.configuration, rules=rules)
        )

    def holding(self, name: str) -> "Snapshot":
        """The snapshot in which some shell holds this environment for itself."""
        return msgspec.structs.replace(self, held=self.held | {name})
