"""Confinement is whole, or the process ends."""

from __future__ import annotations

import errno
import json
import os
import resource
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from axium.model.policy import Policy
from axium.plugins.sandbox import canaries, landlock, libc, limits, seccomp
from axium.plugins.sandbox.bpf import Item, Label, Load, Return, Unless, assemble
from axium.plugins.sandbox.confinement import (
    ENFORCED,
    Tier,
    confine,
    probe,
    tier,
)
from axium.plugins.sandbox.numbers import NUMBERS
from axium.plugins.sandbox.rules import ABSENT, ALLOW
from tests.support import Scratch


def in_child(deed: Callable[[], object]) -> object:
    """What a forked child has to say: its deed's outcome, or the error that it ended with."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writing, 3)
        try:
            said = deed()
        except BaseException as error:  # noqa: BLE001 (the parent raises it, in a way)
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(3, json.dumps(said).encode())
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = json.loads(pipe.read())
    os.waitpid(pid, 0)
    return said


@pytest.fixture
def policy(scratch: Scratch) -> Policy:
    gear = scratch.root / "gear"
    gear.mkdir()
    return Policy(home=str(scratch.user), directory=str(gear))


def without(*names: str) -> None:
    """Be on a kernel that does not have these calls."""
    items: list[Item] = [Load(0)]
    for name in names:
        items += [Unless(NUMBERS[name], name), Return(ABSENT), Label(name)]
    code = libc.buffer(assemble([*items, Return(ALLOW)]))
    libc.call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
    head = libc.buffer(struct.pack("=H6xQ", len(code) // 8, libc.address(code)))
    libc.call(NUMBERS["prctl"], 22, 2, libc.address(head), 0, 0)


def test_this_machine_enforces() -> None:
    said = in_child(lambda: [str(probe(programs=given)) for given in (False, True)])
    assert said == ["enforced", "enforced"]


@pytest.mark.parametrize(
    ("version", "programs", "held"),
    [
        (0, False, Tier("none", "this kernel has no Landlock, or it is turned off")),
        (1, False, ENFORCED),
        (5, False, ENFORCED),
        (
            5,
            True,
            Tier("partial", "programs that it starts can send signals to your other processes"),
        ),
        (6, True, ENFORCED),
        (99, True, ENFORCED),
    ],
)
def test_the_tier_follows_from_the_version_of_landlock(
    version: int,
    programs: bool,  # noqa: FBT001 (a parameter of the test)
    held: Tier,
) -> None:
    assert tier(version, programs=programs) == held


def test_a_kernel_without_landlock_confines_nobody(policy: Policy) -> None:
    def tried() -> object:
        without("landlock_create_ruleset")
        said = str(probe(programs=False))
        confine(policy, keep=(3,))
        return said

    assert in_child(tried) == "NotConfined: this kernel has no Landlock, or it is turned off"


def test_a_kernel_that_refuses_a_part_is_found_out_by_the_trial() -> None:
    def tried() -> object:
        without("seccomp")
        return list(probe(programs=False))

    said = in_child(tried)
    assert isinstance(said, list)
    assert (said[0], "Function not implemented" in said[1]) == ("none", True)


@pytest.mark.parametrize("granted", [{}, {"exec": True, "net": True}], ids=str)
def test_every_canary_notices_when_nothing_holds(policy: Policy, granted: dict[str, Any]) -> None:
    gear = policy._replace(**granted)
    alive = in_child(lambda: list(canaries.alive(gear, landlock.abi())))
    assert isinstance(alive, list)
    expected = canaries.canaries(gear, landlock.abi())
    told = [said for said in alive if "(" in said]
    assert [said.partition("(")[0] for said in told] == [canary.name for canary in expected]
    assert set(alive) - set(told) >= {"new privileges", "tracing by others"}


def test_what_lacks_its_filter_is_found_out(policy: Policy) -> None:
    def tried() -> object:
        limits.drop_privileges()
        landlock.install(policy, landlock.abi())
        return [said.partition("(")[0] for said in canaries.alive(policy, landlock.abi())]

    said = in_child(tried)
    assert isinstance(said, list)
    assert "open" not in said
    assert {"unfiltered system calls", "socket", "execve", "ioctl", "unshare"} <= set(said)


def test_what_lacks_its_ruleset_is_found_out(policy: Policy) -> None:
    def tried() -> object:
        limits.drop_privileges()
        seccomp.install(seccomp.Allowance())
        return [said.partition("(")[0] for said in canaries.alive(policy, landlock.abi())]

    assert in_child(tried) == ["open", "open", "kill"]


def test_with_threads_nobody_is_confined(policy: Policy) -> None:
    def tried() -> object:
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        try:
            confine(policy, keep=(3,))
        finally:
            end.set()
            thread.join()
        return "confined"

    assert in_child(tried) == "NotConfined: there are threads already, which would stay free"


def test_a_directory_that_a_link_has_taken_the_place_of_is_refused(
    policy: Policy, scratch: Scratch
) -> None:
    link = scratch.root / "link"
    link.symlink_to("/etc")
    said = in_child(lambda: confine(policy._replace(reads=(str(link),)), keep=(3,)))
    assert said == f"NotConfined: [Errno {errno.ELOOP}] it is `/etc`: '{link}'"


def test_a_directory_that_is_not_there_is_no_hindrance(policy: Policy, scratch: Scratch) -> None:
    gone = str(scratch.root / "gone")
    assert in_child(lambda: confine(policy._replace(writes=(gone,)), keep=(3,))) is None


def test_nothing_is_open_but_what_is_kept(policy: Policy) -> None:
    def tried() -> object:
        opened = [os.open("/", os.O_RDONLY) for _ in range(20)]
        os.dup2(opened[0], 500)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
        confine(policy, keep=(3,))
        return [fd for fd in range(1024) if _is_open(fd)]

    assert in_child(tried) == [0, 1, 2, 3]


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_limits_are_lowered_for_good(policy: Policy) -> None:
    names = ("RLIMIT_CORE", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_MSGQUEUE")

    def tried() -> object:
        confine(policy, keep=(3,))
        return [resource.getrlimit(getattr(resource, name)) for name in names] + [os.umask(0)]

    gib = 1 << 30
    assert in_child(tried) == [[0, 0], [gib, gib], [4 * gib, 4 * gib], [1024, 1024], [0, 0], 0o077]


def test_older_versions_of_landlock_confine_as_well(policy: Policy, scratch: Scratch) -> None:
    readable = scratch.root / "readable"
    readable.mkdir()
    file = readable / "file"
    file.write_text("data")

    def tried(version: int) -> list[str]:
        confine(policy._replace(reads=(str(readable),)), keep=(3,), version=version)
        return [
            _said(file.read_text),
            _said(lambda: os.open(file, os.O_RDONLY | os.O_TRUNC)),
            _said(lambda: os.truncate(file, 0)),
            _said(lambda: os.kill(os.getppid(), 0)),
            _said(lambda: os.kill(os.getpid(), 0)),
            _said(lambda: os.listdir("/")),
        ]

    found = {version: in_child(lambda: tried(version)) for version in range(1, landlock.abi() + 1)}  # noqa: B023
    refused = ["data", "refused", "refused", "refused", "None", "refused"]
    assert found == dict.fromkeys(found, refused)
    assert file.read_text() == "data"


def _said(deed: Callable[[], object]) -> str:
    try:
        return str(deed())
    except PermissionError:
        return "refused"


def test_a_home_inside_of_what_python_needs_is_no_part_of_it(policy: Policy) -> None:
    home = os.path.realpath("/usr/share")

    def tried() -> object:
        confine(policy._replace(home=home), keep=(3,))
        return _said(lambda: os.listdir("/usr"))

    assert in_child(tried) == "refused"


def test_confinement_costs_little(policy: Policy) -> None:
    # 2 ms on an idle machine; the bound is for one that is not.
    def tried() -> object:
        seccomp.program(seccomp.Allowance())
        start = time.process_time()
        confine(policy, keep=(3,))
        return time.process_time() - start

    assert min(float(str(in_child(tried))) for _ in range(5)) < 0.01
