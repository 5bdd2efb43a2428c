"""The one resolver: what a command becomes in an environment, and where each part came from."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import is_shell_only, variable_fault
from axium.model.rules import ArgsAppend, ArgsPrepend, EnvVars, Prefix, Rule, Wrapper, leads_home
from axium.model.templates import Piece, Scope, Template, Unresolvable, expand_tilde
from axium.model.words import Word, split

__all__ = ["Decision", "Part", "Unresolvable", "resolve"]


class Part(msgspec.Struct, frozen=True):
    """A word, value or name of the final command, where it was written and why it is there."""

    word: str
    where: Mark | None
    why: str


class Decision(msgspec.Struct, frozen=True):
    """What `command` becomes: `before`, the caller's arguments, `after`; and the child's variables.

    `before` includes the program; with verdict `ask` nothing but `needs` (the
    process variables to be told) and `where` (the rule that names the program)
    is known yet.
    """

    command: str
    env: str | None
    verdict: Literal["go", "ask"]
    before: tuple[Part, ...] = ()
    after: tuple[Part, ...] = ()
    set: tuple[tuple[str, Part], ...] = ()
    unset: tuple[tuple[str, Part], ...] = ()
    fallback: Literal["plain"] | None = None
    where: Mark | None = None
    needs: tuple[str, ...] = ()


def resolve(
    configuration: Configuration,
    command: str,
    *,
    env: Environment | None,
    pane: str | None = None,
    variables: Mapping[str, str] | None = None,
    home: str,
) -> Decision:
    """Decide what `command` becomes in `env`; raise Unresolvable where it must not run.

    Without `variables` nothing of one pane or process is known, as when tables
    are published: what depends on it has the verdict `ask`. With them the
    verdict is `go`.
    """
    rules = configuration.rules.for_command(command)
    env_name = None if env is None else env.name
    if not rules:
        return Decision(command, env_name, "go", before=(_as_typed(command),))
    where = next((rule.where for rule in rules if rule.names_program()), rules[0].where)
    if variables is None and _needs_process(rules):
        needs = dict.fromkeys(n for r in rules for t in r.templates() for n in t.variables())
        return Decision(command, env_name, "ask", where=where, needs=tuple(needs))
    draft = _Draft(command, Scope(env, pane, variables, home))
    for rule in rules:
        draft.apply(rule)
    return draft.decision(env_name, where)


def _as_typed(command: str) -> Part:
    return Part(command, None, "the command as it was typed")


def _needs_process(rules: tuple[Rule, ...]) -> bool:
    return any(
        kind in ("variable", "pane")
        for rule in rules
        for template in rule.templates()
        for kind, _ in template.parts
    )


class _Draft:
    """A decision while the rules of one command are laid upon another."""

    def __init__(self, command: str, scope: Scope) -> None:
        self.command = command
        self.scope = scope
        self.program: list[Part] = [_as_typed(command)]
        self.first: list[Part] = []
        self.last: list[Part] = []
        self.set: dict[str, Part] = {}
        self.unset: dict[str, Part] = {}
        self.fallback: Literal["plain"] | None = None
        if scope.env is not None:
            where = scope.env.marks.get("unset", scope.env.where)
            for name in scope.env.unset:
                self.unset[name] = Part(name, where, f"`unset` of environment `{scope.env.name}`")

    def apply(self, rule: Rule) -> None:
        form = rule.form
        match form:
            case Prefix(template) | Wrapper(template):
                if not self._name_program(rule, template):
                    return  # an empty prefix leaves the command as it is, `unset` included
            case ArgsPrepend(args):
                self.first += [self._argument(template) for template in args]
            case ArgsAppend(args):
                self.last += [self._argument(template) for template in args]
            case EnvVars(variables):
                for name, template in variables.items():
                    self.set[name] = _part_of(template.pieces(self.scope), template, "env_vars")
        for name in rule.unset:
            self.unset[name] = Part(name, rule.where, f"`unset` of the rule for `{self.command}`")

    def decision(self, env: str | None, where: Mark) -> Decision:
        return Decision(
            self.command,
            env,
            "go",
            before=(*self.program, *self.first),
            after=tuple(self.last),
            set=tuple(self.set.items()),
            unset=tuple((n, part) for n, part in self.unset.items() if n not in self.set),
            fallback=self.fallback,
            where=where,
        )

    def _argument(self, template: Template) -> Part:
        return _part_of(template.pieces(self.scope), template, "argument")

    def _name_program(self, rule: Rule, template: Template) -> bool:
        """Put the words of a prefix or wrapper in place; return False if it says nothing."""
        kind = "prefix" if isinstance(rule.form, Prefix) else "wrapper"
        parts = _words(template, kind, rule, self.scope)
        words = [part.word for part in parts]
        stands_before = kind == "prefix"
        if not words or _comes_back(words, self.command, stands_before=stands_before):
            return False
        named = self._take_assignments(parts)
        if named:
            _check_program(named[0].word, rule, template)
            replaced = not stands_before or named[0].word == self.command
            self.program = named if replaced else [*named, _as_typed(self.command)]
            self.fallback = rule.fallback
        return True

    def _take_assignments(self, parts: list[Part]) -> list[Part]:
        """Turn leading `NAME=value` words into variables; return the words that are left."""
        for n, part in enumerate(parts):
            name, is_set, value = part.word.partition("=")
            if not is_set or not name.isidentifier() or not name.isascii():
                return parts[n:]
            if fault := variable_fault(name):
                raise Unresolvable(fault, where=part.where)
            self.set[name] = Part(value, part.where, part.why)
        return []


def _comes_back(words: list[str], command: str, *, stands_before: bool) -> bool:
    return leads_home([*words, command] if stands_before else words, command)


def _check_program(word: str, rule: Rule, template: Template) -> None:
    if word == "":
        message = f"the rule for `{rule.command}` names a program that is empty: `{template.text}`"
        raise Unresolvable(message, where=template.where)
    if is_shell_only(word):
        message = f"the rule for `{rule.command}` begins with `{word}`, which only a shell can run"
        hint = "begin with a program; nothing here is run by a shell"
        raise Unresolvable(message, where=template.where, hint=hint)


def _words(template: Template, kind: str, rule: Rule, scope: Scope) -> list[Part]:
    pieces = template.pieces(scope)
    text = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
    try:
        words = split(text)
    except ValueError as error:
        came = ", ".join(piece.why for piece in pieces if piece.why)
        message = f"the {kind} of `{rule.command}` can't be cut into words: {error}"
        hint = f"filled in were {came}" if came else None
        raise Unresolvable(message, where=template.where, hint=hint) from None
    if len(pieces) == 1:
        why, where = pieces[0].why or kind, pieces[0].where
        return [Part(_homed(word, text, pieces[0], scope), where, why) for word in words]
    return [_traced(word, text, pieces, kind, scope) for word in words]


def _traced(word: Word, text: str, pieces: list[Piece], kind: str, scope: Scope) -> Part:
    """Make a part of a word; it came from the first filled hole that it overlaps, if any."""
    start = 0
    first: Piece | None = None
    filled: Piece | None = None
    for piece in pieces:
        end = start + len(piece.text)
        if start < word.end and end > word.start:
            first = first or piece
            if piece.why and filled is None:
                filled = piece
        start = end
    first = first or pieces[0]
    source = filled or first
    return Part(_homed(word, text, first, scope), source.where, source.why or kind)


def _homed(word: Word, text: str, source: Piece, scope: Scope) -> str:
    """Put the home directory for an unquoted leading `~`, unless a process variable said it."""
    if source.process or text[word.start] != "~":
        return word.text
    return expand_tilde(word.text, scope.home)


def _part_of(pieces: list[Piece], template: Template, why: str) -> Part:
    """Make one word of all the pieces, whatever is in them."""
    text = "".join([piece.text for piece in pieces])
    source = next((piece for piece in pieces if piece.why), None)
    if source is None:
        return Part(text, template.where, why)
    return Part(text, source.where, source.why)
