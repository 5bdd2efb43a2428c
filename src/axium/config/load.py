"""The user's files read into one configuration, faults told and the last good content kept."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from axium.config import envs, hud, permissions, prefixes
from axium.config.defaults import OPTIONAL, READ, shipped_text
from axium.config.findings import Findings
from axium.config.loaded import Loaded
from axium.config.salvage import names_in, names_published
from axium.config.source import Unreadable, read_text
from axium.model.circles import Circle, circles
from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.hud import HudConfig
from axium.model.marks import Fault, Mark
from axium.model.rules import RuleBook

T = TypeVar("T")
Environments = Mapping[str, Environment]


def load(home: str, last: Configuration | None) -> Loaded:
    """The configuration that the files of `home` make; nothing that they contain raises.

    A file with an error, or one that is gone, keeps what it said in `last`;
    without a `last` what is shipped stands for it. An optional one that is gone says
    nothing. A name that is wrapped in a file at fault, and by no rule that is in
    force, must not run. Rules that were registered are taken over from `last`.
    """
    before = _shipped() if last is None else last
    reader = _Reader(home, is_first=last is None)
    environments = reader.content(envs.NAME, envs.parse, before.environments)
    rules = reader.content(prefixes.NAME, _into(before.rules), before.rules)
    rules = rules.with_unreadable(reader.suspects())
    environments, rules = reader.without_circles((environments, rules), before)
    configuration = Configuration(
        environments,
        rules,
        reader.content(hud.NAME, _showing(environments), before.hud),
        reader.content(permissions.NAME, permissions.parse, before.permissions),
    )
    files = tuple(os.path.join(home, name) for name in READ)
    return Loaded(configuration, tuple(reader.faults), files)


def _shipped() -> Configuration:
    findings = Findings()
    configuration = Configuration(
        envs.parse(shipped_text(envs.NAME), findings),
        _into(RuleBook())(shipped_text(prefixes.NAME), findings),
        hud.parse(shipped_text(hud.NAME), findings),
    )
    assert not findings.faults, "the shipped files have a fault"
    return configuration


def _into(book: RuleBook) -> Callable[[str, Findings], RuleBook]:
    return lambda text, findings: book.with_user(prefixes.parse(text, findings))


def _showing(environments: Environments) -> Callable[[str, Findings], HudConfig]:
    return lambda text, findings: hud.parse(text, findings, environments)


class _Reader:
    """Reads one file after the other and keeps what is wrong."""

    def __init__(self, home: str, *, is_first: bool) -> None:
        self.home = home
        self.is_first = is_first
        self.faults: list[Fault] = []
        self._faulty: dict[str, str] = {}

    def content(self, name: str, parse: Callable[[str, Findings], T], before: T) -> T:
        """What the file says, or `before` if it is gone or has an error."""
        try:
            text = read_text(os.path.join(self.home, name), name)
        except FileNotFoundError:
            if name in OPTIONAL:
                return parse("", Findings())
            if not self.is_first:
                self._gone(name)
            return before
        except Unreadable as error:
            self.faults.append(error.fault)
            self._faulty[name] = error.text
            return before
        findings = Findings()
        made = parse(text, findings)
        self.faults += findings.faults
        if not findings.has_errors:
            return made
        self._faulty[name] = text
        return before

    def suspects(self) -> Iterator[tuple[str, Mark]]:
        """The names that are wrapped by rules which can't be read now."""
        if prefixes.NAME not in self._faulty:
            return
        if self.is_first:
            yield from names_published(os.path.join(self.home, "state_cache.json"))
        yield from names_in(self._faulty[prefixes.NAME], prefixes.NAME)

    def without_circles(
        self, new: tuple[Environments, RuleBook], before: Configuration
    ) -> tuple[Environments, RuleBook]:
        """The newest of environments and rules that do not lead a command to itself.

        A name that only the rules at fault wrap must not run.
        """
        found = _circles(*new)
        for circle in found:
            hint = "let one of them begin with a program that is not wrapped"
            self.faults.append(Fault(circle.where, str(circle), hint))
        if not found:
            return new
        unknown = ((name, rules[0].where) for name, rules in new[1].user.items())
        former = before.rules.with_unreadable(unknown)
        if not _circles(new[0], former):
            return new[0], former
        return before.environments, former

    def _gone(self, name: str) -> None:
        hint = "`axium bootstrap` writes the shipped one again"
        message = "the file is gone; what it said last stays in force"
        self.faults.append(Fault(Mark(name, 1, 1), message, hint, "warning"))


def _circles(environments: Environments, rules: RuleBook) -> list[Circle]:
    own = RuleBook(user=rules.user)
    return circles(own, environments.values())
