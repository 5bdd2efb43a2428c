"""Shims: links in a directory on PATH through which scripts and editors run wrapped commands."""

import os
import re
import shlex
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from axium.config.atomic import replace_file
from axium.config.own_files import read_text
from axium.core.bootstrap import PACKAGE
from axium.thin.digest import digest
from axium.thin.launch import DEFAULT_PATH, SHIM_MARK, is_shim
from axium.thin.paths import Home
from axium.thin.words import encode

LAUNCHER = ".axium-shim"
"""What every shim of a directory is a link to; the hooks of the shells know a directory by it."""

NOTES = "shim_directories"
"""Has a link in the home to each directory that the user chose, so that they are found again."""

OWN_DIRECTORY = "# This directory was made for it.\n"

TEXT = """\
{mark} each command beside this file is a link to it. `axium shim remove` takes them away.
{own}
python={python}
main={main}
if [ ! -x "$python" ] || [ ! -r "$main" ]; then
    printf '✗ `%s` did not run: the axium of its shim is gone: %s\\n' "${{0##*/}}" "$main" >&2
    printf '  run `axium shim install` of a new one, or remove %s\\n' "${{0%/*}}" >&2
    exit 127
fi
export AXIUM_HOME={home}
exec "$python" -I -S -E "$main" run "${{0##*/}}" "$@"
"""


class Foreign(FileExistsError):
    """A file of somebody else's is where one of ours would be; nothing was done."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__(", ".join(f"`{path}`" for path in paths))


@dataclass(frozen=True)
class Changes:
    """What makes the shims of a directory those that are wanted."""

    added: list[str]
    removed: list[str]
    launcher: bool
    """Whether the launcher is missing, or of another installation."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.launcher)


class Shims:
    """The shims of one directory, for one home and this installation. OSError from all of it."""

    def __init__(self, home: Home, directory: Path | None = None) -> None:
        self.directory = directory or Path(home.root, "shims")
        self._home = home
        self._note = None if directory is None else _note_of(home, directory)
        self._launcher = self.directory / LAUNCHER

    def names(self) -> list[str]:
        """The commands that have a shim here, sorted."""
        if not self.directory.is_dir():
            return []
        return sorted([path.name for path in self.directory.iterdir() if _is_ours(path)])

    def changes(self, wanted: Iterable[str], *, keep: bool = False) -> Changes:
        """What there is to do; `keep` lets shims stay that are not wanted. Foreign."""
        there = set(self.names())
        added = sorted(set(wanted) - there)
        paths = [self.directory / name for name in added]
        taken = [path for path in paths if os.path.lexists(path)]
        if os.path.lexists(self._launcher) and not self._is_launcher():
            taken.append(self._launcher)
        if taken:
            raise Foreign(taken)
        removed = [] if keep else sorted(there - set(wanted))
        return Changes(added, removed, launcher=self._text() != self._written())

    def apply(self, changes: Changes) -> None:
        """Make them; a file that has come there meanwhile is an OSError, and stays."""
        if changes.launcher:
            self._write_launcher()
        else:
            self._remember()
        for name in changes.removed:
            self._unlink(name)
        for name in changes.added:
            (self.directory / name).symlink_to(LAUNCHER)

    def remove(self, names: Iterable[str]) -> None:
        """Take these away; with the last one the launcher, and a directory that was made for it."""
        for name in names:
            self._unlink(name)
        if self.names() or not self._is_launcher():
            return
        is_own = OWN_DIRECTORY in (self._written() or "")
        self._launcher.unlink()
        self._forget()
        if is_own and not any(self.directory.iterdir()):
            self.directory.rmdir()

    def starts(self) -> list[str]:
        """The interpreter and the program that every shim starts; nothing without a launcher."""
        if not self._is_launcher():
            return []
        found = re.findall(r"^(?:python|main)=(.*)$", self._written() or "", re.MULTILINE)
        return [word for words in found for word in shlex.split(words)]

    def off_path(self, environ: Mapping[str, str]) -> str | None:
        """How PATH leads past them; None where it leads to them."""
        hidden = self.hidden(environ)
        if not hidden:
            return None
        found = [f": `{name}` is {path} there" for name, path in hidden.items() if path]
        return f"{self.directory} is not first on PATH" + "".join(found[:1])

    def hidden(self, environ: Mapping[str, str]) -> dict[str, str | None]:
        """The shims that PATH does not lead to: name -> what is found instead."""
        found = {name: _first(name, environ) for name in self.names()}
        return {name: path for name, path in found.items() if path is None or not is_shim(path)}

    def are_of_this_home(self) -> bool:
        """Whether the launcher starts them for this home."""
        found = re.search(r"^export AXIUM_HOME=(.*)$", self._written() or "", re.MULTILINE)
        return found is not None and shlex.split(found[1]) == [self._home.root]

    def _write_launcher(self) -> None:
        """Write it and note the directory; where that fails nothing is left of either."""
        text = encode(self._text())
        places = [self.directory, *self.directory.parents]
        places += [self._note.parent] if self._note else []
        made = [path for path in places if not path.exists()]
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._remember()
            replace_file(str(self._launcher), text, durable=True, mode=0o700)
        except OSError:
            if not os.path.lexists(self._launcher):
                self._forget()
            for directory in filter(Path.exists, made):
                directory.rmdir()
            raise

    def _remember(self) -> None:
        if self._note is not None and not self._note.is_symlink():
            self._note.parent.mkdir(mode=0o700, exist_ok=True)
            self._note.symlink_to(self.directory)

    def _forget(self) -> None:
        if self._note is not None:
            self._note.unlink(missing_ok=True)

    def _unlink(self, name: str) -> None:
        path = self.directory / name
        if _is_ours(path):
            path.unlink()

    def _is_launcher(self) -> bool:
        return (self._written() or "").startswith(SHIM_MARK)

    def _written(self) -> str | None:
        return read_text(self._launcher)

    def _text(self) -> str:
        written = self._written()
        is_own = OWN_DIRECTORY in written if written else not self.directory.exists()
        return TEXT.format(
            mark=SHIM_MARK,
            own=OWN_DIRECTORY if is_own else "",
            python=shlex.quote(sys.executable),
            main=shlex.quote(str(PACKAGE / "__main__.py")),
            home=shlex.quote(self._home.root),
        )


def noted(home: Home) -> list[Shims]:
    """Those in directories that the user chose, as far as they are still of this home."""
    notes = sorted(Path(home.root, NOTES).glob("*"))
    chosen = [Shims(home, note.readlink()) for note in notes if note.is_symlink()]
    return [shims for shims in chosen if shims.are_of_this_home()]


def _note_of(home: Home, directory: Path) -> Path:
    return Path(home.root, NOTES, digest(encode(str(directory))))


def _is_ours(path: Path) -> bool:
    return path.is_symlink() and os.readlink(path) == LAUNCHER


def _first(name: str, environ: Mapping[str, str]) -> str | None:
    """What PATH leads to."""
    for directory in environ.get("PATH", DEFAULT_PATH).split(":"):
        path = f"{directory or '.'}/{name}"
        if os.access(path, os.X_OK) and stat.S_ISREG(os.stat(path).st_mode):
            return path
    return None
