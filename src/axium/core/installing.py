"""Installing spokes: an installation is whole or not at all, also where it is interrupted.

Everything is made beside the place where it is to be, under the lock of the metadata; what an
interrupted change left there is taken away by the next. Nothing here tells the daemon.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from axium.config.atomic import sync_directory
from axium.config.manifests import METADATA, read_manifest
from axium.core.plugin_metadata import Locked, Rows, SpokeMetadata, from_row, metadata_of
from axium.core.plugin_sources import Source, clone, source_of
from axium.core.plugin_tree import copy_tree
from axium.model.manifests import Manifest
from axium.model.names import plugin_fault
from axium.thin.catalogue import shipped
from axium.thin.paths import environ, home_of

NEW, OLD, GONE = ".new-", ".old-", ".gone-"
"""How names begin that stand in `HOME/spokes` for an instant."""

FETCHED, MADE = f"{NEW}fetched", f"{NEW}made"


class Preview(NamedTuple):
    """What would be installed, and a directory with its files."""

    row: SpokeMetadata
    manifest: Manifest
    directory: str


class _Wanted(NamedTuple):
    """What is to be installed, and how."""

    source: Source
    name: str | None = None
    is_linked: bool = False
    is_again: bool = False


def validate_spoke(spoke_dir: str | Path) -> dict[str, Any]:
    """The manifest of a spoke's directory: `name`, `version`, `description`, `entrypoint`, ...

    FileNotFoundError where there is no directory or no manifest; ValueError with file, line and
    column of each fault.
    """
    manifest = _manifest(str(spoke_dir), shown=str(spoke_dir))
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
    wanted = _wanted(str(source), editable=editable, name=name)
    with changing(home_of(environ()).root) as rows:
        return _install(rows, wanted)


@contextmanager
def previewed(source: str, *, editable: bool = False, name: str | None = None) -> Iterator[Preview]:
    """What `install_spoke` would install, made for as long as somebody looks; raises as that does.

    Nothing of the home changes.
    """
    wanted = _wanted(source, editable=editable, name=name)
    with TemporaryDirectory(prefix="axium-") as directory:
        manifest, installed_as, _commit = _made(directory, wanted)
        check_free(installed_as)
        yield Preview(_row(manifest, installed_as, wanted), manifest, f"{directory}/{MADE}")


def reinstall_spoke(name: str) -> SpokeMetadata:
    """Install a spoke anew from where it was installed. As `install_spoke`.

    The former files stay where that fails.
    """
    root = home_of(environ()).root
    with changing(root) as rows:
        known = rows.read().get(name)
        if known is None or not os.path.lexists(f"{rows.directory}/{name}"):
            raise FileNotFoundError(f"`{name}` was not installed from anywhere")
        row = from_row(name, known)
        found = source_of(row.source, root)
        is_linked = row.install_mode == "symlink"
        if not is_linked and found.path == os.path.realpath(f"{rows.directory}/{name}"):
            raise ValueError(f"`{name}` was made where it is, not installed from anywhere")
        return _install(rows, _Wanted(found, name, is_linked=is_linked, is_again=True))


def uninstall_spoke(name: str) -> None:
    """Take a spoke's files away, of a linked one the link. FileNotFoundError, ValueError, OSError.

    The daemon must have unloaded it before.
    """
    check_name(name)
    with changing(home_of(environ()).root) as rows:
        path = f"{rows.directory}/{name}"
        if not os.path.lexists(path):
            raise FileNotFoundError(f"there is no spoke `{name}`")
        gone = f"{rows.directory}/{GONE}{name}"
        os.rename(path, gone)
        rows.drop(name)
        _remove(gone)


def check_name(name: str) -> None:
    """ValueError where no plugin can have this name."""
    if fault := plugin_fault(name):
        raise ValueError(fault)


def check_free(name: str) -> None:
    """ValueError where the name is axium's own, FileExistsError where a plugin has it."""
    check_name(name)
    if name in {record.split("\t", 1)[0].split(" ")[0] for record in shipped()}:
        raise ValueError(f"`{name}` is a command of axium itself, and can't name a spoke")
    root = home_of(environ()).root
    for kind in ("spokes", "gears"):
        if os.path.lexists(f"{root}/{kind}/{name}"):
            raise FileExistsError(f"there is a {kind[:-1]} `{name}` already")


@contextmanager
def changing(root: str) -> Iterator[Rows]:
    """The metadata, nobody else installing; what an interrupted change left is gone. OSError."""
    rows = Rows(root)
    try:
        with rows.locked():
            _tidy(rows.directory)
            try:
                yield rows
            finally:
                _tidy(rows.directory)
    except Locked as error:
        raise OSError(str(error)) from None


def put_in_place(directory: str, name: str) -> None:
    """Have what was made stand under its name, on disk; what stood there goes. OSError."""
    place, old = f"{directory}/{name}", f"{directory}/{OLD}{name}"
    if os.path.lexists(place):
        os.rename(place, old)
    os.rename(f"{directory}/{MADE}", place)
    sync_directory(directory)


def _wanted(source: str, *, editable: bool, name: str | None) -> _Wanted:
    found = source_of(source, home_of(environ()).root)
    if editable and found.path is None:
        raise ValueError(f"`{source}` is no directory, and nothing else can be linked")
    return _Wanted(found, name, is_linked=editable)


def _made(directory: str, wanted: _Wanted) -> tuple[Manifest, str, str]:
    """Have its files stand in `directory` as `MADE`: its manifest, its name, its commit."""
    source, made = wanted.source, f"{directory}/{MADE}"
    commit = ""
    if wanted.is_linked:
        os.symlink(str(source.path), made)
    elif source.path is not None:
        if not os.path.isdir(source.path):
            raise FileNotFoundError(f"there is no directory `{source.path}`")
        copy_tree(source.path, made)
    else:
        fetched = f"{directory}/{FETCHED}"
        commit = clone(str(source.url), fetched)
        copy_tree(fetched, made)
    manifest = _manifest(made, shown=source.path or str(source.url))
    return manifest, _name(manifest, wanted), commit


def _row(manifest: Manifest, name: str, wanted: _Wanted) -> SpokeMetadata:
    renamed = msgspec.structs.replace(manifest, name=name)
    mode = "symlink" if wanted.is_linked else "copy"
    return metadata_of(renamed, source=wanted.source.recorded, install_mode=mode)


def _install(rows: Rows, wanted: _Wanted) -> SpokeMetadata:
    manifest, name, commit = _made(rows.directory, wanted)
    if not wanted.is_again:
        check_free(name)
    row = _row(manifest, name, wanted)
    former = rows.read().get(name)
    # The row first: a row without a directory does no harm, but a directory of another name than
    # its manifest's is a spoke only by its row.
    rows.put(row, commit=commit, manifest_name=manifest.name if manifest.name != name else "")
    try:
        put_in_place(rows.directory, name)
    except OSError:
        rows.put_back(name, former)
        raise
    return row


def _manifest(directory: str, *, shown: str) -> Manifest:
    if not os.path.isdir(directory):
        raise FileNotFoundError(f"there is no directory `{shown}`")
    manifest, faults = read_manifest(directory, "spokes", shown=shown)
    if manifest is not None:
        return manifest
    told = [str(fault) + (f"\n{fault.hint}" if fault.hint else "") for fault in faults]
    is_missing = [fault.message for fault in faults] == ["there is no manifest"]
    raise (FileNotFoundError if is_missing else ValueError)("\n".join(told))


def _name(manifest: Manifest, wanted: _Wanted) -> str:
    """Under what name it is installed. ValueError where the manifest names another one."""
    if wanted.name is not None:
        check_name(wanted.name)
        return wanted.name
    path = wanted.source.path
    expected = wanted.source.name or (os.path.basename(path) if path else manifest.name)
    if manifest.name != expected:
        raise ValueError(
            f"{manifest.where}: the manifest is that of `{manifest.name}`, not of `{expected}`\n"
            f"`-n {manifest.name}` installs it under that name all the same"
        )
    return expected


def _tidy(directory: str) -> None:
    """Take away what a change leaves that was interrupted; what it had moved away comes back."""
    for entry in os.listdir(directory):
        path = f"{directory}/{entry}"
        place = f"{directory}/{entry.removeprefix(OLD)}"
        if entry.startswith(OLD) and not os.path.lexists(place):
            os.rename(path, place)
        elif entry.startswith((NEW, OLD, GONE)) or _is_unfinished(entry):
            _remove(path)


def _is_unfinished(entry: str) -> bool:
    """A metadata file that whoever had the lock before was still writing."""
    return entry.startswith(f"{METADATA['spokes']}.") and entry.endswith(".new")


def _remove(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        with suppress(FileNotFoundError):
            os.unlink(path)
    else:
        shutil.rmtree(path)
