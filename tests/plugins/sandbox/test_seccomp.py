"""The filter says of every system call what its rule says; what has none is absent."""

from __future__ import annotations

import errno
import re
import struct
from itertools import product
from pathlib import Path

import pytest

from axium.plugins.sandbox.numbers import LARGEST, NUMBERS
from axium.plugins.sandbox.rules import (
    ABSENT,
    ALLOW,
    DONE_ALREADY,
    NO,
    NO_SOCKET,
    NO_XATTR,
    Rule,
    refusal,
)
from axium.plugins.sandbox.seccomp import X32, Allowance, program, rules
from tests.plugins.sandbox.bpf import run

HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
ALLOWANCES = [
    Allowance(exec=programs, net=net, own_pid=own, truncates=truncates, attributes=attributes)
    for programs, net, own, truncates, attributes in product(
        (False, True), (False, True), (0, 77), (False, True), (False, True)
    )
]
WORDS = (0, 1, 2, 3, 6, 10, 15, 17, 77, 0x5412, 0x200, 0x10000, 0x10000000, 2**32 - 1, 2**31)
HIGH = 1 << 32


def expected(rule: Rule, args: tuple[int, ...]) -> int:
    """What a rule says, read as it stands."""
    padded = (*args, *(0,) * (6 - len(args)))
    return next(
        case.verdict
        for case in rule
        if all(padded[test.argument] & 0xFFFFFFFF & test.mask == test.value for test in case.tests)
    )


def tried_args(rule: Rule) -> list[tuple[int, ...]]:
    """Arguments around everything that a rule looks at."""
    found: set[tuple[int, ...]] = {(word,) * 6 for word in WORDS}
    for case in rule:
        args = [0] * 6
        for test in case.tests:
            args[test.argument] = test.value
        for place, change in product(range(6), (0, 1, -1, HIGH, 0xFFFFFFFF ^ 1)):
            found.add((*args[:place], (args[place] ^ change) % 2**64, *args[place + 1 :]))
    return sorted(found)


@pytest.mark.parametrize("allowance", ALLOWANCES, ids=str)
def test_the_filter_decides_every_number_as_its_rule_does(allowance: Allowance) -> None:
    code, known = program(allowance), rules(allowance)
    wrong = [
        (number, args)
        for number in range(LARGEST + 200)
        for args in tried_args(known.get(number, ()))[:: 1 if number in known else 100]
        if run(code, number, args) != (expected(known[number], args) if number in known else ABSENT)
    ]
    assert wrong == []


def test_calls_of_other_architectures_are_absent() -> None:
    code = program(Allowance(exec=True, net=True))
    for number in range(LARGEST + 1):
        assert run(code, number, arch=0x40000003) == ABSENT  # AUDIT_ARCH_I386
        assert run(code, X32 + number) == ABSENT
    assert run(code, 2**32 - 1) == ABSENT


@pytest.mark.parametrize(
    ("allowance", "name", "args", "verdict"),
    [
        (Allowance(), "read", (), ALLOW),
        (Allowance(), "socket", (2, 1, 0), NO_SOCKET),
        (Allowance(net=True), "socket", (2, 1, 0), ALLOW),
        (Allowance(net=True), "socket", (10, 2 | 0o2004000, 17), ALLOW),
        (Allowance(net=True), "socket", (2, 1, 262), NO_SOCKET),
        (Allowance(net=True), "socket", (2, 3, 0), NO_SOCKET),
        (Allowance(net=True), "socket", (1, 1, 0), NO_SOCKET),
        (Allowance(net=True), "socket", (HIGH | 1, 1, 0), NO_SOCKET),
        (Allowance(net=True), "bind", (), NO),
        (Allowance(net=True), "listen", (), NO),
        (Allowance(), "listen", (3, 100), DONE_ALREADY),
        (Allowance(), "connect", (3,), NO_SOCKET),
        (Allowance(net=True), "connect", (3,), ALLOW),
        (Allowance(), "sendto", (3, 0, 0, 0x4000), ALLOW),  # MSG_NOSIGNAL
        (Allowance(), "sendto", (3, 0, 0, 0x20004000), NO),  # MSG_FASTOPEN
        (Allowance(), "sendmsg", (3, 0, 0x20000000), NO),
        (Allowance(), "sendmsg", (3, 0, HIGH | 0x20000000), NO),
        (Allowance(), "sendmmsg", (3, 0, 1, 0x20000000), NO),
        (Allowance(net=True), "sendto", (3, 0, 0, 0x20000000), ALLOW),
        (Allowance(), "setsockopt", (3, 6, 1), ALLOW),  # TCP_NODELAY
        (Allowance(), "setsockopt", (3, 1, 9), ALLOW),  # SO_KEEPALIVE
        (Allowance(), "setsockopt", (3, 0, 4), refusal(errno.ENOPROTOOPT)),  # IP_OPTIONS
        (Allowance(), "setsockopt", (3, 41, 57), refusal(errno.ENOPROTOOPT)),  # IPV6_RTHDR
        (Allowance(), "setsockopt", (3, 6, 31), refusal(errno.ENOPROTOOPT)),  # TCP_ULP
        (Allowance(net=True), "setsockopt", (3, 0, 4), ALLOW),
        (Allowance(), "socketpair", (1, 1 | 0o2000000, 0), ALLOW),
        (Allowance(), "socketpair", (1, 2, 0), NO_SOCKET),
        (Allowance(), "socketpair", (1, 5, 0), NO_SOCKET),
        (Allowance(), "clone", (0x3D0F00,), ALLOW),
        (Allowance(), "clone", (17,), NO),
        (Allowance(exec=True), "clone", (17,), ALLOW),
        (Allowance(exec=True), "clone", (17 | 0x10000000,), NO),
        (Allowance(exec=True), "clone", (17 | 0x8000,), NO),
        (Allowance(exec=True), "clone3", (), ABSENT),
        (Allowance(), "execve", (), NO),
        (Allowance(exec=True), "execve", (), ALLOW),
        (Allowance(), "ioctl", (0, 0x5401), ALLOW),
        (Allowance(), "ioctl", (0, 0x5412), NO),
        (Allowance(), "ioctl", (0, 0x100005412), NO),
        (Allowance(), "ioctl", (0, 0x541C), NO),
        (Allowance(), "ioctl", (0, 0x4B48), NO),
        (Allowance(), "ioctl", (0, 0x50009417), NO),  # BTRFS_IOC_SNAP_CREATE_V2
        (Allowance(), "ioctl", (0, 0x5000940E), NO),  # BTRFS_IOC_SUBVOL_CREATE
        (Allowance(), "ioctl", (0, 0x4018BC10), NO),  # BCH_IOCTL_SUBVOLUME_CREATE
        (Allowance(), "ioctl", (0, 0x40049409), ALLOW),  # FICLONE
        (Allowance(), "ioctl", (0, 0x40086602), NO),  # FS_IOC_SETFLAGS
        (Allowance(), "ioctl", (0, 0xC0406618), NO),  # FS_IOC_REMOVE_ENCRYPTION_KEY
        (Allowance(), "ioctl", (0, 0x80086601), ALLOW),  # FS_IOC_GETFLAGS
        (Allowance(), "ioctl", (0, 0x401C5820), NO),  # FS_IOC_FSSETXATTR
        (Allowance(), "clone", (0x3D0F00 | 0x08000000,), NO),
        (Allowance(), "fcntl", (0, 3), ALLOW),
        (Allowance(), "fcntl", (0, 8), NO),
        (Allowance(), "fcntl", (0, 1024), NO),
        (Allowance(), "ioctl", (0, 0x5410), NO),  # TIOCSPGRP
        (Allowance(), "ioctl", (0, 0x5422), NO),  # TIOCNOTTY
        (Allowance(exec=True), "ioctl", (0, 0x5410), ALLOW),
        (Allowance(), "setpgid", (0, 0), ALLOW),
        (Allowance(), "setpgid", (0, 7), NO),
        (Allowance(exec=True), "setpgid", (3, 7), ALLOW),
        (Allowance(), "setsid", (), NO),
        (Allowance(), "prlimit64", (0, 7), ALLOW),
        (Allowance(), "prlimit64", (1, 7), NO),
        (Allowance(), "kill", (1, 9), ALLOW),
        (Allowance(own_pid=77), "kill", (77, 9), ALLOW),
        (Allowance(own_pid=77), "kill", (1, 9), NO),
        (Allowance(own_pid=77), "kill", (2**64 - 1, 9), NO),
        (Allowance(), "openat", (0, 0, 0o1000), ALLOW),
        (Allowance(truncates=False), "openat", (0, 0, 0o1000), NO),
        (Allowance(truncates=False), "openat", (0, 0, 0o1001), ALLOW),
        (Allowance(truncates=False), "openat2", (), ABSENT),
        (Allowance(), "fsetxattr", (), NO_XATTR),
        (Allowance(), "fchmod", (), NO),
        (Allowance(attributes=True), "fchmod", (), ALLOW),
        (Allowance(), "prctl", (1, 0), refusal(errno.EINVAL)),
        (Allowance(), "seccomp", (), ABSENT),
        (Allowance(), "landlock_create_ruleset", (), ABSENT),
    ],
)
def test_a_call_gets_the_verdict(
    allowance: Allowance, name: str, args: tuple[int, ...], verdict: int
) -> None:
    assert run(program(allowance), NUMBERS[name], args) == verdict


def test_a_filter_is_whole_and_ends_in_a_verdict() -> None:
    for allowance in ALLOWANCES:
        code = program(allowance)
        assert (len(code) % 8, struct.unpack("=HBBI", code[-8:])) == (0, (6, 0, 0, ABSENT))


def test_the_numbers_are_those_of_the_kernels_header() -> None:
    theirs = dict(re.findall(r"^#define __NR_(\w+) (\d+)$", HEADER.read_text(), re.MULTILINE))
    assert {name: str(NUMBERS[name]) for name in theirs} == theirs
