"""Landlock: the files that a process may reach, and all that it starts, for good."""

import errno
import os
import stat
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

from axium.model.policy import Policy
from axium.plugins.sandbox import libc
from axium.plugins.sandbox.numbers import NUMBERS
from axium.plugins.sandbox.runtime import needs

_VERSION = 1
"""LANDLOCK_CREATE_RULESET_VERSION."""
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR = 1 << 4, 1 << 5, 1 << 6, 1 << 7
MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK = 1 << 8, 1 << 9, 1 << 10, 1 << 11
MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15
RESOLVE_UNIX = 1 << 16
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1

_READ = READ_FILE | READ_DIR
_CHANGE = (
    WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_FIFO | MAKE_SYM
    | REFER
)  # fmt: skip
"""No device, and no socket."""
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV | RESOLVE_UNIX
"""What a rule for one file can have."""

UNIX_SOCKETS_SINCE = 9

_FILES_SINCE = (
    (1, (1 << 13) - 1),
    (2, REFER),
    (3, TRUNCATE),
    (5, IOCTL_DEV),
    (UNIX_SOCKETS_SINCE, RESOLVE_UNIX),
)

SIGNALS_SINCE = 6
TRUNCATION_SINCE = 3


class Handled(NamedTuple):
    """What a ruleset minds; whatever it minds is forbidden but where a rule allows it."""

    files: int
    network: int
    scopes: int


class NotAsNamed(OSError):
    """A directory of the policy is elsewhere: a link leads to it."""


def abi() -> int:
    """The version of Landlock that this kernel has and has turned on; 0 for none."""
    if sys.platform != "linux":
        return 0  # another system's call has this number, or none: that ends a process there
    try:
        return libc.call(NUMBERS["landlock_create_ruleset"], None, 0, _VERSION)
    except OSError:
        return 0


def handled(version: int, *, net: bool) -> Handled:
    """All that this version knows; connections are free where `net` is granted."""
    files = sum([bits for since, bits in _FILES_SINCE if version >= since])
    network = (_BIND_TCP | (0 if net else _CONNECT_TCP)) if version >= 4 else 0
    scopes = (_ABSTRACT_SOCKETS | _SIGNALS) if version >= SIGNALS_SINCE else 0
    return Handled(files, network, scopes)


class _Grant(NamedTuple):
    path: str
    rights: int
    is_runtime: bool = False
    """Of what every gear has; it need not be there, and links may lead to it."""


def install(policy: Policy, version: int, *, agent: str | None = None) -> None:
    """Hold this thread, and what it starts, to the policy for good. OSError, NotAsNamed.

    `agent` is a socket that may be connected to, which is minded from version 9 on.
    """
    minded = handled(version, net=policy.net)
    ruleset = _made(minded)
    try:
        for grant in _grants(policy, agent):
            _allow(ruleset, grant, minded.files, policy.home)
        libc.call(NUMBERS["landlock_restrict_self"], ruleset, 0)
    finally:
        os.close(ruleset)


def _made(minded: Handled) -> int:
    # An older kernel takes what it does not know while that is zero.
    attributes = libc.buffer(struct.pack("=QQQ", *minded))
    return libc.call(NUMBERS["landlock_create_ruleset"], attributes, len(attributes), 0)


def _grants(policy: Policy, agent: str | None) -> Iterator[_Grant]:
    read = _READ | (EXECUTE if policy.exec else 0)
    needed = needs(programs=policy.exec, net=policy.net)
    for path in needed.reads:
        yield _Grant(path, read, is_runtime=True)
    for path in needed.devices:
        yield _Grant(path, READ_FILE | WRITE_FILE | IOCTL_DEV, is_runtime=True)
    for path in (policy.directory, *policy.reads):
        yield _Grant(path, read)
    for path in policy.writes:
        yield _Grant(path, _CHANGE)
    for path in policy.scratch:
        yield _Grant(path, _CHANGE | read)
    if agent is not None:
        yield _Grant(agent, RESOLVE_UNIX, is_runtime=True)


def _allow(ruleset: int, grant: _Grant, minded: int, home: str) -> None:
    try:
        fd = os.open(grant.path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return  # what is not there, or not to be entered, needs no right
    try:
        rights = _fitting(fd, grant, home) & minded
        if rights:
            rule = libc.buffer(struct.pack("=Qi", rights, fd))
            libc.call(NUMBERS["landlock_add_rule"], ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)


def _fitting(fd: int, grant: _Grant, home: str) -> int:
    """The rights that a rule for what was opened can have. NotAsNamed."""
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        return grant.rights & _OF_FILES if grant.is_runtime else 0
    real = os.readlink(f"/proc/self/fd/{fd}")
    if grant.is_runtime:
        # A machine whose homes are in /usr: that would be everything that the user has.
        return 0 if f"{home}/".startswith(f"{real.rstrip('/')}/") else grant.rights
    if real != grant.path:
        raise NotAsNamed(errno.ELOOP, f"it is `{real}`", grant.path)
    return grant.rights
