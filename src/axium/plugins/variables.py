"""The variables of this process, all of them at once, for whoever looks for one anywhere."""

import os
import posix
import tempfile
import time
from collections.abc import Sequence


def replace(variables: Sequence[bytes]) -> None:
    """Have these, each `NAME=VALUE`, and no other."""
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    posix.environ.clear()  # how they were as the interpreter began
    posix.environ.update(os.environb)
    time.tzset()
    tempfile.tempdir = None
