"""The variables of this process: all of them at once, also for what is not Python."""

import os
import tempfile
import time
from collections.abc import Sequence


def replace(variables: Sequence[bytes]) -> None:
    """Have these, each `NAME=VALUE`, and no other."""
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    time.tzset()
    tempfile.tempdir = None
