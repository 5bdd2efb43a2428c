"""Wrapped names that lead to one another, so that none of them would ever run a program."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import OWN_COMMANDS
from axium.model.rules import Rule, RuleBook
from axium.model.templates import Kind, Parts, Scope, Template, Unresolvable
from axium.model.words import ASSIGNMENT, split

# A home directory has a slash in it, and a word with a slash is no wrapped name.
_NOWHERE = Scope(env=None, pane=None, variables=None, home="/")
_BLANK = re.compile(r"[ \t\n]")


class Circle(NamedTuple):
    """`names` lead to one another in turn, the last to the first; `env` None: in all of them."""

    names: tuple[str, ...]
    where: Mark
    env: str | None

    def __str__(self) -> str:
        way = " to ".join(f"`{name}`" for name in (*self.names, self.names[0]))
        place = "" if self.env is None else f" in environment `{self.env}`"
        return f"wrapped commands lead to one another in a circle{place}: {way}"


def circles(rules: RuleBook, environments: Iterable[Environment]) -> list[Circle]:
    """Each circle once, with the first environment in which it comes about."""
    named = {command: _Start.of(rule) for command, rule in _program_rules(rules).items()}
    changing = {command: start for command, start in named.items() if start.whole.needs_env()}
    fixed = {
        command: _program(start, _NOWHERE, {})
        for command, start in named.items()
        if command not in changing
    }
    found = {names: Circle(names, named[names[0]].where, None) for names in _loops(fixed)}
    for env in environments if changing else ():
        scope = _NOWHERE._replace(env=env)
        known: dict[Parts, list[str]] = {}
        moving = {command: _program(start, scope, known) for command, start in changing.items()}
        for names in _loops(fixed | moving):
            found.setdefault(names, Circle(names, named[names[0]].where, env.name))
    return list(found.values())


def circle_of(command: str, rules: RuleBook, environments: Iterable[Environment]) -> Circle | None:
    """The circle that `command` is in, if any; only those are looked at to which it leads."""
    for env in (None, *environments):
        path, changes = [command], False
        scope = _NOWHERE._replace(env=env)
        while (rule := _program_rule(rules, path[-1])) is not None:
            start = _Start.of(rule)
            changes |= start.whole.needs_env()
            program = _program(start, scope, {})
            if program is None or program in path[1:]:
                break
            if program == command:
                first = path.index(min(path))
                names = (*path[first:], *path[:first])
                where = rules.for_command(names[0])[0].where
                return Circle(names, where, env.name if env and changes else None)
            path.append(program)
        if not changes:
            return None
    return None


class _Start(NamedTuple):
    """How the rule that names a command's program begins; `lead` goes to the first blank.

    Many rules differ only in what follows, so that one look at the lead serves
    them all.
    """

    command: str
    where: Mark
    lead: Template
    whole: Template

    @classmethod
    def of(cls, rule: Rule) -> "_Start":
        (whole,) = rule.templates()
        parts: list[tuple[Kind, str]] = []
        for kind, text in whole.parts:
            start = _BLANK.split(text, 1)[0] if kind == "text" else text
            parts.append((kind, start))
            if start != text:
                break
        return cls(rule.command, rule.where, Template("", whole.where, tuple(parts)), whole)


def _program_rules(rules: RuleBook) -> dict[str, Rule]:
    known = ((command, _program_rule(rules, command)) for command in rules.commands())
    return {command: rule for command, rule in known if rule is not None}


def _program_rule(rules: RuleBook, command: str) -> Rule | None:
    """The rule that names the program which a command runs."""
    named = [rule for rule in rules.for_command(command) if rule.names_program()]
    return named[-1] if named else None


def _program(start: _Start, scope: Scope, known: dict[Parts, list[str]]) -> str | None:
    """The command that would run next; None where that is not known or not to be found."""
    words = known.get(start.lead.parts)
    if words is None:
        words = known[start.lead.parts] = _words(start.lead, scope)
    if not words or words[0] in OWN_COMMANDS:
        words = _words(start.whole, scope)
    if words[:1] and words[0] in OWN_COMMANDS and words[1:2] == ["run"]:
        words = words[2:]
    # A rule that names its own command runs the tool itself.
    return words[0] if words and words[0] != start.command else None


def _words(template: Template, scope: Scope) -> list[str]:
    """The words without leading assignments; none where they are not to be known."""
    try:
        words = [word.text for word in split(template.expand(scope))]
    except (Unresolvable, ValueError):
        return []
    while words and ASSIGNMENT.match(words[0]):
        words.pop(0)
    return words


def _loops(steps: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """The circles of a graph in which each name leads to one other at most."""
    seen: set[str] = {command for command, program in steps.items() if program not in steps}
    loops = []
    for start in steps:
        path: list[str] = []
        here: str | None = start
        while here is not None and here in steps and here not in seen:
            seen.add(here)
            path.append(here)
            here = steps[here]
        if here in path:
            loop = path[path.index(here) :]
            first = loop.index(min(loop))
            loops.append((*loop[first:], *loop[:first]))
    return loops
