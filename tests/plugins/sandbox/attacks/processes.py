"""Signals, tracing and memory of others, and what becomes of them."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import struct
from pathlib import Path

from axium.plugins.sandbox.libc import address, buffer, call
from axium.plugins.sandbox.numbers import NUMBERS

from .table import World, attack

NOW = signal.SIGCONT


@attack()
def sends_a_signal(at: World) -> object:
    os.kill(at.victim, NOW)
    return "sent"


@attack()
def sends_a_signal_to_a_group(at: World) -> object:
    os.killpg(at.victim, NOW)
    return "sent"


@attack()
def sends_a_signal_to_a_thread(at: World) -> object:
    return call(NUMBERS["tkill"], at.victim, NOW) == 0


@attack()
def sends_a_signal_to_a_thread_of_a_group(at: World) -> object:
    return call(NUMBERS["tgkill"], at.victim, at.victim, NOW) == 0


@attack()
def sends_a_signal_by_a_descriptor(at: World) -> object:
    signal.pidfd_send_signal(os.pidfd_open(at.victim), NOW)
    return "sent"


@attack()
def queues_a_signal(at: World) -> object:
    said = buffer(struct.pack("=iii", NOW, 0, -1).ljust(128, b"\0"))
    return call(NUMBERS["rt_sigqueueinfo"], at.victim, NOW, said) == 0


@attack()
def has_the_kernel_send_signals(at: World) -> object:
    reading, _writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, at.victim)
    return "set"


@attack()
def has_the_kernel_send_signals_by_the_other_call(at: World) -> object:
    reading, _writing = os.pipe()
    fcntl.fcntl(reading, 15, struct.pack("=ii", 1, at.victim))
    return "set"


@attack()
def traces(at: World) -> object:
    call(NUMBERS["ptrace"], 16, at.victim, 0, 0)
    os.waitpid(at.victim, 0x40000000)
    return call(NUMBERS["ptrace"], 17, at.victim, 0, 0) == 0


@attack()
def has_itself_traced(at: World) -> object:
    return call(NUMBERS["ptrace"], 0, 0, 0, 0) == 0


_victims_memory: list[int] = []


def find_memory(at: World) -> object:
    _victims_memory.append(start_of_memory(at))
    return None


def know_memory(at: World) -> object:
    """As somebody wrote down who may see it, for who may not."""
    try:
        return find_memory(at)
    except OSError:
        _victims_memory.append(int(Path(at.readable, "memory").read_text()))
        return None


def start_of_memory(at: World) -> int:
    with open(f"/proc/{at.victim}/maps") as maps:
        return int(next(line for line in maps if " rw-p " in line).split("-")[0], 16)


def _transfer(at: World, name: str) -> object:
    own = buffer(bytes(8))
    local = buffer(struct.pack("=QQ", address(own), 8))
    remote = buffer(struct.pack("=QQ", _victims_memory[0], 8))
    return call(NUMBERS[name], at.victim, local, 1, remote, 1, 0) == 8


@attack(before=find_memory)
def reads_memory(at: World) -> object:
    return _transfer(at, "process_vm_readv")


@attack(before=find_memory)
def writes_memory(at: World) -> object:
    with open(f"/proc/{at.victim}/mem", "r+b", 0):
        return "opened"


@attack()
def takes_a_descriptor(at: World) -> object:
    return call(NUMBERS["pidfd_getfd"], os.pidfd_open(at.victim), 0, 0)


@attack()
def limits_another(at: World) -> object:
    return resource.prlimit(at.victim, resource.RLIMIT_CORE, (0, 0))


@attack()
def reads_the_limits_of_another(at: World) -> object:
    return resource.prlimit(at.victim, resource.RLIMIT_CORE)


@attack()
def slows_another_down(at: World) -> object:
    os.setpriority(os.PRIO_PROCESS, at.victim, 19)
    return "slowed"


@attack()
def slows_everybody_down(at: World) -> object:
    nice = os.getpriority(os.PRIO_PGRP, at.victim)
    os.setpriority(os.PRIO_PGRP, at.victim, nice)
    return "slowed"


@attack()
def binds_another_to_a_processor(at: World) -> object:
    os.sched_setaffinity(at.victim, os.sched_getaffinity(0))
    return "bound"


@attack()
def schedules_another(at: World) -> object:
    os.sched_setscheduler(at.victim, os.SCHED_BATCH, os.sched_param(0))
    return "scheduled"


@attack()
def holds_back_the_disk_of_another(at: World) -> object:
    return call(NUMBERS["ioprio_set"], 1, at.victim, 3 << 13) == 0


@attack()
def offers_another_to_be_killed(at: World) -> object:
    with open(f"/proc/{at.victim}/oom_score_adj", "w") as file:
        file.write("1000")
    return "offered"


@attack()
def keeps_itself_from_being_killed(at: World) -> object:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    return "written"


@attack()
def compares_with_another(at: World) -> object:
    return call(NUMBERS["kcmp"], os.getpid(), at.victim, 1, 0, 0) >= 0


@attack()
def moves_pages_of_another(at: World) -> object:
    mask = buffer(struct.pack("=Q", 1))
    return call(NUMBERS["migrate_pages"], at.victim, 64, mask, mask) == 0


@attack()
def outlives_its_parent(at: World) -> object:
    return call(NUMBERS["prctl"], 1, 0, 0, 0, 0) == 0


@attack()
def has_itself_dumped(at: World) -> object:
    return call(NUMBERS["prctl"], 4, 1, 0, 0, 0) == 0


# A container's root has no CAP_SYS_RESOURCE.
@attack(control="nobody")
def raises_its_limits(at: World) -> object:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] + 1
    limits = buffer(struct.pack("=QQ", most, most))
    return call(NUMBERS["prlimit64"], 0, resource.RLIMIT_NOFILE, limits, 0) == 0


@attack(control="root")
def takes_more_of_the_processor(at: World) -> object:
    os.setpriority(os.PRIO_PROCESS, 0, -5)
    return "taken"


@attack(control="root")
def becomes_another_user(at: World) -> object:
    os.setresuid(12345, 12345, 12345)
    return "changed"
