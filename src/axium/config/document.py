"""One YAML file of the user's while it is edited: a change is made, and nothing else is touched."""

import copy
import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from axium.config.atomic import replace_file
from axium.config.entries import Entry, entries
from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.config.nodes import parse as parse_yaml
from axium.config.source import Unreadable, read_text

PATIENCE = 5.0
"""Seconds for another edit to end, which takes some milliseconds."""

Plain = Any
"""What a file says, as plain data."""


class EditRefused(Exception):
    """The file was left as it is."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@contextmanager
def alone(path: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other edits of ours waiting, from reading the file at `path` until it is replaced.

    EditRefused where another one does not end. It is the directory that is locked: the file
    will be another one.
    """
    directory = os.open(os.path.dirname(os.path.realpath(path)), os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(directory, path, patience)
        yield
    finally:
        os.close(directory)


def _lock(directory: int, path: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                hint = "end it, then try again"
                raise EditRefused(f"another `axium` is editing {path}", hint) from None
        time.sleep(0.005)


class Document:
    """A file as it was read: `text`, its tree in `root`. EditRefused where it has a fault."""

    def __init__(self, path: str, name: str, parse: Callable[[str, Findings], object]) -> None:
        # A symlink stays one: what it leads to is replaced.
        self.path = os.path.realpath(path)
        self.name = name
        self._parse = parse
        try:
            self.text = read_text(self.path, name)
        except FileNotFoundError:
            raise EditRefused(f"there is no {name}", "`axium bootstrap` writes it") from None
        except Unreadable as error:
            raise EditRefused(str(error)) from None
        self._check(self.text, "mend it first, then try again")
        self.root = self.tree(self.text)

    def write(self, text: str, expect: Callable[[dict[str, Plain]], None]) -> None:
        """Replace the file by `text`, which must say the same as it, changed by `expect`.

        EditRefused if it says anything else, if the file may not be written, or if somebody
        else, such as an editor, has changed it since it was read.
        """
        self.check(text, expect)
        mode = stat.S_IMODE(os.stat(self.path).st_mode)
        if not mode & 0o222 or not os.access(self.path, os.W_OK):
            raise EditRefused(f"{self.name} is read-only", f"it is {self.path}")
        if read_text(self.path, self.name) != self.text:
            raise EditRefused(f"{self.name} was changed by another meanwhile", "try again")
        replace_file(self.path, text.encode(), durable=True, mode=mode)

    def check(self, text: str, expect: Callable[[dict[str, Plain]], None]) -> None:
        """EditRefused if `text` would not say the same as the file, changed by `expect`."""
        expected = copy.deepcopy(plain(self.root)) or {}
        expect(expected)
        # First: a fault that the change itself made is at no place of the user's file.
        if _told(plain(self.tree(text))) != _told(expected):
            raise self._beyond()
        self._check(text, None)

    def _check(self, text: str, hint: str | None) -> None:
        findings = Findings()
        self._parse(text, findings)
        for fault in findings.faults:
            if fault.severity == "error":
                raise EditRefused(str(fault), hint or fault.hint)

    def tree(self, text: str) -> Node:
        """The nodes of a text. EditRefused where it has none."""
        # The marks of libyaml do not count a byte order mark; those of Python's parser do.
        root = parse_yaml(text, self.name, Findings(), yaml.SafeLoader)
        if root is None:
            raise self._beyond()
        return root

    def _beyond(self) -> EditRefused:
        hint = f"edit {self.name} by hand"
        return EditRefused(f"{self.name} can't be edited without changing more", hint)


def entries_of(node: Node) -> dict[str, Entry]:
    """The entries of a mapping; none of anything else."""
    return entries(node, Findings()) if isinstance(node, Mapping) else {}


def plain(node: Node) -> Plain:
    """What a node says."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {name: plain(entry.value) for name, entry in entries_of(node).items()}


def _told(said: Plain) -> str:
    return json.dumps(said, sort_keys=True)  # `1`, `1.0` and `true` are equal, but not the same
