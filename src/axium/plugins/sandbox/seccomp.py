"""The system calls that a gear may make: the rules, and the filter that they come to."""

import errno
import functools
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, groupby, product
from typing import NamedTuple

from axium.plugins.sandbox import libc
from axium.plugins.sandbox.bpf import And, AtLeast, Item, Label, Load, Return, Unless, assemble
from axium.plugins.sandbox.numbers import LARGEST, NUMBERS
from axium.plugins.sandbox.rules import (
    ABSENT,
    ALLOW,
    NO,
    NO_XATTR,
    Case,
    Rule,
    Test,
    always,
    but,
    only,
    refusal,
)
from axium.plugins.sandbox.sockets import sockets

ARCHITECTURE = 0xC000003E
"""AUDIT_ARCH_X86_64."""

X32 = 0x40000000
"""From here on a number is one of the x32 calls."""

_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_SET_MODE_FILTER = 1


class Allowance(NamedTuple):
    """What the filter depends on.

    `own_pid`: signals go to this process alone, where Landlock doesn't hold them back; 0: it
    does. `truncates`: Landlock minds it. `attributes`: a mount namespace has what may not be
    written mounted read-only, so that modes and times can be set. `agent`: stream sockets of
    Unix can be made, where a mount namespace has but one that they can be connected to.
    """

    exec: bool = False
    net: bool = False
    own_pid: int = 0
    truncates: bool = True
    attributes: bool = False
    agent: bool = False


_ALLOWED = """
    read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction
    rt_sigprocmask rt_sigreturn pread64 pwrite64 readv writev access pipe select sched_yield mremap
    msync mincore madvise dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile accept
    recvfrom recvmsg shutdown getsockname getpeername getsockopt exit wait4 uname flock fsync
    fdatasync ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink
    readlink umask gettimeofday getrlimit getrusage sysinfo times getuid getgid setuid setgid
    geteuid getegid setpgid getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid
    getresuid setresgid getresgid getpgid setfsuid setfsgid getsid capget capset rt_sigpending
    rt_sigtimedwait rt_sigsuspend sigaltstack mknod ustat statfs fstatfs getpriority sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock
    munlock mlockall munlockall arch_prctl setrlimit sync gettid readahead time futex
    sched_getaffinity io_setup io_destroy io_getevents io_submit io_cancel epoll_create getdents64
    set_tid_address restart_syscall fadvise64 timer_create timer_settime timer_gettime
    timer_getoverrun timer_delete clock_gettime clock_getres clock_nanosleep exit_group epoll_wait
    epoll_ctl mbind set_mempolicy get_mempolicy waitid ioprio_get openat mkdirat mknodat newfstatat
    unlinkat renameat linkat symlinkat readlinkat faccessat pselect6 ppoll set_robust_list
    get_robust_list splice tee sync_file_range vmsplice epoll_pwait signalfd timerfd_create eventfd
    fallocate timerfd_settime timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2
    preadv pwritev recvmmsg syncfs getcpu sched_getattr renameat2 getrandom memfd_create membarrier
    mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents
    rseq pidfd_open close_range openat2 faccessat2 epoll_pwait2 futex_waitv set_mempolicy_home_node
    cachestat map_shadow_stack futex_wake futex_wait futex_requeue mseal
"""

_REFUSED = """
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp
    io_uring_setup io_uring_enter io_uring_register userfaultfd bpf perf_event_open add_key
    request_key keyctl mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen
    fsconfig fsmount fspick mount_setattr name_to_handle_at open_by_handle_at fanotify_init
    fanotify_mark inotify_init inotify_init1 inotify_add_watch shmget shmat shmctl shmdt semget
    semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend
    mq_timedreceive mq_notify mq_getsetattr kexec_load kexec_file_load reboot swapon swapoff
    init_module finit_module delete_module acct quotactl quotactl_fd settimeofday clock_settime
    adjtimex clock_adjtime sethostname setdomainname iopl ioperm modify_ldt syslog vhangup
    migrate_pages move_pages bind
"""

_XATTRS = """
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    removexattr lremovexattr fremovexattr setxattrat getxattrat listxattrat removexattrat
"""

_ATTRIBUTES = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
"""

_CLONE_THREAD = 0x10000
_CLONE_PARENT = 0x8000
_CLONE_NEW = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
"""Namespaces."""

_PROCESSES: Rule = but(*((Test(0, flag, flag),) for flag in (*_CLONE_NEW, _CLONE_PARENT)))
_THREADS: Rule = (
    *_PROCESSES[:-1],
    Case(ALLOW, (Test(0, _CLONE_THREAD, _CLONE_THREAD),)),
    Case(NO),
)

_TERMINALS = (
    0x5412,  # TIOCSTI: types into the terminal
    0x541C,  # TIOCLINUX: pastes into it
    0x541D,  # TIOCCONS
    0x5423,  # TIOCSETD
    0x8901,  # FIOSETOWN: has signals sent to others
    0x8902,  # SIOCSPGRP
)
_CONSOLES = (0x4B00, 0x5600)
"""The keyboard's and the console's, which both can be told to type."""

_OF_FILES = (
    0x6600,  # flags, keys and verity of a file: its owner may, on what was opened to be read
    0x5800,  # FS_IOC_FSSETXATTR, and what XFS has of its own
    0x9400,  # Btrfs: puts a snapshot of all of a home into a directory that was granted
    0xBC00,  # bcachefs: likewise
)
_HARMLESS = (
    0x80086601,  # FS_IOC_GETFLAGS
    0xC020660B,  # FS_IOC_FIEMAP
    0x801C581F,  # FS_IOC_FSGETXATTR
    0x40049409,  # FICLONE: into what was opened to be written
    0x4020940D,  # FICLONERANGE
)

_IOCTLS: Rule = (
    *(Case(ALLOW, (Test(1, command),)) for command in _HARMLESS),
    *(Case(NO, (Test(1, command),)) for command in _TERMINALS),
    *(Case(NO, (Test(1, family, 0xFFFFFF00),)) for family in _CONSOLES),
    *(Case(NO, (Test(1, family, 0xFF00),)) for family in _OF_FILES),
    Case(ALLOW),
)

_WITHOUT_GROUPS: Rule = (Case(NO, (Test(1, 0x5410),)), Case(NO, (Test(1, 0x5422),)), *_IOCTLS)
"""Nor TIOCSPGRP: makes a process group the terminal's; nor TIOCNOTTY: who has given the terminal up
reads from it as nobody in its background may."""

_FCNTLS: Rule = but(*((Test(1, command),) for command in (8, 10, 15, 1024, 1026)))
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: have signals sent to others; F_SETLEASE: has whoever opens a
file of ours, axium's own code too, wait for 45 s; F_NOTIFY: watches a directory."""

_PRCTLS: Rule = only(
    *(
        (Test(0, option),)
        for option in (
            2,  # PR_GET_PDEATHSIG
            3,  # PR_GET_DUMPABLE
            15,  # PR_SET_NAME
            16,  # PR_GET_NAME
            21,  # PR_GET_SECCOMP
            23,  # PR_CAPBSET_READ
            29,  # PR_SET_TIMERSLACK
            30,  # PR_GET_TIMERSLACK
            36,  # PR_SET_CHILD_SUBREAPER
            37,  # PR_GET_CHILD_SUBREAPER
            38,  # PR_SET_NO_NEW_PRIVS
            39,  # PR_GET_NO_NEW_PRIVS
            0x53564D41,  # PR_SET_VMA: names memory
        )
    ),
    otherwise=refusal(errno.EINVAL),
)

_OWN: Rule = only((Test(0, 0),))
"""Of the caller itself, which is 0; its number is refused as any other."""

_OWN_GROUP: Rule = only((Test(0, 0), Test(1, 0)))
_OWN_PRIORITY: Rule = only((Test(0, 0), Test(1, 0)))
_OWN_IO_PRIORITY: Rule = only((Test(0, 1), Test(1, 0)))
_PERSONALITY: Rule = only((Test(0, 0xFFFFFFFF),), (Test(0, 0),))

_TRUNCATE_FLAG = 0x200
_ACCESS_MODE = 3


def rules(allowance: Allowance) -> Mapping[int, Rule]:
    """The rule of each system call by its number; those that have none are `ABSENT`."""
    named = {
        **dict.fromkeys(_ALLOWED.split(), always(ALLOW)),
        **dict.fromkeys(_REFUSED.split(), always(NO)),
        **dict.fromkeys(_XATTRS.split(), always(NO_XATTR)),
        **dict.fromkeys(_ATTRIBUTES.split(), always(ALLOW if allowance.attributes else NO)),
        **_with_arguments(),
        **_programs(allowance),
        **_signals(allowance),
        **_truncation(allowance),
        **sockets(net=allowance.net, agent=allowance.agent),
    }
    return {NUMBERS[name]: rule for name, rule in named.items()}


def _with_arguments() -> dict[str, Rule]:
    return {
        "ioctl": _IOCTLS,
        "fcntl": _FCNTLS,
        "prctl": _PRCTLS,
        "prlimit64": _OWN,
        "sched_setaffinity": _OWN,
        "sched_setparam": _OWN,
        "sched_setscheduler": _OWN,
        "sched_setattr": _OWN,
        "setpriority": _OWN_PRIORITY,
        "ioprio_set": _OWN_IO_PRIORITY,
        "personality": _PERSONALITY,
    }


def _programs(allowance: Allowance) -> dict[str, Rule]:
    verdict = always(ALLOW if allowance.exec else NO)
    starting = dict.fromkeys(("execve", "execveat", "fork", "vfork"), verdict)
    if allowance.exec:
        return {**starting, "clone": _PROCESSES}
    # Who is alone needs no groups, and from the background would read what is typed to the shell:
    # in its group, or in no session of the terminal's.
    groups = {"setsid": always(NO), "setpgid": _OWN_GROUP, "ioctl": _WITHOUT_GROUPS}
    return {**starting, **groups, "clone": _THREADS}


def _signals(allowance: Allowance) -> dict[str, Rule]:
    own = allowance.own_pid
    to_process = only((Test(0, own),)) if own else always(ALLOW)
    names = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
    # These name a thread, or a descriptor, from which a filter can't tell whose it is.
    elsewhere = dict.fromkeys(("tkill", "pidfd_send_signal"), always(NO if own else ALLOW))
    return {**dict.fromkeys(names, to_process), **elsewhere}


def _truncation(allowance: Allowance) -> dict[str, Rule]:
    """Before Landlock 3 it took the right to read to empty a file."""
    if allowance.truncates:
        return {"truncate": always(ALLOW)}
    return {
        "truncate": always(NO),
        "open": but(_emptying(1)),
        "openat": but(_emptying(2)),
        "openat2": always(ABSENT),
    }


def _emptying(argument: int) -> Sequence[Test]:
    return (Test(argument, _TRUNCATE_FLAG, _TRUNCATE_FLAG | _ACCESS_MODE),)


def prepare() -> None:
    """Make the filters that gears usually have, so that none of them waits for its own."""
    for granted in product((False, True), repeat=2):
        program(Allowance(*granted))


@functools.cache
def program(allowance: Allowance) -> bytes:
    """The filter, made once: the template keeps it for its hosts."""
    found = rules(allowance)
    by_number = [found.get(number, always(ABSENT)) for number in range(LARGEST + 1)]
    runs: list[tuple[int, Rule]] = []
    for rule, numbers in groupby(range(LARGEST + 1), key=by_number.__getitem__):
        runs.append((next(numbers), rule))
    runs.append((LARGEST + 1, always(ABSENT)))  # also those of x32
    names = count()
    return assemble(
        [
            Load(_ARCHITECTURE_AT),
            Unless(ARCHITECTURE, "foreign"),
            Load(_NUMBER_AT),
            *_choice(runs, names),
            Label("foreign"),
            Return(ABSENT),
        ]
    )


def _choice(runs: Sequence[tuple[int, Rule]], names: Iterator[int]) -> Iterator[Item]:
    """Find the rule of a number by halves."""
    if len(runs) == 1:
        yield from _decision(runs[0][1], names)
        return
    middle = len(runs) // 2
    above = next(names)
    yield AtLeast(runs[middle][0], above)
    yield from _choice(runs[:middle], names)
    yield Label(above)
    yield from _choice(runs[middle:], names)


def _decision(rule: Rule, names: Iterator[int]) -> Iterator[Item]:
    for case in rule:
        following = next(names)
        for test in case.tests:
            yield Load(_ARGUMENTS_AT + 8 * test.argument)
            if test.mask != 0xFFFFFFFF:
                yield And(test.mask)
            yield Unless(test.value, following)
        yield Return(case.verdict)
        yield Label(following)


def is_offered() -> bool:
    """Whether there is a filter for this architecture; the kernel is asked when it is installed."""
    return os.uname().machine == "x86_64" and struct.calcsize("P") == 8


def install(allowance: Allowance) -> None:
    """Hold this thread, and what it starts, to the filter for good. OSError."""
    code = libc.buffer(program(allowance))
    head = libc.buffer(struct.pack("=H6xQ", len(code) // 8, libc.address(code)))
    libc.call(NUMBERS["seccomp"], _SET_MODE_FILTER, 0, head)
