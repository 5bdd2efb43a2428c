"""Which plugins a home has, each with its manifest."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from axium.config.findings import Findings
from axium.config.source import Unreadable, read_text
from axium.model.manifests import Kind, Manifest
from axium.model.marks import Fault, Mark
from axium.model.names import plugin_fault

FILES: dict[Kind, tuple[str, ...]] = {
    "spokes": ("spoke.yaml", "manifest.yaml"),
    "gears": ("gear.yaml", "manifest.yaml"),
}
"""The names of a manifest; the first one that is there counts."""

METADATA: dict[Kind, str] = {"spokes": ".spoke_metadata.json", "gears": ".gear_metadata.json"}

_LOOKS_MEANT = ("spoke.yml", "gear.yml", "manifest.yml", "main.py")
"""What shows that a directory without a manifest is to be a plugin."""


class Found(NamedTuple):
    """A directory of a plugin. `name` is the directory's, and the manifest's too.

    Without a manifest the `faults` say why.
    """

    name: str
    directory: str
    manifest: Manifest | None
    faults: tuple[Fault, ...]


class _Row(msgspec.Struct):
    manifest_name: str | None = None


def discover(root: str, kind: Kind) -> list[Found]:
    """The plugins in the home `root`, by name. What their files contain never raises.

    A directory of another name than its manifest's counts as that plugin where it was
    installed so: its row of the metadata has `manifest_name`.
    """
    directory = f"{root}/{kind}"
    renamed = _renamed(f"{directory}/{METADATA[kind]}")
    found = (_found(directory, name, kind, renamed.get(name, name)) for name in _names(directory))
    return [each for each in found if each is not None]


def find(root: str, kind: Kind, name: str) -> Found | None:
    """The plugin of this name in the home `root`, as `discover` has it; no other is looked at."""
    if name.startswith((".", "__")) or "/" in name:
        return None
    directory = f"{root}/{kind}"
    named = _renamed(f"{directory}/{METADATA[kind]}").get(name, name)
    return _found(directory, name, kind, named) if os.path.lexists(f"{directory}/{name}") else None


def read_manifest(
    directory: str, kind: Kind, *, shown: str | None = None
) -> tuple[Manifest | None, tuple[Fault, ...]]:
    """The manifest of one directory, None where it has an error, and what is wrong with it.

    People know the directory as `shown`.
    """
    file = _file(directory, kind)
    return read_file(f"{directory}/{file}", kind, f"{shown or directory}/{file}")


def read_file(path: str, kind: Kind, shown: str) -> tuple[Manifest | None, tuple[Fault, ...]]:
    """The same of one file, which people know as `shown`."""
    # 12 ms for YAML, which a home without plugins need not pay.
    from axium.config.manifest_file import parse

    findings = Findings()
    try:
        text = read_text(path, shown)
    except FileNotFoundError:
        return None, (_missing(path, Mark(shown, 1, 1)),)
    except Unreadable as error:
        return None, (error.fault,)
    manifest = parse(text, shown, kind, findings)
    return (None if findings.has_errors else manifest), findings.faults


def read_text_of(directory: str, kind: Kind) -> str:
    """The text of the manifest of one directory. FileNotFoundError, Unreadable."""
    file = _file(directory, kind)
    return read_text(f"{directory}/{file}", file)


def _names(directory: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (name for name in names if not name.startswith((".", "__")))


def _found(parent: str, name: str, kind: Kind, named: str) -> Found | None:
    """What one name in `parent` is; None for what is no plugin."""
    directory, shown = f"{parent}/{name}", _sayable(f"{kind}/{name}")
    if os.path.islink(directory) and not os.path.exists(directory):
        return _unreadable(name, directory, _gone(directory, shown, kind))
    if not _is_meant(directory, kind):
        return None
    if fault := plugin_fault(name):
        fault = _sayable(fault)
        return _unreadable(name, directory, Fault(Mark(shown), fault, "rename the directory"))
    manifest, faults = read_manifest(directory, kind, shown=shown)
    if manifest is None:
        return Found(name, directory, None, faults)
    if manifest.name != named:
        return Found(name, directory, None, (*faults, _misnamed(manifest, name)))
    return Found(name, directory, manifest.installed_as(name), faults)


def _unreadable(name: str, directory: str, fault: Fault) -> Found:
    return Found(_sayable(name), _sayable(directory), None, (fault,))


def _sayable(text: str) -> str:
    """Names of files are bytes; who tells of one that is no UTF-8, in JSON say, needs text."""
    return text.encode("utf-8", "backslashreplace").decode()


def _is_meant(directory: str, kind: Kind) -> bool:
    return any([os.path.lexists(f"{directory}/{name}") for name in (*FILES[kind], *_LOOKS_MEANT)])


def _gone(directory: str, shown: str, kind: Kind) -> Fault:
    way = f"`axium {kind[:-1]} uninstall {os.path.basename(shown)}`"
    hint = f"install it again, or remove the link: {way}"
    target = _sayable(os.readlink(directory))
    return Fault(Mark(shown), f"leads to {target}, which is gone", hint)


def _misnamed(manifest: Manifest, name: str) -> Fault:
    message = f"the manifest is that of `{manifest.name}`, the directory is `{name}`"
    return Fault(manifest.where, message, f"write `name: {name}`, or rename the directory")


def _file(directory: str, kind: Kind) -> str:
    """The name of the manifest that counts; the first of its names where there is none."""
    names = FILES[kind]
    return next((name for name in names if os.path.lexists(f"{directory}/{name}")), names[0])


def _missing(path: str, where: Mark) -> Fault:
    if os.path.islink(path):
        return Fault(where, f"leads to {_sayable(os.readlink(path))}, which is gone")
    return Fault(where, "there is no manifest", "write one: `name: ...`")


def _renamed(path: str) -> dict[str, str]:
    """The names in the manifests of plugins that were installed under another one."""
    try:
        rows = msgspec.json.decode(read_text(path, os.path.basename(path)), type=dict[str, _Row])
    except (OSError, Unreadable, msgspec.DecodeError):
        return {}
    return {name: row.manifest_name for name, row in rows.items() if row.manifest_name}
