"""Prefix rules, for plugins: registering them, asking for them, having them applied.

There is one resolver, and the daemon has it; while it is down, the user's files are resolved here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from axium.core._api.asking import LONG_TIMEOUT, Refused, ask, is_done, part
from axium.core._api.places import calling_pane, held_env
from axium.core.env import get_active_env_name
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.templates import Scope, Unresolvable, fill_known
from axium.thin.client import UNREACHABLE
from axium.thin.paths import environ, server_of, user_home

UNANSWERED = (OSError, ValueError)

_HERE = Mark("a plugin's template")
_FORMS = {"Prefix": "prefix", "Wrapper": "wrapper"}


class Applied(tuple[list[str], dict[str, str]]):  # noqa: SLOT001 (a tuple can have none)
    """`(argv, env_vars)`; `unset` are the variables that the command must not inherit."""

    unset: list[str]

    def __new__(cls, argv: list[str], env_vars: dict[str, str], unset: list[str]) -> Self:
        """The pair, and what is to be taken away."""
        made = super().__new__(cls, (argv, env_vars))
        made.unset = unset
        return made


class PrefixRegistry:
    """The rules of the daemon: those of the user's file, and those that plugins registered."""

    def register_rule(self, command: str, wrapper: str, owner: str) -> bool:
        """Have `command` run by `wrapper`; False where somebody else has it, or no daemon is there.

        The rule lives as long as the plugin `owner`, and the user's own file always wins.
        """
        try:
            return is_done("register_prefix", spoke=owner, command=command, wrapper=wrapper)
        except UNANSWERED:
            return False

    def unregister_rules_for_owner(self, owner: str) -> int:
        """Take away what a plugin registered; how many rules that were."""
        try:
            return part(ask("unregister_prefixes", spoke=owner), "unregistered", int)
        except UNANSWERED:
            return 0

    def get_rule_owner(self, command: str) -> str | None:
        """Who has the rule of a command: a plugin, or `user`; None where it has none."""
        owners = (rule["owner"] for rule in self.get_all_rules() if rule["command"] == command)
        return next(owners, None)

    def get_all_rules(self) -> list[dict[str, Any]]:
        """Every rule in force, by command: `command`, `owner`, and `prefix` or `wrapper`.

        A rule of another form has `strategy` and `config` instead of these.
        """
        try:
            rules = part(ask("get_config", key="prefixes"), "value", list)
        except UNANSWERED:
            rules = _rules_in_files()
        return [_told(rule) for rule in rules]

    def get_prefixed_commands(self) -> list[str]:
        """The names of wrapped commands, sorted."""
        try:
            return part(ask("list_prefixed_commands"), "commands", list)
        except UNANSWERED:
            return sorted({rule["command"] for rule in self.get_all_rules()})

    def apply_prefixes(
        self, command: str, args: Sequence[str], context: Mapping[str, Any] | None = None
    ) -> Applied:
        """What a command with these arguments becomes: `(argv, env_vars)`.

        `context` may have `env`, which wins over `pane`; without both, where the caller is.
        Without a rule the command stays as it is. Unresolvable where it must not run.
        """
        place = dict(context or {})
        if not place.get("env") and not place.get("pane"):
            place |= {"env": held_env(), "pane": calling_pane()}
        try:
            return _asked(command, args, place)
        except UNREACHABLE:
            return _resolved_here(command, args, place)


_registry = PrefixRegistry()


def get_registry() -> PrefixRegistry:
    """The registry of this process."""
    return _registry


def register_prefix_rule(command: str, wrapper: str, owner: str) -> bool:
    """Have `command` run by `wrapper`; False where somebody else has it, or no daemon is there."""
    return _registry.register_rule(command, wrapper, owner)


def unregister_rules_for_owner(owner: str) -> int:
    """Take away what a plugin registered; how many rules that were."""
    return _registry.unregister_rules_for_owner(owner)


def get_rule_owner(command: str) -> str | None:
    """Who has the rule of a command: a plugin, or `user`; None where it has none."""
    return _registry.get_rule_owner(command)


def get_all_rules() -> list[dict[str, Any]]:
    """Every rule in force, by command: `command`, `owner`, and `prefix` or `wrapper`."""
    return _registry.get_all_rules()


def get_prefixed_commands() -> list[str]:
    """The names of wrapped commands, sorted."""
    return _registry.get_prefixed_commands()


def apply_prefixes(
    command: str, args: Sequence[str], context: Mapping[str, Any] | None = None
) -> Applied:
    """What a command becomes: `(argv, env_vars)`; see `PrefixRegistry.apply_prefixes`."""
    return _registry.apply_prefixes(command, args, context)


def expand_env_vars(template: str) -> str:
    """The text with `${env.key}`, `$VAR` and a leading `~` filled in; what is unknown stays."""
    return fill_known(template, _scope(), _HERE)[0]


def load_prefixes() -> list[dict[str, Any]]:
    """Every rule in force as `get_all_rules`, with what is known filled in."""
    expanded = []
    for rule in get_all_rules():
        texts = {form: expand_env_vars(rule[form]) for form in _FORMS.values() if form in rule}
        expanded.append(rule | texts)
    return expanded


def reload_config() -> bool:
    """Have the daemon read the user's files again; whether it did."""
    try:
        return is_done("reload", timeout=LONG_TIMEOUT, starts=False)
    except UNANSWERED:
        return False


def _asked(command: str, args: Sequence[str], place: Mapping[str, Any]) -> Applied:
    around = {"variables": _variables(), "server": server_of(environ()), **place}
    context = {name: value for name, value in around.items() if value is not None}
    try:
        reply = ask("apply_prefixes", command=command, args=[*args], context=context)
    except Refused as refused:
        raise Unresolvable(str(refused)) from None
    argv, env_vars = part(reply, "command", list), part(reply, "env_vars", dict)
    return Applied(argv, env_vars, part(reply, "unset", list))


def _resolved_here(command: str, args: Sequence[str], place: Mapping[str, Any]) -> Applied:
    from axium.core._api.reading import decided  # 12 ms, for YAML

    env = place.get("env") or get_active_env_name()
    decision = decided(command, env, place.get("pane"))
    before, after = ([piece.word for piece in side] for side in (decision.before, decision.after))
    return Applied(
        [*before, *args, *after],
        {name: piece.word for name, piece in decision.set},
        [name for name, _piece in decision.unset],
    )


def _rules_in_files() -> list[dict[str, Any]]:
    from axium.core._api.reading import configuration  # 12 ms, for YAML
    from axium.model.core_config import core_value

    rules: list[dict[str, Any]] = core_value(configuration(), "prefixes")
    return rules


def _told(rule: Mapping[str, Any]) -> dict[str, Any]:
    told = {"command": rule["command"], "owner": rule["owner"]}
    form, texts = rule["form"], rule["text"]
    if form in _FORMS:
        return told | {_FORMS[form]: texts[0] if texts else ""}
    return told | {"strategy": form, "config": texts}


def _variables() -> dict[str, str]:
    """Those of this process that can stand in a request."""
    return {
        name: value
        for name, value in environ().items()
        if not any("\ud800" <= letter <= "\udfff" for letter in name + value)
    }


def _scope() -> Scope:
    name = get_active_env_name()
    env = _environment(name) if name else None
    return Scope(env, calling_pane(), environ(), user_home(environ()))


def _environment(name: str) -> Environment | None:
    try:
        reply = ask("get_env_data", name=name, starts=False)
    except UNANSWERED:
        from axium.core._api.reading import configuration  # 12 ms, for YAML

        return configuration().environments.get(name)
    marks = {path: Mark(where) for path, where in part(reply, "places", dict).items()}
    properties, texts = part(reply, "env_data", dict), part(reply, "texts", dict)
    return Environment(name, _HERE, properties, texts, marks)
