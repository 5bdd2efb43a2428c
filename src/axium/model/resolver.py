"""The one resolver: what a command becomes in an environment, and where each part came from."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import is_shell_only, variable_fault
from axium.model.rules import ArgsAppend, ArgsPrepend, EnvVars, Prefix, Rule, Wrapper, leads_home
from axium.model.secrets import is_secret
from axium.model.templates import Piece, Scope, Template, Unresolvable, expand_tilde
from axium.model.words import ASSIGNMENT, Word, split


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
    """What `command` becomes in `env`.

    Without `variables` nothing of one pane or process is known, as when tables
    are published: what depends on it has the verdict `ask`. With them the
    verdict is `go`. Unresolvable where it must not run.
    """
    rules = configuration.rules.for_command(command)
    env_name = None if env is None else env.name
    if not rules and (place := configuration.rules.unreadable.get(command)):
        message = f"`{command}` is wrapped, but its rule can't be read"
        hint = "mend the fault: `axium daemon reload` names its place"
        raise Unresolvable(message, where=place, hint=hint)
    if not rules:
        return Decision(command, env_name, "go", before=(_as_typed(command),))
    where = next((rule.where for rule in rules if rule.names_program()), rules[0].where)
    if variables is None and _is_not_to_publish(rules):
        needs = dict.fromkeys(n for r in rules for t in r.templates() for n in t.variables())
        return Decision(command, env_name, "ask", where=where, needs=tuple(needs))
    draft = _Draft(command, Scope(env, pane, variables, home))
    for rule in rules:
        draft.apply(rule)
    return draft.decision(env_name, where)


def _as_typed(command: str) -> Part:
    return Part(command, None, "the command as it was typed")


def _is_not_to_publish(rules: tuple[Rule, ...]) -> bool:
    """Whether something of one process or pane is needed, or a secret would stand in a file."""
    return any(
        kind in ("variable", "pane") or (kind == "key" and is_secret(text))
        for rule in rules
        for template in rule.templates()
        for kind, text in template.parts
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
        """Put the words of a prefix or wrapper in place; False if it says nothing."""
        kind = "prefix" if isinstance(rule.form, Prefix) else "wrapper"
        assigned, named = _words(template, kind, rule, self.scope)
        stands_before = kind == "prefix"
        if _comes_back(named, self.command, stands_before=stands_before):
            return False
        for name, part in assigned:
            if fault := variable_fault(name):
                raise Unresolvable(fault, where=part.where)
            self.set[name] = part
        if named:
            _check_program(named[0].word, rule, template)
            replaced = not stands_before or named[0].word == self.command
            self.program = named if replaced else [*named, _as_typed(self.command)]
            self.fallback = rule.fallback
        return bool(assigned or named)


def _comes_back(named: list[Part], command: str, *, stands_before: bool) -> bool:
    words = [part.word for part in named]
    return leads_home([*words, command] if stands_before else words, command)


def _check_program(word: str, rule: Rule, template: Template) -> None:
    if word == "":
        message = f"the rule for `{rule.command}` names a program that is empty: `{template.text}`"
        raise Unresolvable(message, where=template.where)
    if is_shell_only(word):
        message = f"the rule for `{rule.command}` begins with `{word}`, which only a shell can run"
        hint = "begin with a program; nothing here is run by a shell"
        raise Unresolvable(message, where=template.where, hint=hint)


def _words(
    template: Template, kind: str, rule: Rule, scope: Scope
) -> tuple[list[tuple[str, Part]], list[Part]]:
    """The leading assignments and the words after them."""
    pieces = template.pieces(scope)
    text = "".join([piece.text for piece in pieces])
    try:
        words = split(text)
    except ValueError as error:
        came = ", ".join(piece.why for piece in pieces if piece.why)
        message = f"the {kind} of `{rule.command}` can't be cut into words: {error}"
        hint = f"filled in were {came}" if came else None
        raise Unresolvable(message, where=template.where, hint=hint) from None
    assigned: list[tuple[str, Part]] = []
    for n, word in enumerate(words):
        found = ASSIGNMENT.match(text, word.start)
        if found is None:
            return assigned, [_traced(w, w.start, pieces, kind, scope) for w in words[n:]]
        value = word._replace(text=word.text[len(found[0]) :])
        assigned.append((found[1], _traced(value, found.end(), pieces, kind, scope)))
    return assigned, []


def _traced(word: Word, begin: int, pieces: list[Piece], kind: str, scope: Scope) -> Part:
    """The part that a word from `begin` on is; its first filled hole is its source."""
    held, leads = _overlapping(begin, word.end, pieces)
    source = next((piece for piece in held if piece.why), held[0])
    text = word.text
    if leads and not held[0].process:
        text = expand_tilde(text, scope.home)
    return Part(text, source.where, source.why or kind)


def _overlapping(begin: int, end: int, pieces: list[Piece]) -> tuple[list[Piece], bool]:
    """The pieces that a stretch was read from, and whether a bare `~` leads it."""
    held: list[Piece] = []
    start = 0
    leads = False
    for piece in pieces:
        stop = start + len(piece.text)
        if start < end and stop > begin:
            leads = leads or (not held and piece.text[begin - start : begin - start + 1] == "~")
            held.append(piece)
        start = stop
    return held or pieces[-1:], leads


def _part_of(pieces: list[Piece], template: Template, why: str) -> Part:
    """One word of all the pieces, whatever is in them."""
    text = "".join([piece.text for piece in pieces])
    source = next((piece for piece in pieces if piece.why), None)
    if source is None:
        return Part(text, template.where, why)
    return Part(text, source.where, source.why)
