"""YAML text as a tree of nodes that know where they were written."""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from axium.config.findings import Findings
from axium.config.scalars import Value, is_null, plain_value, tagged_value
from axium.config.source import Places
from axium.model.marks import Mark

# libyaml is some ten times faster, but is not there for each interpreter.
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_NODES = 50_000
MAX_DEPTH = 64
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({"str", "null", "bool", "int", "float"})


class Scalar(msgspec.Struct, eq=False):
    """A single value; `tag` is None for a plain one, that is typed by what it looks like."""

    text: str
    where: Mark
    start: int
    end: int
    tag: str | None = None
    size: int = 1
    height: int = 1

    @property
    def is_null(self) -> bool:
        return self.tag == "null" or (self.tag is None and is_null(self.text))

    @property
    def value(self) -> Value:
        return plain_value(self.text) if self.tag is None else tagged_value(self.text, self.tag)


class Sequence(msgspec.Struct, eq=False):
    """A list; `flow` tells `[a, b]` from items with dashes."""

    where: Mark
    start: int
    flow: bool
    items: list["Node"] = []
    end: int = 0
    size: int = 1
    height: int = 1


class Mapping(msgspec.Struct, eq=False):
    """A mapping, as its pairs in the order in which they were written."""

    where: Mark
    start: int
    flow: bool
    pairs: list[tuple["Node", "Node"]] = []
    key: "Node | None" = None
    end: int = 0
    size: int = 1
    height: int = 1


Node = Scalar | Sequence | Mapping


def parse(text: str, shown: str, findings: Findings, loader: type[Any] = _Loader) -> Node | None:
    """The root of the one document of `text`; None, and an error, where there is no tree.

    An empty text is a null. Aliases are followed, merge keys are left to `entries`.
    """
    places = Places(text, shown)
    tree = _Tree(places, findings)
    try:
        for event in _events(text, loader):
            if not tree.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        _syntax_error(error, places, findings)
        return None
    except yaml.reader.ReaderError as error:
        where = places.at(error.position)
        findings.error(where, f"the character U+{_code(error):04X} may not stand in YAML")
        return None
    return tree.root or Scalar("", Mark(shown, 1, 1), 0, 0)


def _events(text: str, loader: type[Any]) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=loader)


def _code(error: yaml.reader.ReaderError) -> int:
    character: int | str = error.character
    return character if isinstance(character, int) else ord(character)


def _syntax_error(error: yaml.MarkedYAMLError, places: Places, findings: Findings) -> None:
    place = error.problem_mark or error.context_mark
    where = places.at(0 if place is None else place.index)
    message = (error.problem or "is not YAML").replace("'", "`")
    if error.context:
        message += f", {error.context}"
    if error.context_mark is not None:
        begun = places.at(error.context_mark.index)
        if begun.line != where.line:
            message += f" that begins at {begun.line}:{begun.column}"
    hint = "indent with blanks" if "start any token" in message else None
    findings.error(where, message, hint)


class _Tree:
    """The tree while its events arrive; it grows on a list, so that depth costs no stack."""

    def __init__(self, places: Places, findings: Findings) -> None:
        self.places = places
        self.findings = findings
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.anchors: dict[str, Node] = {}

    def take(self, event: Any) -> bool:
        """Take one event in; False where nothing more can be made of the file."""
        if isinstance(event, yaml.ScalarEvent):
            return self._add(self._scalar(event), event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._open(Sequence(*self._opening(event)), event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._open(Mapping(*self._opening(event)), event)
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            return self._close(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            message = "a second document begins here, and one file is one document"
            self.findings.error(self._where(event), message)
            return False
        return True

    def _where(self, event: Any) -> Mark:
        return self.places.at(event.start_mark.index)

    def _opening(self, event: Any) -> tuple[Mark, int, bool]:
        return self._where(event), event.start_mark.index, bool(event.flow_style)

    def _scalar(self, event: Any) -> Scalar:
        where = self._where(event)
        plain = event.implicit[0] and event.tag is None
        tag = None if plain else "str"
        if event.tag is not None and event.tag != "!":
            tag = event.tag.removeprefix(_CORE)
            tag = self._checked(event.value, tag, where)
        return Scalar(event.value, where, event.start_mark.index, event.end_mark.index, tag)

    def _checked(self, text: str, tag: str, where: Mark) -> str:
        if tag not in _SCALAR_TAGS:
            hint = "a plain value needs no tag"
            self.findings.error(where, f"the tag `{tag}` means nothing here", hint)
            return "str"
        try:
            tagged_value(text, tag)
        except ValueError as error:
            self.findings.error(where, str(error))
            return "str"
        return tag

    def _open(self, node: Sequence | Mapping, event: Any) -> bool:
        expected = "seq" if isinstance(node, Sequence) else "map"
        if event.tag not in (None, "!", _CORE + expected):
            tag = event.tag.removeprefix(_CORE)
            self.findings.error(node.where, f"the tag `{tag}` means nothing here")
        if len(self.open) >= MAX_DEPTH:
            return self._too_deep(node)
        self.open.append(node)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return True

    def _close(self, event: Any) -> bool:
        node = self.open.pop()
        node.end = event.end_mark.index
        return self._attach(node)

    def _add(self, node: Scalar, event: Any) -> bool:
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return self._attach(node)

    def _alias(self, event: Any) -> bool:
        where = self._where(event)
        node = self.anchors.get(event.anchor)
        if node is None:
            self.findings.error(where, f"`*{event.anchor}` is an alias of no anchor before it")
            return self._attach(Scalar("", where, event.start_mark.index, event.end_mark.index))
        if any(node is other for other in self.open):
            self.findings.error(where, f"`*{event.anchor}` contains itself")
            return False
        if self.open[-1].size + node.size > MAX_NODES:
            message = f"`*{event.anchor}` makes more than {MAX_NODES} values of this file"
            self.findings.error(where, message)
            return False
        return self._attach(node)

    def _too_deep(self, node: Node) -> bool:
        self.findings.error(node.where, f"is nested deeper than {MAX_DEPTH} levels")
        return False

    def _attach(self, node: Node) -> bool:
        if not self.open:
            self.root = node
            return True
        parent = self.open[-1]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if len(self.open) + node.height > MAX_DEPTH:
            return self._too_deep(node)
        if parent.size > MAX_NODES:
            self.findings.error(node.where, f"holds more than {MAX_NODES} values")
            return False
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            parent.pairs.append((parent.key, node))
            parent.key = None
        return True
