"""Making a config home: directories, the shipped files, the hooks of shells and tmux."""

import os
import shlex
import sys
import time
from pathlib import Path

from axium import __version__
from axium.config.atomic import replace_file
from axium.config.defaults import SHIPPED, shipped_text
from axium.config.own_files import read_text
from axium.core import completions
from axium.thin.paths import Home, environ, home_of

PACKAGE = Path(__file__).resolve().parent.parent
SHELL_FILES = PACKAGE / "shell"
DIRECTORIES = ("logs", "bash", "tmux")


def ensure_axium_config() -> bool:
    """Make what is missing in the config home; True on a first run. SystemExit where it fails.

    What is there is never overwritten. A shipped file that its user has taken away stays away.
    """
    return make_config_home(restore=False)


def make_config_home(*, restore: bool) -> bool:
    """The same; with `restore` the shipped files that were taken away come back as well."""
    home = home_of(environ())
    try:
        _refuse_foreign(home)
        _make_directories(home)
        made = _write_shipped(home, restore=restore)
        for name, text in hooks(home).items():
            _write_missing(Path(home.root, name), text)
        _write_names(home)
        completions.keep_current(home)
    except OSError as error:
        raise SystemExit(
            f"✗ cannot make the config home {home.root}: {error.strerror}: {error.filename}"
        ) from error
    return made


def update_init_scripts() -> None:
    """Write those hooks of shells and tmux anew that differ from this version's. OSError."""
    for path, text in _outdated(home_of(environ())):
        _replace(path, text)


def unmade(*, force: bool) -> list[Path]:
    """What `make_config_home(restore=True)` would write, with `force` also the hooks anew."""
    home = home_of(environ())
    wanted = [Path(home.root, name) for name in (*SHIPPED, *hooks(home))]
    missing = [path for path in wanted if not os.path.lexists(path)]
    return [*missing, *(path for path, _ in _outdated(home) if force and path not in missing)]


def _outdated(home: Home) -> list[tuple[Path, str]]:
    """The hooks that are not as this version has them, and how it has them."""
    texts = {Path(home.root, name): text for name, text in hooks(home).items()}
    return [(path, text) for path, text in texts.items() if read_text(path) != text]


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


def _refuse_foreign(home: Home) -> None:
    """SystemExit for a home that `sudo` brought along: its owner could not use what root leaves."""
    place = Path(home.root)
    while not place.exists() and place != place.parent:
        place = place.parent
    owner = place.stat().st_uid
    # Anybody may make a home of his own in a directory of root's; root makes none in a user's.
    if owner != os.geteuid() and (place == Path(home.root) or os.geteuid() == 0):
        raise SystemExit(
            f"✗ cannot make the config home {home.root}: {place} belongs to uid {owner}; "
            "use one of your own: unset AXIUM_HOME, or `sudo -H`"
        )


def _make_directories(home: Home) -> None:
    # The umask of `makedirs` alone would leave the parents open to it too.
    os.makedirs(home.root, mode=0o700, exist_ok=True)
    for name in DIRECTORIES:
        Path(home.root, name).mkdir(mode=0o700, exist_ok=True)


def _write_shipped(home: Home, *, restore: bool) -> bool:
    """Write the user's files as they are shipped; whether one of them was missing."""
    files = {Path(home.root, name): name for name in SHIPPED}
    # The names are written last: where they are, the home was made before.
    is_first = not os.path.lexists(home.state_cache) or not any(map(os.path.lexists, files))
    if not (restore or is_first):
        return False
    # Every one of them is tried: `any` of a generator would stop at the first.
    return any([_write_missing(path, shipped_text(name)) for path, name in files.items()])


def _write_names(home: Home) -> None:
    """The wrapped names for shells that start before the daemon: without them all runs plainly.

    A name is only ever added here: those that plugins registered are known to the daemon alone.
    """
    if not _is_newer(home.prefixes, than=home.state_cache):
        return
    # 30 ms, for YAML: only before a daemon has run, and after an edit that none has seen.
    import msgspec

    from axium.config.load import load
    from axium.config.salvage import names_published

    rules = load(home.root, None).configuration.rules
    names = {*rules.commands(), *(name for name, _ in names_published(home.state_cache))}
    last_updated = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    cache = {"prefixed_commands": sorted(names), "last_updated": last_updated}
    replace_file(home.state_cache, msgspec.json.encode(cache) + b"\n", durable=True)


def _is_newer(path: str, *, than: str) -> bool:
    """Whether `path`, or what it links to, changed after `than` did, or `than` is not there."""
    # Not the time of the content: a file that was copied or moved here may keep an old one.
    try:
        known = os.stat(than).st_ctime_ns
    except FileNotFoundError:
        return True
    try:
        return max(os.stat(path).st_ctime_ns, os.lstat(path).st_ctime_ns) > known
    except FileNotFoundError:
        return False


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
