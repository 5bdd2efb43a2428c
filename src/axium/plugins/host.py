"""One plugin's process: what is done to it before the plugin's code comes, and its end."""

import atexit
import gc
import logging
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from typing import NoReturn, TextIO

from axium.core import transport
from axium.plugins import kernel, variables
from axium.plugins.cgroup import Cgroup
from axium.plugins.channel import Channel
from axium.plugins.orders import Fork
from axium.plugins.sandbox import namespace
from axium.plugins.sandbox.confinement import NotConfined, confine
from axium.plugins.serving import Serving

CHANNEL = 3
"""The only descriptor beside 0, 1 and 2."""

MOST_MEMORY = 1 << 30
"""Bytes of a host's data."""

_HELD = (signal.SIGCHLD, signal.SIGTERM)
"""What the template has handlers for."""


def live(order: Fork, fds: Sequence[int], *, parent: int, group: Cgroup | None) -> NoReturn:
    """Be the host of a plugin, in a process that was just forked; `fds` as with an `Order`."""
    code = 1
    try:
        _settle(order, fds, parent, group)
        # After all that it forbids, before anything of the plugin's.
        _confine(order)
        code = _serve(order)
    except BaseException:  # noqa: BLE001 (the plugin boundary: a handler of the plugin's raised)
        traceback.print_exc()
    finally:
        _leave(code)


def _settle(order: Fork, fds: Sequence[int], parent: int, group: Cgroup | None) -> None:
    """Part from the template: process group, cgroup, descriptors, signals, limits."""
    signal.set_wakeup_fd(-1)
    for number in _HELD:
        signal.signal(number, signal.SIG_DFL)
    # Not a session: each of them would be given as much of the processor as the user's shell.
    os.setpgid(0, 0)
    kernel.come_after_others()
    kernel.die_with_parent(signal.SIGKILL, parent)
    kernel.adopt_orphans()
    kernel.be_killed_first()
    if group is not None:
        group.enter()
    _arrange(fds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    os.umask(0o077)
    os.chdir("/")
    kernel.call_ourselves(f"axium {order.kind} {order.name}")
    _prepare_streams()
    gc.enable()


def _confine(order: Fork) -> None:
    """Hold a gear to its policy, and let it see no variables of the template's. NotConfined."""
    if order.kind != "gear":
        return
    variables.replace(())
    sys.dont_write_bytecode = True
    if order.policy is None and order.is_permissive:
        return
    if order.policy is None:
        raise NotConfined(f"`{order.name}` came without a policy")
    # What starts programs sees nothing but what it was granted, where this machine allows that.
    within = namespace.enter(order.policy) if order.policy.exec else None
    if order.policy.scratch:
        os.chdir(order.policy.scratch[0])  # the one that is for what is temporary
    confine(within or order.policy, keep=(CHANNEL,), is_permissive=order.is_permissive)


def _arrange(fds: Sequence[int]) -> None:
    """0, 1, 2 and the channel: no other descriptor stays open."""
    channel, stdout, stderr = (fds[0], fds[1], fds[-1])
    # The template has /dev/null at 0; what came with the order is above 3, where it has its own.
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    if channel != CHANNEL:
        os.dup2(channel, CHANNEL, inheritable=False)
    os.closerange(CHANNEL + 1, os.sysconf("SC_OPEN_MAX"))


def _prepare_streams() -> None:
    """What the plugin prints is in its log line by line, whatever characters are in it."""
    # New ones: those of the template know whether its own could be sought in.
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")


def _stream(fd: int) -> TextIO:
    return open(fd, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _serve(order: Fork) -> int:
    channel = Channel(socket.socket(fileno=CHANNEL))
    transport.use(channel.request)
    os.register_at_fork(after_in_child=partial(transport.use, transport.over_socket))
    Serving(order.plugin, channel).run()
    return 0


def _leave(code: int) -> NoReturn:
    """End without waiting for the plugin's threads; what it left to `atexit` is done."""
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 (os._exit leaves them out)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except BaseException:  # noqa: BLE001 (the plugin boundary: it may have put anything there)
        code = code or 1
    finally:
        os._exit(code)
