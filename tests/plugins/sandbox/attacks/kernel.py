"""Wide doors into the kernel, the terminal, and what might take the confinement off again."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import pty
import signal
import socket
import struct
import termios
from pathlib import Path

from axium.plugins.sandbox import landlock
from axium.plugins.sandbox.libc import address, buffer, call
from axium.plugins.sandbox.numbers import NUMBERS

from .sockets import HANDED
from .table import World, attack


@attack()
def opens_io_uring(at: World) -> object:
    return call(NUMBERS["io_uring_setup"], 4, buffer(bytes(120)))


@attack()
def makes_a_user_namespace(at: World) -> object:
    return call(NUMBERS["unshare"], 0x10000000) == 0


@attack(control="root")
def makes_a_mount_namespace(at: World) -> object:
    return call(NUMBERS["unshare"], 0x20000) == 0


@attack(control="root")
def enters_a_namespace(at: World) -> object:
    return call(NUMBERS["setns"], os.open("/proc/self/ns/uts", os.O_RDONLY), 0) == 0


@attack(control="root")
def opens_a_file_system(at: World) -> object:
    return call(NUMBERS["fsopen"], b"tmpfs", 0)


@attack(control="root")
def opens_a_tree(at: World) -> object:
    return call(NUMBERS["open_tree"], (1 << 64) - 100, at.outside.encode(), 1)


@attack(control="root")
def makes_a_bpf_map(at: World) -> object:
    array = buffer(struct.pack("=IIII", 2, 4, 8, 1).ljust(120, b"\0"))
    return call(NUMBERS["bpf"], 0, array, 120)


@attack()
def counts_events(at: World) -> object:
    software = struct.pack("=IIQ", 1, 112, 1).ljust(40, b"\0") + struct.pack("=Q", 1 | 0x60)
    return call(
        NUMBERS["perf_event_open"], buffer(software.ljust(112, b"\0")), 0, -1 % 2**64, -1 % 2**64, 0
    )


@attack()
def finds_a_keyring(at: World) -> object:
    return call(NUMBERS["keyctl"], 0, 2**32 - 4, 1, 0, 0)


@attack()
def adds_a_key(at: World) -> object:
    return call(NUMBERS["add_key"], b"user", b"axium:test", b"x", 1, 2**32 - 2)


@attack()
def handles_faults_itself(at: World) -> object:
    return call(NUMBERS["userfaultfd"], 1)


@attack()
def shares_memory(at: World) -> object:
    made = call(NUMBERS["shmget"], 0, 4096, 0o1600)
    call(NUMBERS["shmctl"], made, 0, 0)
    return "made"


@attack()
def shares_semaphores(at: World) -> object:
    made = call(NUMBERS["semget"], 0, 1, 0o1600)
    call(NUMBERS["semctl"], made, 0, 0, 0)
    return "made"


@attack()
def shares_messages(at: World) -> object:
    made = call(NUMBERS["msgget"], 0, 0o1600)
    call(NUMBERS["msgctl"], made, 0, 0)
    return "made"


@attack()
def opens_a_queue(at: World) -> object:
    name = f"axium-{os.getpid()}".encode()
    made = call(NUMBERS["mq_open"], name, os.O_CREAT | os.O_RDWR, 0o600, 0)
    call(NUMBERS["mq_unlink"], name)
    return made


@attack(control="root")
def reads_the_kernels_messages(at: World) -> object:
    return call(NUMBERS["syslog"], 10, None, 0)


@attack(control="root")
def names_the_machine(at: World) -> object:
    name = socket.gethostname().encode()
    return call(NUMBERS["sethostname"], name, len(name)) == 0


@attack(control="root")
def reaches_for_ports(at: World) -> object:
    return call(NUMBERS["iopl"], 3) == 0


@attack()
def changes_segments(at: World) -> object:
    entry = buffer(struct.pack("=IIII", 0, 0, 0xFFFFF, 0x51))
    return call(NUMBERS["modify_ldt"], 1, entry, 16) == 0


@attack()
def changes_its_personality(at: World) -> object:
    call(NUMBERS["personality"], 0x0400000)
    return "changed"


def terminal(at: World) -> object:
    """A terminal of its own at descriptor 0, as a command of a gear has the user's."""
    master, slave = pty.openpty()
    os.dup2(master, HANDED)  # stays open, or the terminal would hang up
    os.setsid()
    fcntl.ioctl(slave, 0x540E, 0)
    os.dup2(slave, 0)
    return None


@attack(before=terminal)
def types_into_the_terminal(at: World) -> object:
    return call(NUMBERS["ioctl"], 0, 0x5412, b"x") == 0


@attack(before=terminal)
def types_with_more_bits(at: World) -> object:
    return call(NUMBERS["ioctl"], 0, 0x100005412, b"x") == 0


@attack(unless="exec", before=terminal)
def takes_the_terminal_for_itself(at: World) -> object:
    fcntl.ioctl(0, termios.TIOCSPGRP, struct.pack("=i", os.getpgrp()))
    return "taken"


@attack(unless="exec", before=terminal)
def gives_the_terminal_up_to_read_it_unheeded(at: World) -> object:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of a session's leader, as it is here
    fcntl.ioctl(0, termios.TIOCNOTTY)
    return "given up"


@attack(unless="exec")
def joins_the_group_that_the_terminal_is_with(at: World) -> object:
    os.setpgid(0, os.getpgid(os.getppid()))
    return "joined"


@attack(unless="exec")
def leaves_the_session_of_its_terminal(at: World) -> object:
    os.setsid()
    return "left"


@attack(control="nobody", before=terminal)
def pastes_into_the_console(at: World) -> object:
    return call(NUMBERS["ioctl"], 0, 0x541C, buffer(b"\x03")) == 0


def _machine_code(code: bytes) -> int:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(start)()
    if result < 0:
        raise OSError(-result, "a 32-bit call")
    return int(result)


@attack()
def calls_as_a_32_bit_program(at: World) -> object:
    # push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret
    return _machine_code(bytes.fromhex("53b814000000cd805bc3")) == os.getpid()


@attack()
def opens_a_socket_as_a_32_bit_program(at: World) -> object:
    # eax 359 (socket), ebx AF_UNIX, ecx SOCK_STREAM, edx 0
    code = "53b867010000bb01000000b90100000031d2cd805bc3"
    return _machine_code(bytes.fromhex(code)) + 1


@attack(control="nobody")
def calls_as_an_x32_program(at: World) -> object:
    return call(0x40000000 + NUMBERS["getpid"])


@attack()
def puts_a_wider_ruleset_on_top(at: World) -> object:
    ruleset = call(
        NUMBERS["landlock_create_ruleset"],
        buffer(struct.pack("=QQQ", landlock.READ_FILE, 0, 0)),
        24,
        0,
    )
    root = os.open("/", os.O_PATH)
    rule = buffer(struct.pack("=Qi", landlock.READ_FILE, root))
    call(NUMBERS["landlock_add_rule"], ruleset, 1, rule, 0)
    call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
    call(NUMBERS["landlock_restrict_self"], ruleset, 0)
    return Path(at.outside, "secret").read_text()


@attack()
def goes_on_when_rulesets_are_refused(at: World) -> object:
    try:
        return puts_a_wider_ruleset_on_top(at)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EACCES):
            raise
        return Path(at.outside, "secret").read_text()


@attack()
def puts_a_wider_filter_on_top(at: World) -> object:
    call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
    allow = buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
    call(NUMBERS["seccomp"], 1, 0, buffer(struct.pack("=H6xQ", 1, address(allow))))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(at.stream)
        return "connected"


@attack()
def puts_a_filter_on_top_the_old_way(at: World) -> object:
    call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
    allow = buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
    program = buffer(struct.pack("=H6xQ", 1, address(allow)))
    return call(NUMBERS["prctl"], 22, 2, address(program), 0, 0) == 0


@attack(control="root")
def takes_its_capabilities_back(at: World) -> object:
    held = buffer(struct.pack("=IIIIII", 1, 1, 0, 0, 0, 0))
    return call(NUMBERS["capset"], buffer(struct.pack("=II", 0x20080522, 0)), held) == 0
