"""Text with holes (`${env.key}`, `$VAR`, `~`, `{{pane}}`), filled in and never run."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import text_fault
from axium.model.suggest import did_you_mean

Kind = Literal["text", "key", "variable", "home", "pane", "env"]
Parts = tuple[tuple[Kind, str], ...]

_HOLE = re.compile(
    r"(?P<dollar>\$\$)"
    r"|\$\{env\.(?P<key>[^{}$\s]+)\}"
    r"|\$\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\}"
    r"|\$(?P<variable>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{\{\s*(?P<double>env|pane)\s*\}\}"
    r"|(?P<bad>\$\{[^}]*\}?)"
)
_TILDE = re.compile(r"~(?=/|$)")


class Unresolvable(Exception):
    """A command can't be resolved, so it must not run."""

    def __init__(self, message: str, *, where: Mark | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.where is None else f"{self.where}: {self.message}"


class Scope(NamedTuple):
    """What the holes of a template are filled from; `variables` None: no process is known."""

    env: Environment | None
    pane: str | None
    variables: Mapping[str, str] | None
    home: str


class Piece(NamedTuple):
    """A stretch of expanded text and where it came from; `why` is empty for what stood there."""

    text: str
    where: Mark
    why: str = ""
    process: bool = False


class Template(msgspec.Struct, frozen=True):
    """A text of a rule, cut into what stands there and what is to be filled in."""

    text: str
    where: Mark
    parts: Parts

    @classmethod
    def parse(cls, text: str, where: Mark) -> "Template":
        """The template that `text` is; `$$` is one `$`. ValueError for `${` that opens no hole."""
        parts: list[tuple[Kind, str]] = []
        rest = 0
        if tilde := _TILDE.match(text):
            parts.append(("home", ""))
            rest = tilde.end()
        for hole in _HOLE.finditer(text, rest):
            _add_text(parts, text[rest : hole.start()])
            rest = hole.end()
            _add_hole(parts, hole)
        _add_text(parts, text[rest:])
        return cls(text, where, tuple(parts))

    def variables(self) -> tuple[str, ...]:
        """The names of the process variables that have to be known, each once."""
        return tuple(dict.fromkeys(value for kind, value in self.parts if kind == "variable"))

    def needs_pane(self) -> bool:
        """Whether another pane could give another text."""
        return ("pane", "") in self.parts

    def needs_env(self) -> bool:
        """Whether another environment could give another text."""
        return any(kind in ("key", "env") for kind, _ in self.parts)

    def pieces(self, scope: Scope) -> list[Piece]:
        """The text in pieces, every hole filled. Unresolvable for one that can't be."""
        where = self.where
        pieces = [
            Piece(value, where) if kind == "text" else _fill(kind, value, scope, where)
            for kind, value in self.parts
        ]
        if pieces and self.parts[0][0] == "key" and pieces[0].text.startswith("~"):
            first = pieces[0]
            pieces[0] = first._replace(text=expand_tilde(first.text, scope.home))
        return pieces

    def expand(self, scope: Scope) -> str:
        """The text with every hole filled. Unresolvable for one that can't be."""
        return "".join([piece.text for piece in self.pieces(scope)])


def expand_tilde(word: str, home: str) -> str:
    """`word` with `home` in the place of a `~` that leads it; `~name` stays."""
    return home + word[1:] if _TILDE.match(word) else word


def fill_known(text: str, scope: Scope, where: Mark) -> tuple[str, list[Unresolvable]]:
    """`text` with every hole filled that can be, and why the others could not.

    Those stay as they were written, as `{{env}}` and `{{pane}}` do, which are for rules.
    """
    unfilled: list[Unresolvable] = []
    has_tilde = bool(_TILDE.match(text))

    def fill(hole: re.Match[str]) -> str:
        try:
            return _filled_alone(hole, scope, where, is_first=hole.start() == 0 and not has_tilde)
        except Unresolvable as error:
            unfilled.append(error)
            return hole[0]

    lead = scope.home if has_tilde else ""
    return lead + _HOLE.sub(fill, text[1:] if has_tilde else text), unfilled


def _filled_alone(hole: re.Match[str], scope: Scope, where: Mark, *, is_first: bool) -> str:
    """What stands in the place of one hole. Unresolvable where nothing can."""
    if hole["double"]:
        return hole[0]
    parts: list[tuple[Kind, str]] = []
    try:
        _add_hole(parts, hole)
    except ValueError as error:
        raise Unresolvable(str(error), where=where) from None
    kind, value = parts[0]
    if kind == "text":
        return value
    filled = _fill(kind, value, scope, where).text
    return expand_tilde(filled, scope.home) if kind == "key" and is_first else filled


def _add_text(parts: list[tuple[Kind, str]], text: str) -> None:
    if not text:
        return
    if parts and parts[-1][0] == "text":
        text = parts.pop()[1] + text
    parts.append(("text", text))


def _add_hole(parts: list[tuple[Kind, str]], hole: re.Match[str]) -> None:
    if hole["bad"]:
        raise ValueError(f"`{hole['bad']}` is neither `${{env.key}}` nor `${{VARIABLE}}`")
    if hole["dollar"]:
        _add_text(parts, "$")
    elif hole["key"]:
        parts.append(("key", hole["key"]))
    elif hole["double"]:
        parts.append(("pane" if hole["double"] == "pane" else "env", ""))
    else:
        parts.append(("variable", hole["braced"] or hole["variable"]))


def _fill(kind: Kind, value: str, scope: Scope, where: Mark) -> Piece:
    if kind == "key":
        return _environment_value(value, scope.env, where)
    if kind == "variable":
        return _process_variable(value, scope.variables or {}, where)
    if kind == "home":
        return Piece(scope.home, where)
    if kind == "pane":
        if scope.pane is None:
            raise Unresolvable("`{{pane}}` has no value outside tmux", where=where)
        return Piece(scope.pane, where, "the pane")
    if scope.env is None:
        raise _no_environment("`{{env}}`", where)
    return Piece(scope.env.name, where, "the environment's name")


def _process_variable(name: str, variables: Mapping[str, str], where: Mark) -> Piece:
    value = variables.get(name)
    if value is None:
        hint = f"export `{name}`, or put the value into the environment as `${{env.key}}`"
        raise Unresolvable(f"the variable `${name}` is not set", where=where, hint=hint)
    if fault := text_fault(value):
        raise Unresolvable(f"the variable `${name}` {fault}", where=where)
    return Piece(value, where, f"`${name}`", process=True)


def _environment_value(path: str, env: Environment | None, where: Mark) -> Piece:
    if env is None:
        raise _no_environment(f"`${{env.{path}}}`", where)
    text = env.texts.get(path)
    if text is not None:
        return Piece(text, env.marks[path], f"`{path}` of environment `{env.name}`")
    if path == "name":
        return Piece(env.name, env.where, "the environment's name")
    raise _no_such_value(path, env, where)


def _no_environment(hole: str, where: Mark) -> Unresolvable:
    message = f"{hole} has no value: no environment is set"
    return Unresolvable(message, where=where, hint="choose one with `axium env set NAME`")


def _no_such_value(path: str, env: Environment, where: Mark) -> Unresolvable:
    if path in env.marks:
        return Unresolvable(
            f"`{path}` of environment `{env.name}` ({env.marks[path]}) is a {_shape(path, env)},"
            f" and `${{env.{path}}}` needs a single value",
            where=where,
        )
    return Unresolvable(
        f"environment `{env.name}` ({env.where}) has no `{path}`, which `${{env.{path}}}` asks for",
        where=where,
        hint=did_you_mean(path, env.texts) or f"add `{path}` to `{env.name}`",
    )


def _shape(path: str, env: Environment) -> str:
    value: object = env.properties
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else value
    return "list" if isinstance(value, list) else "mapping"
