"""Where a program is that is named."""

import os

from axium.thin.launch import find


def located(program: str, environ: dict[str, str]) -> str | None:
    """The file that `program` means to whoever has this `environ`; None where there is none.

    Its directory is spelled out, its own name is kept: a program that goes by several names
    does by each of them something else.
    """
    path = find(program, environ)
    if path is None or not path.startswith("/"):
        return None
    directory, name = os.path.split(path)
    return os.path.join(os.path.realpath(directory), name)
