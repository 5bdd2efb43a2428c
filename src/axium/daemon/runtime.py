"""The runtime directory of a home, where its socket is and what shells read."""

import os

from axium.daemon.names import lead
from axium.thin.paths import Home, runtime_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Unusable(Exception):
    """The home or the runtime directory can't be used; the text says which and why."""


def make_runtime(home: Home, environ: "Mapping[str, str]") -> str:
    """The runtime directory, made and checked, with `HOME/run` leading to it. Unusable, OSError."""
    run = runtime_dir(home, environ)
    if run == home.run and os.path.islink(run):
        os.unlink(run)
    os.makedirs(run, mode=0o700, exist_ok=True)
    _check_private(run)
    if run != home.run:
        _make_way(home.run)
        lead(home.run, run)
    return run


def _check_private(directory: str) -> None:
    status = os.stat(directory)
    if status.st_uid != os.geteuid():
        raise Unusable(f"{directory} belongs to uid {status.st_uid}, not to you")
    if status.st_mode & 0o077:
        raise Unusable(
            f"{directory} is open to others (mode {status.st_mode & 0o777:o}); "
            f"`chmod 700 {directory}` closes it"
        )


def _make_way(path: str) -> None:
    """Take away the directory that stood here while there was no XDG_RUNTIME_DIR."""
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil  # 6 ms, and hardly ever needed

        shutil.rmtree(path)
