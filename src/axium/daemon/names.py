"""Names in the file system: what one leads to, and putting, replacing and taking it away."""

import os


def identity(file: str | int) -> tuple[int, int] | None:
    """Which file this is, whatever its names; None where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def lead(name: str, target: str) -> None:
    """Make `name` a symlink to `target`, replacing one that leads elsewhere in one step."""
    try:
        if os.readlink(name) == target:
            return
    except OSError:
        pass  # not there, or not a link: replaced below
    beside = f"{name}.{os.getpid()}"
    unlink(beside)
    os.symlink(target, beside)
    os.rename(beside, name)


def drop(name: str) -> None:
    """Take a name away; it stays where that can't be done, as in a home that became read-only."""
    try:
        os.unlink(name)
    except OSError:
        return


def unlink(name: str) -> None:
    """Take a name away that may not be there. OSError."""
    try:
        os.unlink(name)
    except FileNotFoundError:
        return
