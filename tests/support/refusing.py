"""Programs for which the kernel lacks one of its calls, as in a container, or before it had it."""

from __future__ import annotations

import errno

from tests.support.installation import PACKAGE, SYSTEM_PYTHON

_PROGRAM = """
import os, struct, sys
sys.path.insert(0, sys.argv[1])
from axium.plugins.sandbox import libc
from axium.plugins.sandbox.bpf import Label, Load, Return, Unless, assemble
from axium.plugins.sandbox.numbers import NUMBERS
from axium.plugins.sandbox.rules import ALLOW, refusal
call, error, *argv = sys.argv[2:]
refused = [Load(0), Unless(NUMBERS[call], call), Return(refusal(int(error)))]
code = libc.buffer(assemble([*refused, Label(call), Return(ALLOW)]))
head = libc.buffer(struct.pack("=H6xQ", len(code) // 8, libc.address(code)))
libc.call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
libc.call(NUMBERS["prctl"], 22, 2, libc.address(head), 0, 0)
os.execv(argv[0], argv)
"""


def without(
    call: str, *argv: str, error: int = errno.ENOSYS, packages: str = str(PACKAGE.parent)
) -> list[str]:
    """The command line that is `argv`, whose first word is a path, without a system call.

    `packages` is where whoever runs it finds axium.
    """
    python = [str(SYSTEM_PYTHON), "-I", "-S", "-c", _PROGRAM]
    return [*python, packages, call, str(error), *argv]
