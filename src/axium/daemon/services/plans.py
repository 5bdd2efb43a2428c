"""Decisions for one command in one place: for `axium run`, `apply_prefixes` and `explain` alike."""

from collections.abc import Mapping

from axium.daemon.services.environments import Environments
from axium.daemon.services.store import Store
from axium.model.environments import Environment
from axium.model.resolver import Decision, resolve
from axium.model.templates import Unresolvable
from axium.wire.errors import Refusal


class Plans:
    """Asks the one resolver about the committed configuration."""

    def __init__(
        self,
        store: Store,
        environments: Environments,
        *,
        user_home: str,
        own_variables: Mapping[str, str],
    ) -> None:
        self._store = store
        self._environments = environments
        self._user_home = user_home
        self.own_variables = own_variables

    def decide(
        self,
        command: str,
        *,
        env: Environment | None,
        pane: str | None,
        variables: Mapping[str, str] | None,
    ) -> Decision:
        """What would run. Refusal `failed` names the rule's place and what is wrong.

        With `variables` None the decision lists in `needs` what it must be told.
        """
        try:
            return resolve(
                self._store.committed.configuration,
                command,
                env=env,
                pane=pane,
                variables=variables,
                home=self._user_home,
            )
        except Unresolvable as fault:
            raise Refusal("failed", str(fault), hint=fault.hint) from None

    def for_process(
        self,
        command: str,
        *,
        env: str | None,
        key: str | None,
        variables: Mapping[str, str | None],
    ) -> Decision:
        """What a process in this pane runs; verdict `ask` while it did not tell all variables.

        `env` is the environment that its shell holds for itself, if any; `variables`
        maps each name that the caller was asked for to its value, None where it is
        not set.
        """
        applying = self._environments.applying(env, key)
        first = self.decide(command, env=applying, pane=key, variables=None)
        if any(name not in variables for name in first.needs):
            return first
        known = {name: value for name, value in variables.items() if value is not None}
        return self.decide(command, env=applying, pane=key, variables=known)
