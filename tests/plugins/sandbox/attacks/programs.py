"""Starting programs and processes, and what those try."""

from __future__ import annotations

import ctypes
import os
import pty
import shutil
import signal
import subprocess
import sys

from axium.plugins.sandbox.libc import buffer, call
from axium.plugins.sandbox.numbers import NUMBERS

from .table import World, attack

TRUE = "/bin/true"
LOADER = "/lib64/ld-linux-x86-64.so.2"


def _ended_well(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _left(pid: int) -> bool:
    """Whether there was a child; the child itself never comes back from here."""
    if pid == 0:
        os._exit(0)
    return _ended_well(pid)


@attack(unless="exec")
def starts_a_program(at: World) -> object:
    return subprocess.run([TRUE], check=True).returncode == 0


@attack(unless="exec")
def becomes_a_program(at: World) -> object:
    os.execv(TRUE, [TRUE])


@attack(unless="exec")
def spawns_a_program(at: World) -> object:
    return _ended_well(os.posix_spawn(TRUE, [TRUE], {}))


@attack(unless="exec")
def has_the_shell_start_a_program(at: World) -> object:
    return os.system(TRUE) == 0  # noqa: S605 (an attack)


@attack(unless="exec")
def forks(at: World) -> object:
    return _left(os.fork())


@attack(unless="exec")
def forks_by_number(at: World) -> object:
    return _left(call(NUMBERS["fork"]))


@attack(unless="exec")
def clones(at: World) -> object:
    return _left(call(NUMBERS["clone"], signal.SIGCHLD, 0, 0, 0, 0))


@attack()
def clones_with_the_newest_call(at: World) -> object:
    arguments = bytes(32) + signal.SIGCHLD.to_bytes(8, "little") + bytes(24)
    return _left(call(NUMBERS["clone3"], buffer(arguments), 64))


@attack()
def leaves_its_parent_a_child(at: World) -> object:
    """The parent has to wait for it: seen by who it gets."""
    parent = os.getpid()
    pid = call(NUMBERS["clone"], 0x8000 | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0 if os.getppid() != parent else 1)
    return pid


@attack(unless="exec")
def forks_with_a_terminal(at: World) -> object:
    return _left(pty.fork()[0])


@attack(unless="exec")
def runs_from_memory(at: World) -> object:
    with open(TRUE, "rb") as program:
        held = os.memfd_create("program", 0)
        os.write(held, program.read())
    os.execve(held, [TRUE], {})


@attack(unless="exec")
def runs_by_the_loader(at: World) -> object:
    os.execv(LOADER, [LOADER, TRUE])


@attack(unless="exec")
def runs_a_script_of_its_own(at: World) -> object:
    path = f"{at.scratch}/script"
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o700)) as script:
        script.write("#!/bin/sh\nexit 0\n")
    os.execv(path, [path])


@attack()
def runs_what_it_may_not_read(at: World) -> object:
    return subprocess.run([f"{at.outside}/program"], check=True).returncode == 0


@attack()
def has_a_program_read(at: World) -> object:
    return subprocess.run(
        ["/bin/cat", f"{at.outside}/secret"], check=True, stdout=subprocess.PIPE
    ).stdout


@attack()
def has_a_program_write(at: World) -> object:
    script = 'echo made > "$1/made"'
    return subprocess.run(["/bin/sh", "-c", script, "sh", at.outside], check=True).returncode == 0


@attack()
def has_a_program_connect(at: World) -> object:
    script = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    subprocess.run([sys.executable, "-I", "-S", "-c", script, at.stream], check=True)
    return "connected"


@attack()
def has_a_program_send_a_signal(at: World) -> object:
    return subprocess.run(["/bin/sh", "-c", f"kill -CONT {at.victim}"], check=True).args


@attack(control="root")
def gets_capabilities_from_a_program(at: World) -> object:
    wanted = "00000000a80425fb"  # anything of them
    said = subprocess.run(["/bin/cat", "/proc/self/status"], check=True, stdout=subprocess.PIPE)
    held = [line for line in said.stdout.decode().splitlines() if line.startswith("CapEff")]
    return int(held[0].split()[1], 16) & int(wanted, 16)


@attack()
def starts_one_beside_the_limits(at: World) -> object:
    """In a namespace of its own it would be root there."""
    pid = call(NUMBERS["clone"], 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    return _left(pid)


@attack()
def traces_a_child(at: World) -> object:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(read, 1)
        os._exit(0)
    try:
        return call(NUMBERS["ptrace"], 0x4206, pid, 0, 0) == 0  # PTRACE_SEIZE
    finally:
        os.write(write, b"x")
        os.waitpid(pid, 0)


@attack(unless="exec")
def starts_by_the_library_alone(at: World) -> object:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.system(TRUE.encode()) != 0:
        raise PermissionError(ctypes.get_errno(), "system")
    return shutil.which("true") or "started"
