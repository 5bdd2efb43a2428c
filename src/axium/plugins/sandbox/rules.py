"""What a filter says of a system call: verdicts, by the arguments of the call."""

import errno
from collections.abc import Sequence
from typing import NamedTuple

ALLOW = 0x7FFF0000
_ERRNO = 0x00050000


def refusal(number: int) -> int:
    """The verdict with which a call fails with this `errno`."""
    return _ERRNO | number


ABSENT = refusal(errno.ENOSYS)
"""What a program knows how to do without: calls newer than it may be."""

NO = refusal(errno.EPERM)
NO_SOCKET = refusal(errno.EACCES)
DONE_ALREADY = refusal(0)
"""It is not made, and says that it was."""
NO_XATTR = refusal(errno.EOPNOTSUPP)
"""With any other, `cp -p` and the like fail."""


class Test(NamedTuple):
    """Whether an argument has, of the bits of `mask`, those of `value`: its lower 32 alone.

    The kernel takes nothing else of those that are looked at, whatever the upper half says.
    """

    argument: int
    value: int
    mask: int = 0xFFFFFFFF


class Case(NamedTuple):
    """The verdict where all tests hold."""

    verdict: int
    tests: Sequence[Test] = ()


Rule = Sequence[Case]
"""The first case counts; the last one has no test."""


def always(verdict: int) -> Rule:
    """The same verdict, whatever the arguments are."""
    return (Case(verdict),)


def only(*cases: Sequence[Test], otherwise: int = NO) -> Rule:
    """Allowed in these cases."""
    return (*(Case(ALLOW, tests) for tests in cases), Case(otherwise))


def but(*cases: Sequence[Test]) -> Rule:
    """Allowed but in these cases."""
    return (*(Case(NO, tests) for tests in cases), Case(ALLOW))
