"""The rules that say what a wrapped command becomes, and whose rule holds where several want it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from axium.model.marks import Mark
from axium.model.names import OWN_COMMANDS, command_fault, text_fault, variable_fault
from axium.model.templates import Template
from axium.model.words import split


class Prefix(msgspec.Struct, frozen=True, tag=True):
    """Words that stand before the command."""

    template: Template


class Wrapper(msgspec.Struct, frozen=True, tag=True):
    """Words that stand instead of the command."""

    template: Template


class ArgsPrepend(msgspec.Struct, frozen=True, tag=True):
    """Arguments between the command and the caller's, one word each."""

    args: tuple[Template, ...]


class ArgsAppend(msgspec.Struct, frozen=True, tag=True):
    """Arguments after the caller's, one word each."""

    args: tuple[Template, ...]


class EnvVars(msgspec.Struct, frozen=True, tag=True):
    """Variables of the child."""

    vars: dict[str, Template]


Form = Prefix | Wrapper | ArgsPrepend | ArgsAppend | EnvVars


class Rule(msgspec.Struct, frozen=True):
    """One rule for one command; `owner` is a plugin's name, or `user` for the user's own file."""

    command: str
    where: Mark
    owner: str
    form: Form
    unset: tuple[str, ...] = ()
    fallback: Literal["plain"] | None = None

    def templates(self) -> tuple[Template, ...]:
        """All that is to be filled in."""
        match self.form:
            case Prefix(template) | Wrapper(template):
                return (template,)
            case ArgsPrepend(args) | ArgsAppend(args):
                return args
            case EnvVars(variables):
                return tuple(variables.values())

    def names_program(self) -> bool:
        """Whether it says which program runs."""
        return isinstance(self.form, Prefix | Wrapper)

    def only_marks(self) -> bool:
        """Whether the rule, `axium run NAME` for `NAME`, says no more than that it is wrapped."""
        if not isinstance(self.form, Wrapper):
            return False
        return leads_home(self.form.template.text.split(), self.command)


class RuleConflict(Exception):
    """Somebody else has rules for this command already."""

    def __init__(self, command: str, owner: str) -> None:
        super().__init__(f"command already registered by {owner}")
        self.command = command
        self.owner = owner


Rules = dict[str, tuple[Rule, ...]]


class RuleBook(msgspec.Struct, frozen=True):
    """All rules by command: those of the user's file, and under them those that were registered.

    Where the user's file has rules for a command, registered ones do not count.
    `marked` are the names that were only marked as wrapped, each with who did.
    `unreadable` are names that are wrapped by a rule which could not be made
    out: they must not run until the file is mended.
    """

    user: Rules = {}
    registered: Rules = {}
    marked: tuple[tuple[str, str], ...] = ()
    unreadable: Mapping[str, Mark] = {}

    def commands(self) -> tuple[str, ...]:
        """The wrapped names, sorted."""
        marked = (command for command, _ in self.marked)
        return tuple(sorted({*self.user, *self.registered, *marked, *self.unreadable}))

    def for_command(self, name: str) -> tuple[Rule, ...]:
        """The rules that hold for `name`, in order; () where there is none."""
        return self.user.get(name) or self.registered.get(name, ())

    def with_user(self, rules: Iterable[Rule]) -> "RuleBook":
        """The book with `rules` as those of the user's file, and all others as they are."""
        user: Rules = {}
        for rule in rules:
            user[rule.command] = (*user.get(rule.command, ()), rule)
        return msgspec.structs.replace(self, user=user, unreadable={})

    def with_unreadable(self, names: Iterable[tuple[str, Mark]]) -> "RuleBook":
        """The book with those of `names` that no rule is known for as unreadable."""
        unknown = {name: where for name, where in names if not self.for_command(name)}
        return msgspec.structs.replace(self, unreadable=unknown)

    def with_rule(self, rule: Rule) -> "RuleBook":
        """The book with `rule` in the place of its owner's earlier one of the same form.

        RuleConflict if the user's file or another owner has the command.
        """
        if rule.only_marks():
            marked = dict.fromkeys((*self.marked, (rule.command, rule.owner)))
            return msgspec.structs.replace(self, marked=tuple(marked))
        if rule.command in self.user:
            raise RuleConflict(rule.command, self.user[rule.command][0].owner)
        others = self.registered.get(rule.command, ())
        if others and others[0].owner != rule.owner:
            raise RuleConflict(rule.command, others[0].owner)
        kept = tuple(other for other in others if not _same_place(other, rule))
        return msgspec.structs.replace(
            self, registered={**self.registered, rule.command: (*kept, rule)}
        )

    def count_of(self, owner: str) -> int:
        """How many rules this owner registered, marks included."""
        rules = sum(rule.owner == owner for rules in self.registered.values() for rule in rules)
        return rules + sum(mark[1] == owner for mark in self.marked)

    def without_owner(self, owner: str) -> "RuleBook":
        """The book without what this owner registered; itself where that is nothing."""
        registered = {
            command: kept
            for command, rules in self.registered.items()
            if (kept := tuple(rule for rule in rules if rule.owner != owner))
        }
        marked = tuple(mark for mark in self.marked if mark[1] != owner)
        if registered == self.registered and marked == self.marked:
            return self
        return msgspec.structs.replace(self, registered=registered, marked=marked)


def leads_home(words: list[str], command: str) -> bool:
    """Whether `words` are `axium run COMMAND`, which would come back to where it started."""
    return len(words) == 3 and words[0] in OWN_COMMANDS and words[1:] == ["run", command]


def rule_from_wire(
    command: str,
    *,
    wrapper: str | None,
    strategy: str | None,
    config: Mapping[str, Any] | None,
    owner: str,
) -> Rule:
    """The rule that `register_prefix` means. ValueError that names the field."""
    if fault := command_fault(command):
        raise ValueError(f"command: {fault}")
    if (wrapper is None) == (strategy is None):
        raise ValueError("wrapper: give either `wrapper` or `strategy` with `config`")
    where = Mark(f"register_prefix by {owner}")
    if wrapper is not None:
        form: Form = Wrapper(_wire_words(wrapper, "wrapper", where))
    else:
        form = _wire_form(strategy or "", dict(config or {}), where)
    return Rule(command, where, owner, form)


def _wire_form(strategy: str, config: dict[str, Any], where: Mark) -> Form:
    match strategy:
        case "wrapper":
            return Wrapper(_wire_words(config.get("command"), "config.command", where))
        case "args_prepend":
            return ArgsPrepend(_wire_args(config.get("args"), where))
        case "args_append":
            return ArgsAppend(_wire_args(config.get("args"), where))
        case "env_vars":
            return EnvVars(_wire_vars(config.get("env"), where))
    known = "`wrapper`, `args_prepend`, `args_append`, `env_vars`"
    raise ValueError(f"strategy: `{strategy}` is unknown, expected one of {known}")


def _wire_args(args: Any, where: Mark) -> tuple[Template, ...]:
    if not isinstance(args, list | tuple):
        raise ValueError("config.args: expected a list of strings")
    return tuple(_wire_text(arg, f"config.args[{n}]", where) for n, arg in enumerate(args))


def _wire_vars(variables: Any, where: Mark) -> dict[str, Template]:
    if not isinstance(variables, Mapping):
        raise ValueError("config.env: expected an object of names and strings")
    for name in variables:
        if fault := variable_fault(str(name)):
            raise ValueError(f"config.env: {fault}")
    return {
        name: _wire_text(value, f"config.env.{name}", where) for name, value in variables.items()
    }


def _wire_words(text: Any, field: str, where: Mark) -> Template:
    template = _wire_text(text, field, where)
    if not template.text.strip():
        raise ValueError(f"{field}: expected a program and its words, found nothing")
    if not template.variables() and not template.needs_env() and not template.needs_pane():
        try:
            split(template.text)
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from None
    return template


def _wire_text(text: Any, field: str, where: Mark) -> Template:
    if not isinstance(text, str):
        raise ValueError(f"{field}: expected a string")
    if fault := text_fault(text):
        raise ValueError(f"{field}: {fault}")
    try:
        return Template.parse(text, where)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def _same_place(one: Rule, other: Rule) -> bool:
    """Whether the two could not both hold: the same form, or both of them name the program."""
    if one.names_program() and other.names_program():
        return True
    return type(one.form) is type(other.form)
