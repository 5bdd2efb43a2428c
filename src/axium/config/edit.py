"""Editing `prefixes.yaml`: one thing is changed, and every other byte stays as it is."""

import copy
import json
import os
import stat
from collections.abc import Callable
from typing import Any

import yaml

from axium.config import prefixes, splice
from axium.config.atomic import replace_file
from axium.config.entries import Entry, entries
from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.config.nodes import parse as parse_yaml
from axium.config.source import Unreadable, read_text
from axium.model.suggest import did_you_mean


class EditRefused(Exception):
    """The file was left as it is."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def add_wrapper(path: str, command: str, wrapper: str) -> None:
    """Add the rule `command` -> `wrapper` to a `prefixes.yaml`.

    EditRefused if a rule of the command is there, if the new one has a fault, or
    if the file could not be edited without changing more.
    """
    item = {"command": command, "wrapper": wrapper}
    document = _Document(path)
    if document.named(command):
        message = f"`{command}` has a rule already, at {document.named(command)[0].where}"
        raise EditRefused(message, f"take it away first: `axium wrapper remove {command}`")
    document.write(document.adding(item), lambda data: _list_of(data).append(item))


def remove_rules(path: str, command: str) -> None:
    """Take all rules of `command` out of a `prefixes.yaml`. EditRefused if there is none."""
    document = _Document(path)
    gone = document.named(command)
    if not gone:
        hint = did_you_mean(command, document.commands())
        raise EditRefused(f"`{command}` has no rule in {prefixes.NAME}", hint)

    def expect(data: dict[str, Any]) -> None:
        data["prefixes"] = [rule for rule in _list_of(data) if rule["command"] != command]

    document.write(document.removing(gone), expect)


class _Document:
    """The file as it was read: text, tree, and what the tree says."""

    def __init__(self, path: str) -> None:
        # A symlink stays one: what it leads to is replaced.
        self.path = os.path.realpath(path)
        try:
            self.text = read_text(self.path, prefixes.NAME)
        except FileNotFoundError:
            hint = "`axium bootstrap` writes it"
            raise EditRefused(f"there is no {prefixes.NAME}", hint) from None
        except Unreadable as error:
            raise EditRefused(str(error)) from None
        self._check(self.text, "mend it first, then try again")
        self.root = _tree(self.text)

    def write(self, text: str, expect: Callable[[dict[str, Any]], None]) -> None:
        """Replace the file if `text` says what it said, changed by `expect`, and nothing else."""
        expected = copy.deepcopy(_plain(self.root)) or {}
        expect(expected)
        self._check(text, None)
        if json.dumps(_plain(_tree(text))) != json.dumps(expected):
            hint = f"edit {prefixes.NAME} by hand"
            raise EditRefused(f"{prefixes.NAME} can't be edited without changing more", hint)
        mode = stat.S_IMODE(os.stat(self.path).st_mode)
        replace_file(self.path, text.encode(), durable=True, mode=mode)

    def named(self, command: str) -> list[Node]:
        """The rules for a command."""
        return [rule for rule in self._rules() if _command_of(rule) == command]

    def commands(self) -> list[str]:
        """The commands that have rules."""
        return [command for rule in self._rules() if (command := _command_of(rule)) is not None]

    def adding(self, item: dict[str, str]) -> str:
        """The text with one more rule."""
        key, value = self._prefixes()
        is_block = isinstance(self.root, Mapping) and not self.root.flow
        if isinstance(value, Sequence) and (value.items or not is_block):
            return splice.with_item(self.text, value, item)
        return splice.with_list(self.text, key, value, item)

    def removing(self, gone: list[Node]) -> str:
        """The text without some of its rules."""
        key, value = self._prefixes()
        assert isinstance(value, Sequence)
        return splice.without_items(self.text, key, value, gone)

    def _rules(self) -> list[Node]:
        value = self._prefixes().value
        return value.items if isinstance(value, Sequence) else []

    def _prefixes(self) -> Entry:
        return _entries(self.root)["prefixes"]  # without it the file would have a fault

    def _check(self, text: str, hint: str | None) -> None:
        findings = Findings()
        prefixes.parse(text, findings)
        for fault in findings.faults:
            if fault.severity == "error":
                raise EditRefused(str(fault), hint or fault.hint)


def _tree(text: str) -> Node:
    # The marks of libyaml do not count a byte order mark; those of Python's parser do.
    root = parse_yaml(text, prefixes.NAME, Findings(), yaml.SafeLoader)
    if root is None:
        raise EditRefused(f"{prefixes.NAME} can't be read back")
    return root


def _entries(node: Node) -> dict[str, Entry]:
    return entries(node, Findings()) if isinstance(node, Mapping) else {}


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {name: _plain(entry.value) for name, entry in _entries(node).items()}


def _command_of(rule: Node) -> str | None:
    entry = _entries(rule).get("command")
    return entry.value.text if entry and isinstance(entry.value, Scalar) else None


def _list_of(data: dict[str, Any]) -> list[Any]:
    data["prefixes"] = data.get("prefixes") or []
    rules: list[Any] = data["prefixes"]
    return rules
