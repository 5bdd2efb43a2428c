"""The files of a plugin's own configuration: its base, and the override that is the user's."""

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from axium.config.decode import found_text
from axium.config.entries import entries
from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar
from axium.config.nodes import parse as parse_yaml
from axium.config.source import Unreadable, read_text
from axium.model.manifests import Kind
from axium.model.marks import Fault, Mark
from axium.model.names import plugin_fault
from axium.model.plugin_config import Holed, Part

OVERRIDES = "overrides"
"""The directory in the home that has the users' files, each named like its plugin."""

_KINDS: tuple[Kind, ...] = ("spokes", "gears")
_FILENAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class Plugin(NamedTuple):
    """A plugin's directory, as far as its configuration concerns it."""

    name: str
    kind: Kind
    directory: str


class File(NamedTuple):
    """A file, and how people know it."""

    path: str
    shown: str


class Files(NamedTuple):
    """The two files of one configuration."""

    base: File
    override: File


class BrokenConfig(ValueError):
    """A base that has an error, of which nothing good is known; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def find_plugin(root: str, name: str, kind: Kind | None = None) -> Plugin | None:
    """The plugin that has a directory of this name in the home `root`; a spoke before a gear."""
    if plugin_fault(name):
        return None
    for each in _KINDS if kind is None else (kind,):
        if os.path.isdir(f"{root}/{each}/{name}"):
            return Plugin(name, each, f"{root}/{each}/{name}")
    return None


def plugins(root: str) -> list[Plugin]:
    """Everything in the home `root` that may have a configuration."""
    found = (find_plugin(root, name, kind) for kind in _KINDS for name in _listed(f"{root}/{kind}"))
    return [plugin for plugin in found if plugin is not None]


def overridden(root: str) -> list[str]:
    """The names that have an override in the home `root`."""
    found = _listed(f"{root}/{OVERRIDES}")
    return [name.removesuffix(".yaml") for name in found if name.endswith(".yaml")]


def override_of(root: str, name: str) -> File:
    """The user's file for a plugin."""
    shown = f"{OVERRIDES}/{name}.yaml"
    return File(f"{root}/{shown}", shown)


def files_of(root: str, plugin: Plugin, filename: str | None = None) -> Files:
    """The two files; `filename` is the base's, NAME.yaml if not given. ValueError for a bad one."""
    name = filename or f"{plugin.name}.yaml"
    if not _FILENAME.fullmatch(name):
        rule = "letters, digits and `._-`, the first one not `.`"
        raise ValueError(f"`{name}` can't name a file of a plugin: a name is {rule}")
    base = File(f"{plugin.directory}/{name}", f"{plugin.kind}/{plugin.name}/{name}")
    return Files(base, override_of(root, plugin.name))


class PluginFiles:
    """Reads such files, and keeps what each said when it was good last: that stays in force."""

    def __init__(self) -> None:
        self._good: dict[str, Part] = {}
        self._faults: dict[str, tuple[Fault, ...]] = {}
        self._known: dict[File, str | None] = {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files that were read, each as of its last reading."""
        return tuple([fault for path in sorted(self._faults) for fault in self._faults[path]])

    @property
    def known(self) -> list[str]:
        """The files that were read, and the overrides that may come."""
        return sorted([file.path for file in self._known])

    def faults_of(self, files: Files) -> tuple[Fault, ...]:
        """What is wrong with these two."""
        return (*self._faults.get(files.base.path, ()), *self._faults.get(files.override.path, ()))

    def parts(self, files: Files, *, within: str) -> list[Part]:
        """What the files say, the base's first; `within` is the plugin's directory.

        FileNotFoundError where there is no base; of a base that is named like the plugin the
        override alone will do. BrokenConfig.
        """
        base, over = self.read(files.base, within=within), self.read(files.override)
        if base is not None:
            return [base] if over is None else [base, over]
        if faults := self._faults.get(files.base.path):
            raise BrokenConfig(faults[0])
        is_usual = os.path.basename(files.base.path) == os.path.basename(files.override.path)
        if over is None or not is_usual:
            raise FileNotFoundError(f"config file not found: {files.base.shown}")
        return [over]

    def read(self, file: File, *, within: str | None = None) -> Part | None:
        """What one file says, or said when it was good last; None where it says nothing."""
        self._known[file] = within
        try:
            part, faults = read_part(file, within=within)
        except FileNotFoundError:
            self._forget(file)
            return None
        self._faults[file.path] = faults
        if part is not None:
            self._good[file.path] = part
        return self._good.get(file.path)

    def read_again(self) -> None:
        """Read everything that is known."""
        for file, within in list(self._known.items()):
            self.read(file, within=within)

    def _forget(self, file: File) -> None:
        self._good.pop(file.path, None)
        self._faults.pop(file.path, None)
        if self._known[file] is not None:
            # Any number of names may be asked for; an override, of which there is one, may come.
            del self._known[file]


def read_part(file: File, *, within: str | None = None) -> tuple[Part | None, tuple[Fault, ...]]:
    """What a file says, None where it has an error, and what is wrong with it.

    FileNotFoundError. A symlink that leads out of the directory `within` is an error.
    """
    if within is not None and os.path.lexists(file.path) and not _is_inside(file.path, within):
        message = "is a symlink out of the plugin's directory"
        return None, (Fault(Mark(file.shown, 1, 1), message, "put the file itself there"),)
    try:
        text = read_text(file.path, file.shown)
    except Unreadable as error:
        return None, (error.fault,)
    findings = Findings()
    part = parse(text, file.shown, findings)
    return (None if findings.has_errors else part), findings.faults


def parse(text: str, shown: str, findings: Findings) -> Part:
    """What a text says; an empty one says nothing, and anything but a mapping is an error."""
    root = parse_yaml(text, shown, findings)
    if isinstance(root, Mapping):
        found = entries(root, findings)
        content = {name: _value(entry.value, findings) for name, entry in found.items()}
        return Part(content, {name: entry.key.where for name, entry in found.items()})
    if root is not None and not (isinstance(root, Scalar) and root.is_null):
        message = f"must be a mapping, found {found_text(root)}"
        findings.error(root.where, message, "write `name: value` lines")
    return Part({}, {})


def _value(node: Node, findings: Findings) -> Any:
    if isinstance(node, Scalar):
        value = node.value
        if not isinstance(value, str):
            return value
        return Holed(value, node.where) if "$" in value or value.startswith("~") else value
    if isinstance(node, Mapping):
        found = entries(node, findings)
        return {name: _value(entry.value, findings) for name, entry in found.items()}
    return [_value(item, findings) for item in node.items]


def _is_inside(path: str, directory: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(directory) + "/")


def _listed(directory: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return  # a directory that is closed shows where a file in it is opened
    yield from (name for name in names if not name.startswith((".", "__")))
