"""Confinement put on in one order, and whether this machine has it."""

import os
import sys
from collections.abc import Collection
from typing import Literal, NamedTuple

from axium.model.policy import Policy
from axium.plugins.sandbox import canaries, landlock, limits, namespace, seccomp
from axium.plugins.sandbox.seccomp import Allowance

Level = Literal["enforced", "partial", "none"]


class NotConfined(Exception):
    """This process is not, or not surely, held to its policy: it has to end."""


class Tier(NamedTuple):
    """How far a gear is held to its policy; `why` it is no further."""

    level: Level
    why: str = ""

    def __str__(self) -> str:
        return f"{self.level}: {self.why}" if self.why else self.level


_LINKS_OF_ONE_THREAD = 3
"""Of the directory that has one for each thread, beside its own two."""

ENFORCED = Tier("enforced")


def confine(
    policy: Policy,
    *,
    keep: Collection[int] = (),
    is_permissive: bool = False,
    has_agent: bool = False,
    version: int | None = None,
) -> None:
    """Hold this process to `policy` for good, and see that it is. NotConfined.

    `keep` are the descriptors that stay open beside 0, 1 and 2. `is_permissive`: a part of it
    is enough. `has_agent`: it is in a namespace in which no other socket is than
    `namespace.AGENT`, and may be connected to that. `version` is that of Landlock.
    """
    found = landlock.abi() if version is None else version
    held = tier(found, programs=policy.exec)
    if held.level == "none" or (held.level == "partial" and not is_permissive):
        raise NotConfined(held.why)
    try:
        if os.stat("/proc/self/task").st_nlink != _LINKS_OF_ONE_THREAD:
            raise NotConfined("there are threads already, which would stay free")
        limits.close_others(keep)
        limits.lower_limits()
        limits.drop_privileges()
        allowed = allowance(policy, found, has_agent=has_agent)
        landlock.install(policy, found, agent=namespace.AGENT if has_agent else None)
        seccomp.install(allowed)
        alive = list(canaries.alive(policy, found, has_agent=has_agent))
    except OSError as error:
        raise NotConfined(str(error)) from error
    if alive:
        raise NotConfined("; ".join(alive))


def allowance(policy: Policy, version: int, *, has_agent: bool = False) -> Allowance:
    """What the filter allows, which stands in for what this version of Landlock lacks."""
    has_signals = version >= landlock.SIGNALS_SINCE
    return Allowance(
        exec=policy.exec,
        net=policy.net,
        own_pid=0 if has_signals or policy.exec else os.getpid(),
        truncates=version >= landlock.TRUNCATION_SINCE,
        attributes=policy.exec and namespace.is_around(policy),
        agent=has_agent,
    )


def tier(version: int, *, programs: bool) -> Tier:
    """What is in force with this version of Landlock, where the rest can be had.

    `programs`: for a gear that may start some.
    """
    if sys.platform != "linux":
        return Tier("none", f"{os.uname().sysname} has nothing that could hold a gear")
    if not seccomp.is_offered():
        return Tier("none", f"there is no filter of system calls for {os.uname().machine} yet")
    if version == 0:
        return Tier("none", "this kernel has no Landlock, or it is turned off")
    if programs and version < landlock.SIGNALS_SINCE:
        return Tier("partial", "programs that it starts can send signals to your other processes")
    return ENFORCED


def probe(*, programs: bool) -> Tier:
    """What is in force on this machine: tried in a child, since a container may forbid a part.

    To be called once, from a process without threads.
    """
    held = tier(landlock.abi(), programs=programs)
    if held.level == "none":
        return held
    failure = _failure_of_trial(_trial(programs=programs))
    return Tier("none", failure) if failure else held


def probe_agent(programs: Tier) -> Tier:
    """The same for gears that may ask the user's ssh-agent; `programs` as probed."""
    if programs != ENFORCED:
        return programs
    failure = _failure_of_trial(_trial(programs=True), is_within=True)
    return Tier("partial", failure) if failure else ENFORCED


def _trial(*, programs: bool) -> Policy:
    return Policy("/nonexistent", os.path.dirname(os.path.realpath(__file__)), exec=programs)


def _failure_of_trial(policy: Policy, *, is_within: bool = False) -> str:
    """Why a child could not be confined, `is_within` a namespace; empty where it was."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _try(policy, writing, is_within=is_within)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="backslashreplace") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return said or ("" if status == 0 else f"a confined process ended with status {status}")


def _try(policy: Policy, writing: int, *, is_within: bool) -> None:
    code = 1
    try:
        within = namespace.enter(policy) if is_within else policy
        if within is None:
            raise NotConfined(namespace.NONE)
        confine(within, keep=(writing,), has_agent=is_within)
        code = 0
    except (NotConfined, OSError) as error:
        os.write(writing, str(error).encode())
    finally:
        os._exit(code)
