"""`envs.yaml` made into environments."""

from typing import Any

from axium.config.decode import Text, decode, found_text
from axium.config.entries import entries
from axium.config.findings import Findings
from axium.config.nodes import Node, Scalar, Sequence
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import EnvsFile
from axium.model.colors import is_color
from axium.model.display import printable
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.names import text_fault, variable_fault

NAME = "envs.yaml"


def parse(text: str, findings: Findings) -> dict[str, Environment]:
    """The environments by name; what could not be made out is left out and told."""
    root = parse_yaml(text, NAME, findings)
    file = None if root is None else decode(root, EnvsFile, findings)
    if file is None:
        return {}
    made: dict[str, Environment] = {}
    for name, properties in file.envs.items():
        assert isinstance(name, Text)
        _check_name(name, findings)
        made[str(name)] = _environment(str(name), name.where, properties or {}, findings)
    return made


def _check_name(name: Text, findings: Findings) -> None:
    if name == "-":
        findings.error(name.where, "`-` can't name an environment: it means the one before")
    elif not name.strip() or printable(name) != name:
        findings.error(name.where, f"{str(name)!r} can't name an environment: it can't be shown")


def _environment(
    name: str, where: Mark, properties: dict[str, Node], findings: Findings
) -> Environment:
    reading = _Reading(findings)
    values = {str(key): reading.value(node, str(key)) for key, node in properties.items()}
    for key in properties:
        assert isinstance(key, Text)
        reading.marks.setdefault(str(key), key.where)
    unset = _unset(properties.get("unset"), name, findings)
    _check_color(reading, findings)
    return Environment(name, where, values, reading.texts, reading.marks, unset)


class _Reading:
    """The properties of one environment while they are read."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.texts: dict[str, str] = {}
        self.marks: dict[str, Mark] = {}

    def value(self, node: Node, path: str) -> Any:
        if path in self.marks:
            message = f"`{path}` is there twice, once as a key with a dot in it"
            self.findings.error(node.where, message)
        self.marks[path] = node.where
        if isinstance(node, Scalar):
            return self._scalar(node, path)
        if isinstance(node, Sequence):
            return [self._item(item) for item in node.items]
        return {
            key: self.value(entry.value, f"{path}.{key}")
            for key, entry in entries(node, self.findings).items()
        }

    def _scalar(self, node: Scalar, path: str) -> Any:
        self.texts[path] = "" if node.is_null else node.text
        if fault := text_fault(node.text):
            self.findings.error(node.where, f"`{path}` {fault}")
        return node.value

    def _item(self, node: Node) -> Any:
        """The value of something in a list, which no path leads to."""
        apart = _Reading(self.findings)
        return apart.value(node, "item")


def _unset(node: Node | None, name: str, findings: Findings) -> tuple[str, ...]:
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return ()
    if not isinstance(node, Sequence):
        message = f"`unset` of `{name}` must be a list of variables, found {found_text(node)}"
        findings.error(node.where, message)
        return ()
    names = []
    for item in node.items:
        if not isinstance(item, Scalar):
            message = f"`unset` of `{name}` must be names of variables, found {found_text(item)}"
            findings.error(item.where, message)
        elif fault := variable_fault(item.text):
            findings.error(item.where, fault)
        else:
            names.append(item.text)
    return tuple(dict.fromkeys(names))


def _check_color(reading: _Reading, findings: Findings) -> None:
    color = reading.texts.get("color")
    if color and not is_color(color):
        message = f"`{color}` is no colour that can be shown"
        findings.warning(reading.marks["color"], message, "write `#RRGGBB` or `red`")
