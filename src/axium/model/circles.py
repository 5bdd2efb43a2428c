"""Wrapped names that lead to one another, so that none of them would ever run a program."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import OWN_COMMANDS
from axium.model.rules import Rule, RuleBook, leads_home
from axium.model.templates import Scope, Unresolvable
from axium.model.words import split

# A first word that is the same in every environment, however the text goes on.
_SAME_EVERYWHERE = re.compile(r"\s*([^\s'\"\\=]+)\s")
# A home directory has a slash in it, and a word with a slash is no wrapped name.
_NOWHERE = Scope(env=None, pane=None, variables=None, home="/")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


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
    """Return each circle once, with the first environment in which it comes about."""
    named = _program_rules(rules)
    changing = {command: rule for command, rule in named.items() if _differs(rule)}
    fixed = {
        command: _program(rule, _NOWHERE)
        for command, rule in named.items()
        if command not in changing
    }
    found = {names: Circle(names, named[names[0]].where, None) for names in _loops(fixed)}
    for env in environments if changing else ():
        known: dict[str, str | None] = {}
        steps = dict(fixed)
        for command, rule in changing.items():
            text = rule.templates()[0].text
            if text not in known:
                known[text] = _program(rule, _NOWHERE._replace(env=env))
            steps[command] = known[text]
        for names in _loops(steps):
            found.setdefault(names, Circle(names, named[names[0]].where, env.name))
    return list(found.values())


def _program_rules(rules: RuleBook) -> dict[str, Rule]:
    return {
        command: rule
        for command in rules.commands()
        for rule in rules.for_command(command)
        if rule.names_program()
    }


def _differs(rule: Rule) -> bool:
    template = rule.templates()[0]
    if not template.needs_env():
        return False
    kind, text = template.parts[0]
    return not (kind == "text" and _SAME_EVERYWHERE.match(text))


def _program(rule: Rule, scope: Scope) -> str | None:
    """Return the command that would run next; None where that is not known or not to be found."""
    template = rule.templates()[0]
    kind, text = template.parts[0] if template.parts else ("text", "")
    same = _SAME_EVERYWHERE.match(text) if kind == "text" else None
    if same and same[1] not in OWN_COMMANDS:
        return same[1]
    try:
        words = [word.text for word in split(template.expand(scope))]
    except (Unresolvable, ValueError):
        return None
    while words and _ASSIGNMENT.match(words[0]):
        words.pop(0)
    if leads_home(words, rule.command) or not words:
        return None
    if words[0] in OWN_COMMANDS and words[1:2] == ["run"] and len(words) > 2:
        return words[2]
    return words[0]


def _loops(steps: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """Return the circles of a graph in which each name leads to one other at most."""
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
