"""Installing plugins: an installation is whole or not at all, also where it is interrupted.

Everything is made beside the place where it is to be, under the lock of the metadata; what an
interrupted change left there is taken away by the next. Nothing here tells the daemon.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import msgspec

from axium.config import approvals
from axium.config.atomic import sync_directory
from axium.config.manifests import METADATA, read_manifest
from axium.core import trees
from axium.core.plugin_metadata import Locked, Rows, SpokeMetadata, from_row, metadata_of
from axium.core.plugin_sources import Source, clone, source_of
from axium.core.plugin_tree import copy_tree
from axium.model.manifests import Kind, Manifest
from axium.model.names import plugin_fault
from axium.thin.catalogue import core_words
from axium.thin.paths import environ, home_of, state_dir

NEW, OLD, GONE = ".new-", ".old-", ".gone-"
"""How names begin that stand in `HOME/spokes` or `HOME/gears` for an instant."""

LEFT_SECS = 24 * 3600
"""How old a preview is that nobody looks at any more: whoever did was killed."""

FETCHED, MADE = f"{NEW}fetched", f"{NEW}made"


class Wanted(NamedTuple):
    """What is to be installed, and how; `is_again`: in the place of what has its name."""

    kind: Kind
    source: Source
    name: str | None = None
    is_linked: bool = False
    is_again: bool = False


class Preview(NamedTuple):
    """What would be installed, and a directory with its files."""

    row: SpokeMetadata
    manifest: Manifest
    directory: str
    wanted: Wanted
    commit: str


def validate_spoke(spoke_dir: str | Path) -> dict[str, Any]:
    """The manifest of a spoke's directory: `name`, `version`, `description`, `entrypoint`, ...

    FileNotFoundError where there is no directory or no manifest; ValueError with file, line and
    column of each fault.
    """
    manifest = _manifest(str(spoke_dir), "spokes", shown=str(spoke_dir))
    fields = ("name", "version", "description", "entrypoint", "author")
    return {name: getattr(manifest, name) for name in fields}


def install_spoke(
    source: str | Path,
    editable: bool = False,  # noqa: FBT001, FBT002 (published)
    name: str | None = None,
) -> SpokeMetadata:
    """Install from a directory, a git URL, or a name of an index; `editable` links a directory.

    The daemon takes it in when it loads spokes again. FileNotFoundError and ValueError as for
    `validate_spoke`, and where the source or the name can't be had; FileExistsError where the
    name is taken; OSError.
    """
    asked = wanted("spokes", str(source), editable=editable, name=name)
    with changing(home_of(environ()).root, "spokes") as rows:
        return install(rows, asked)


@contextmanager
def previewed(asked: Wanted) -> Iterator[Preview]:
    """What would be installed, made for as long as somebody looks; raises as `install`.

    Nothing of the home changes.
    """
    with _aside() as directory:
        manifest, installed_as, commit = _made(directory, asked)
        if not asked.is_again:
            check_free(installed_as, asked.kind)
        row = _row(manifest, installed_as, asked)
        yield Preview(row, manifest, f"{directory}/{MADE}", asked, commit)


@contextmanager
def _aside() -> Iterator[str]:
    """A directory for as long as somebody looks, where no gear gets: some are granted /tmp."""
    around = environ()
    place = f"{state_dir(home_of(around), around)}/previews"
    os.makedirs(place, mode=0o700, exist_ok=True)
    for name in os.listdir(place):
        with suppress(OSError):
            if time.time() - os.stat(f"{place}/{name}").st_mtime > LEFT_SECS:
                trees.remove(f"{place}/{name}")
    directory = mkdtemp(dir=place)
    try:
        yield directory
    finally:
        trees.remove(directory)


def reinstall_spoke(name: str) -> SpokeMetadata:
    """Install a spoke anew from where it was installed. As `install_spoke`.

    The former files stay where that fails.
    """
    root = home_of(environ()).root
    with changing(root, "spokes") as rows:
        return install(rows, wanted_again(rows, root, name))


def uninstall(kind: Kind, name: str) -> None:
    """Take a plugin's files away, of a linked one the link. FileNotFoundError, ValueError, OSError.

    The daemon must have unloaded it before.
    """
    check_name(name)
    with changing(home_of(environ()).root, kind) as rows:
        path = f"{rows.directory}/{name}"
        if not os.path.lexists(path):
            raise FileNotFoundError(f"there is no {kind[:-1]} `{name}`")
        if kind == "gears":
            approvals.forget(home_of(environ()).root, name)  # first: what is left is not loaded
        gone = f"{rows.directory}/{GONE}{name}"
        os.rename(path, gone)
        rows.drop(name)
        _remove(gone)


def uninstall_spoke(name: str) -> None:
    """Take a spoke's files away. As `uninstall`."""
    uninstall("spokes", name)


def check_name(name: str) -> None:
    """ValueError where no plugin can have this name."""
    if fault := plugin_fault(name):
        raise ValueError(fault)


def check_free(name: str, kind: Kind) -> None:
    """ValueError where the name is axium's own, FileExistsError where a plugin has it."""
    check_name(name)
    if name in core_words():
        raise ValueError(f"`{name}` is a command of axium itself, and can't name a {kind[:-1]}")
    root = home_of(environ()).root
    for each in ("spokes", "gears"):
        if os.path.lexists(f"{root}/{each}/{name}"):
            raise FileExistsError(f"there is a {each[:-1]} `{name}` already")


@contextmanager
def changing(root: str, kind: Kind) -> Iterator[Rows]:
    """The metadata, nobody else installing; what an interrupted change left is gone. OSError."""
    rows = Rows(root, kind)
    try:
        with rows.locked():
            _tidy(rows)
            try:
                yield rows
            finally:
                _tidy(rows)
    except Locked as error:
        raise OSError(str(error)) from None


def put_in_place(directory: str, name: str) -> None:
    """Have what was made stand under its name, on disk; what stood there goes. OSError."""
    place, old = f"{directory}/{name}", f"{directory}/{OLD}{name}"
    if os.path.lexists(place):
        os.rename(place, old)
    os.rename(f"{directory}/{MADE}", place)
    sync_directory(directory)


def wanted(kind: Kind, source: str, *, editable: bool = False, name: str | None = None) -> Wanted:
    """What somebody asks to have installed. FileNotFoundError, ValueError."""
    found = source_of(source, home_of(environ()).root, kind)
    if editable and found.path is None:
        raise ValueError(f"`{source}` is no directory, and nothing else can be linked")
    return Wanted(kind, found, name, is_linked=editable)


def wanted_again(rows: Rows, root: str, name: str) -> Wanted:
    """The same as when a plugin was installed. FileNotFoundError, ValueError."""
    known = rows.read().get(name)
    if known is None or not os.path.lexists(f"{rows.directory}/{name}"):
        raise FileNotFoundError(f"`{name}` was not installed from anywhere")
    row = from_row(name, known)
    found = source_of(row.source, root, rows.kind)
    is_linked = row.install_mode == "symlink"
    if not is_linked and found.path == os.path.realpath(f"{rows.directory}/{name}"):
        raise ValueError(f"`{name}` was made where it is, not installed from anywhere")
    return Wanted(rows.kind, found, name, is_linked=is_linked, is_again=True)


def install(
    rows: Rows,
    asked: Wanted,
    *,
    commit: str = "",
    check: Callable[[str], None] = lambda _made: None,
) -> SpokeMetadata:
    """Install it; whoever calls has the lock.

    `check` is given the directory that will stand in its place, and what it raises ends this.
    """
    manifest, name, fetched = _made(rows.directory, asked)
    check(f"{rows.directory}/{MADE}")
    if not asked.is_again:
        check_free(name, asked.kind)
    row = _row(manifest, name, asked)
    former = rows.read().get(name)
    # The row first: a row without a directory does no harm, but a directory of another name than
    # its manifest's is a plugin only by its row.
    named = manifest.name if manifest.name != name else ""
    rows.put(row, commit=fetched or commit, manifest_name=named)
    try:
        put_in_place(rows.directory, name)
    except OSError:
        rows.put_back(name, former)
        raise
    return row


def _made(directory: str, asked: Wanted) -> tuple[Manifest, str, str]:
    """Have its files stand in `directory` as `MADE`: its manifest, its name, its commit."""
    source, made = asked.source, f"{directory}/{MADE}"
    commit = ""
    if asked.is_linked:
        os.symlink(str(source.path), made)
    elif source.path is not None:
        if not os.path.isdir(source.path):
            raise FileNotFoundError(f"there is no directory `{source.path}`")
        copy_tree(source.path, made)
    else:
        fetched = f"{directory}/{FETCHED}"
        commit = clone(str(source.url), fetched)
        copy_tree(fetched, made)
    manifest = _manifest(made, asked.kind, shown=source.path or str(source.url))
    return manifest, _name(manifest, asked), commit


def _row(manifest: Manifest, name: str, asked: Wanted) -> SpokeMetadata:
    renamed = msgspec.structs.replace(manifest, name=name)
    mode = "symlink" if asked.is_linked else "copy"
    return metadata_of(renamed, source=asked.source.recorded, install_mode=mode)


def _manifest(directory: str, kind: Kind, *, shown: str) -> Manifest:
    if not os.path.isdir(directory):
        raise FileNotFoundError(f"there is no directory `{shown}`")
    manifest, faults = read_manifest(directory, kind, shown=shown)
    if manifest is not None:
        return manifest
    told = [str(fault) + (f"\n{fault.hint}" if fault.hint else "") for fault in faults]
    is_missing = [fault.message for fault in faults] == ["there is no manifest"]
    raise (FileNotFoundError if is_missing else ValueError)("\n".join(told))


def _name(manifest: Manifest, asked: Wanted) -> str:
    """Under what name it is installed. ValueError where the manifest names another one."""
    if asked.name is not None:
        check_name(asked.name)
        return asked.name
    path = asked.source.path
    expected = asked.source.name or (os.path.basename(path) if path else manifest.name)
    if manifest.name != expected:
        raise ValueError(
            f"{manifest.where}: the manifest is that of `{manifest.name}`, not of `{expected}`\n"
            f"`-n {manifest.name}` installs it under that name all the same"
        )
    return expected


def _tidy(rows: Rows) -> None:
    """Take away what a change leaves that was interrupted; what it had moved away comes back."""
    directory = rows.directory
    for entry in os.listdir(directory):
        path = f"{directory}/{entry}"
        place = f"{directory}/{entry.removeprefix(OLD)}"
        if entry.startswith(OLD) and not os.path.lexists(place):
            os.rename(path, place)
        elif entry.startswith((NEW, OLD, GONE)) or _is_unfinished(entry, rows.kind):
            _remove(path)


def _is_unfinished(entry: str, kind: Kind) -> bool:
    """A metadata file that whoever had the lock before was still writing."""
    return entry.startswith(f"{METADATA[kind]}.") and entry.endswith(".new")


def _remove(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        with suppress(FileNotFoundError):
            os.unlink(path)
    else:
        trees.remove(path)
