"""Making a config home: directories, the shipped files, the hooks of shells and tmux."""

import os
import shlex
import sys
from pathlib import Path

from axium import __version__
from axium.config.atomic import replace_file
from axium.config.defaults import SHIPPED, shipped_text
from axium.thin.paths import Home, environ, home_of

PACKAGE = Path(__file__).resolve().parent.parent
SHELL_FILES = PACKAGE / "shell"
DIRECTORIES = ("logs", "bash", "tmux")


def ensure_axium_config() -> bool:
    """Make what is missing in the config home; True on a first run. SystemExit where it fails.

    What is there is never overwritten.
    """
    home = home_of(environ())
    try:
        _make_directories(home)
        # Every one of them is tried: `any` of a generator would stop at the first.
        made = [_write_missing(Path(home.root, name), shipped_text(name)) for name in SHIPPED]
        for name, text in hooks(home).items():
            _write_missing(Path(home.root, name), text)
    except OSError as error:
        raise SystemExit(
            f"✗ cannot make the config home {home.root}: {error.strerror}: {error.filename}"
        ) from error
    return any(made)


def update_init_scripts() -> None:
    """Write those hooks of shells and tmux anew that differ from this version's. OSError."""
    home = home_of(environ())
    for name, text in hooks(home).items():
        path = Path(home.root, name)
        if not path.exists() or path.read_text("utf-8", "surrogateescape") != text:
            _replace(path, text)


def hooks(home: Home) -> dict[str, str]:
    """The hooks as they are for this home and this installation: path in the home -> text."""
    return {
        str(file.relative_to(SHELL_FILES)): render(file, home)
        for file in sorted(SHELL_FILES.glob("*/*.*"))
    }


def render(file: Path, home: Home) -> str:
    """A shipped hook with its places filled in, each as one quoted word."""
    quote = quote_fish if file.suffix == ".fish" else shlex.quote
    text = file.read_text(encoding="utf-8")
    for name, value in _places(home).items():
        text = text.replace(f"@AXIUM_{name}@", quote(value))
    return text


def _places(home: Home) -> dict[str, str]:
    return {
        "PYTHON": sys.executable,
        "MAIN": str(PACKAGE / "__main__.py"),
        "HOME": home.root,
        "VERSION": __version__,
    }


def quote_fish(word: str) -> str:
    """`word` in single quotes, in which fish knows only `\\\\` and `\\'`."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _make_directories(home: Home) -> None:
    # The umask of `makedirs` alone would leave the parents open to it too.
    os.makedirs(home.root, mode=0o700, exist_ok=True)
    for name in DIRECTORIES:
        Path(home.root, name).mkdir(mode=0o700, exist_ok=True)


def _write_missing(path: Path, text: str) -> bool:
    """Write a file that is not there, whole or not at all; whether it was written."""
    if os.path.lexists(path):
        return False
    _replace(path, text)
    return True


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # A home may stand under a name that is not UTF-8.
    replace_file(str(path), text.encode("utf-8", "surrogateescape"), durable=True)
