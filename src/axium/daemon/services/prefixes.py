"""Rules that are registered through the wire."""

from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Store
from axium.model.circles import circle_of
from axium.model.rules import Rule, RuleConflict
from axium.wire.errors import Refusal

MOST_RULES = 500
"""Of one owner: with each one more, the tables of all of them are published."""


class Prefixes:
    """Registers rules; the first registration of a command wins, the user's file always."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def register(self, rule: Rule) -> None:
        """Add a rule and publish it. Refusal `conflict` where another owner has the command."""
        await self._store.change(lambda found: registered_one_more(found, rule))

    def confirm(self, rule: Rule) -> None:
        """See whether its owner has, or could have, the command. Refusal as `register`."""
        registered(self._store.committed, rule)

    async def unregister(self, owner: str) -> int:
        """Take away all rules of one owner; how many. Refusal `failed`."""
        count = 0

        def step(found: Snapshot) -> Snapshot:
            nonlocal count
            rules = found.configuration.rules
            count = rules.count_of(owner)
            return found.with_rules(rules.without_owner(owner)) if count else found

        await self._store.change(step)
        return count

    def commands(self) -> list[str]:
        """The names of wrapped commands, sorted."""
        return list(self._store.committed.configuration.rules.commands())


def registered(found: Snapshot, rule: Rule) -> Snapshot:
    """The snapshot with one more rule. Refusal `conflict`, `invalid`."""
    try:
        rules = found.configuration.rules.with_rule(rule)
    except RuleConflict as conflict:
        raise Refusal(
            "conflict",
            str(conflict),
            hint="the first registration of a command wins, and the user's own file always",
            conflict=True,
            owner=conflict.owner,
        ) from None
    # Not all of them anew: many rules would take quadratic time, in which nobody is answered.
    circle = circle_of(rule.command, rules, found.configuration.environments.values())
    if circle is not None:
        raise Refusal("invalid", str(circle), hint="begin with a program that is not wrapped")
    return found.with_rules(rules)


def registered_one_more(found: Snapshot, rule: Rule) -> Snapshot:
    """The same, where its owner has not too many already. Refusal `too_large`."""
    if found.configuration.rules.count_of(rule.owner) >= MOST_RULES:
        raise Refusal(
            "too_large",
            f"`{rule.owner}` has registered {MOST_RULES} rules, which is the most that one may",
            hint="prefixes.yaml takes more",
        )
    return registered(found, rule)
