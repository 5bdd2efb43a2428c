"""What no gear reaches on this machine, and what is kept for each."""

import os
import sys
from collections.abc import Iterator, Mapping

import msgspec

import axium
from axium.model.confining import Places
from axium.thin.paths import Home, runtime_dir, state_dir, user_home

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/nix/store", "/gnu/store")


def places(home: Home, environ: Mapping[str, str]) -> Places:
    """What no gear reaches, whatever it was granted: what axium keeps, and what runs it."""
    own = (home.root, state_dir(home, environ), runtime_dir(home, environ))
    return Places(
        home=os.path.realpath(user_home(environ)),
        own=tuple(dict.fromkeys(map(os.path.realpath, own))),
        programs=tuple(dict.fromkeys(map(os.path.realpath, (*_SYSTEM, *_programs())))),
    )


def _programs() -> Iterator[str]:
    """Where the interpreter is, and where axium and what it stands on are installed."""
    yield from (sys.prefix, sys.base_prefix)
    directory = os.path.dirname(sys.executable)
    around = os.path.dirname(directory)
    # The daemon, which is started without `site`, does not know of its virtual environment.
    yield around if os.path.exists(f"{around}/pyvenv.cfg") else directory
    for module in (axium, msgspec):
        yield os.path.dirname(os.path.dirname(str(module.__file__)))
