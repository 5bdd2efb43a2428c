"""The directories that a gear has for itself: made before it runs, gone with it."""

import os
import stat

NAMES = ("tmp", "cache", "data")
"""What they are called, in the order in which a policy has them."""


def make_private(state: str, name: str) -> tuple[str, ...]:
    """The private directories of a gear, real paths, each there and its user's alone. OSError."""
    above = f"{os.path.realpath(state)}/gears/{name}"
    os.makedirs(above, mode=0o700, exist_ok=True)
    return tuple([_made(f"{above}/{each}") for each in NAMES])


def _made(path: str) -> str:
    """A directory of ours, not a link to one: nothing else is handed to a gear. OSError."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise NotADirectoryError(0, "is no directory of yours", path) from None
        os.chmod(path, 0o700)
    return path
