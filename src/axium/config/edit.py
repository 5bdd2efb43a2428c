"""Editing `prefixes.yaml`: one rule is changed, and every other byte stays as it is."""

from typing import Any

from axium.config import prefixes, splice
from axium.config.document import Document, EditRefused, alone, entries_of
from axium.config.entries import Entry
from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.model.suggest import did_you_mean


def add_wrapper(path: str, command: str, wrapper: str) -> None:
    """Add the rule `command` -> `wrapper` to a `prefixes.yaml`.

    EditRefused if a rule of the command is there, if the new one has a fault, or
    if the file could not be edited without changing more.
    """
    item = {"command": command, "wrapper": wrapper}
    with alone(path):
        document = _Rules(path)
        if document.named(command):
            message = f"`{command}` has a rule already, at {document.named(command)[0].where}"
            raise EditRefused(message, f"take it away first: `axium wrapper remove {command}`")
        document.write(document.adding(item), lambda data: _list_of(data).append(item))


def remove_rules(path: str, command: str) -> None:
    """Take all rules of `command` out of a `prefixes.yaml`. EditRefused if there is none."""

    def expect(data: dict[str, Any]) -> None:
        data["prefixes"] = [rule for rule in _list_of(data) if rule["command"] != command]

    with alone(path):
        document = _Rules(path)
        gone = document.named(command)
        if not gone:
            hint = did_you_mean(command, document.commands()) or (
                f"what a plugin wraps goes away with it: `axium explain {command}` names it"
            )
            raise EditRefused(f"`{command}` has no rule in {prefixes.NAME}", hint)
        document.write(document.removing(gone), expect)


class _Rules(Document):
    """The file with its rules."""

    def __init__(self, path: str) -> None:
        super().__init__(path, prefixes.NAME, prefixes.parse)

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
        return entries_of(self.root)["prefixes"]  # without it the file would have a fault


def _command_of(rule: Node) -> str | None:
    entry = entries_of(rule).get("command")
    return entry.value.text if entry and isinstance(entry.value, Scalar) else None


def _list_of(data: dict[str, Any]) -> list[Any]:
    data["prefixes"] = data.get("prefixes") or []
    rules: list[Any] = data["prefixes"]
    return rules
