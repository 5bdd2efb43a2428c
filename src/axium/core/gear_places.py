"""What no gear reaches on this machine, and what is kept for each."""

import os
import sys
from collections.abc import Mapping

import axium
from axium.model.confining import Places
from axium.thin.paths import Home, runtime_dir, state_dir, user_home


def places(home: Home, environ: Mapping[str, str]) -> Places:
    """What no gear reaches, whatever it was granted: what axium keeps, and what runs it."""
    own = (home.root, state_dir(home, environ), runtime_dir(home, environ))
    package = os.path.dirname(axium.__file__)
    programs = (package, sys.prefix, sys.base_prefix, os.path.dirname(sys.executable))
    return Places(
        home=os.path.realpath(user_home(environ)),
        own=tuple(dict.fromkeys(map(os.path.realpath, own))),
        programs=tuple(dict.fromkeys(map(os.path.realpath, programs))),
    )
