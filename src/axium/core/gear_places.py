"""What no gear reaches on this machine, and what is kept for each."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

import axium
from axium.model.confining import Places
from axium.model.grants import start_files
from axium.thin.paths import Home, runtime_dir, state_dir, user_home

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/nix/store", "/gnu/store")

_MAY_BE_LINKS = (".", "spokes", "gears", "overrides", "overrides/permissions", "shim_directories")
"""Directories of the home in which a name may lead elsewhere: to a plugin that was installed with
`-e`, to a file that is kept among others, to a directory of shims."""


def places(home: Home, environ: Mapping[str, str]) -> Places:
    """What no gear reaches, whatever it was granted: what axium keeps, what runs it, what it runs.

    Links are followed as they are now.
    """
    own = (home.root, state_dir(home, environ), runtime_dir(home, environ))
    user = os.path.realpath(user_home(environ))
    programs = (*_SYSTEM, *_programs(), *_linked(home.root))
    starting = {path: os.path.realpath(path) for path in start_files(user)}
    return Places(
        home=user,
        own=tuple(dict.fromkeys(map(os.path.realpath, own))),
        programs=tuple(dict.fromkeys(map(os.path.realpath, programs))),
        starting=tuple([real for path, real in starting.items() if real != path]),
    )


def _linked(root: str) -> Iterator[str]:
    """What in the home is a link."""
    for directory in _MAY_BE_LINKS:
        with suppress(OSError), os.scandir(f"{root}/{directory}") as entries:
            yield from [entry.path for entry in entries if entry.is_symlink()]


def _programs() -> Iterator[str]:
    """Where the interpreter is, and where axium and what it stands on are installed."""
    yield from (sys.prefix, sys.base_prefix)
    directory = os.path.dirname(sys.executable)
    around = os.path.dirname(directory)
    # The daemon, which is started without `site`, does not know of its virtual environment.
    yield around if os.path.exists(f"{around}/pyvenv.cfg") else directory
    for module in (axium, msgspec):
        yield os.path.dirname(os.path.dirname(str(module.__file__)))
