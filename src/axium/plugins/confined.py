"""What a process of a gear's does to itself, before it is a program or the gear's command line."""

import os
import signal
import stat
import sys
import tempfile
from contextlib import suppress
from typing import NoReturn

import msgspec

from axium.model.policy import Policy
from axium.plugins import environ, kernel
from axium.plugins.orders import Run, Running
from axium.plugins.sandbox import landlock, namespace
from axium.plugins.sandbox.confinement import NotConfined, confine
from axium.plugins.sandbox.exposed import exposed

CHANNEL = 3
"""The only descriptor beside 0, 1 and 2, where there is one."""

NOT_CONFINED = 126
NOT_EXECUTABLE = 126
NOT_FOUND = 127

_TAKEN_AWAY = (signal.SIGPIPE, signal.SIGXFSZ)
"""What Python ignores, and a program has to be able to end by."""


def begun(words: list[str]) -> Run:
    """What the first word says that this process is; it is confined when this returns.

    Where it can't be, the process ends.
    """
    run = msgspec.json.decode(words[0], type=Running).run
    run = msgspec.structs.replace(run, argv=words[1:])
    here = run.cwd or _here()
    kernel.call_ourselves(f"axium gear {run.name} {' '.join(run.argv)}")
    sys.dont_write_bytecode = True
    try:
        _confine(run)
    except NotConfined as error:
        _leave(f"gear `{run.name}` does not run: it can't be confined: {error}", NOT_CONFINED)
    _settle(run, here)
    return run


def become(argv: list[str]) -> NoReturn:
    """Be a program; never returns, whatever becomes of it."""
    for number in _TAKEN_AWAY:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)
    except FileNotFoundError:
        _leave(f"`{argv[0]}` did not run: there is no such program", NOT_FOUND)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        _leave(f"`{argv[0]}` did not run: {said}", NOT_EXECUTABLE)


def _leave(text: str, code: int) -> NoReturn:
    _say(f"✗ {text}")
    os._exit(code)


def _say(text: str) -> None:
    """Tell it on one line, whatever names of files are in it."""
    shown = "".join([letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text])
    with suppress(OSError):  # stderr is closed: nobody is to be told
        os.write(2, f"{shown}\n".encode())


def _confine(run: Run) -> None:
    """Hold this process to its policy, in a namespace where there is one. NotConfined."""
    keep = (CHANNEL,) if run.has_channel else ()
    for descriptor in keep:
        os.set_inheritable(descriptor, False)
    if run.policy is None:
        if not run.is_permissive:
            raise NotConfined(f"`{run.name}` came without a policy")
        os.closerange(CHANNEL + len(keep), os.sysconf("SC_OPEN_MAX"))
        return
    agent = _agent(os.environ.pop("SSH_AUTH_SOCK", "")) if run.policy.agent else None
    within = _entered(run.policy, agent)
    if within is None and run.policy.agent and not run.is_permissive:
        raise NotConfined(namespace.NONE)
    has_agent = agent is not None and within is not None and _is_alone(agent, within)
    if has_agent:
        os.environ["SSH_AUTH_SOCK"] = namespace.AGENT
    confine(within or run.policy, keep=keep, is_permissive=run.is_permissive, has_agent=has_agent)


def _entered(policy: Policy, agent: str | None) -> Policy | None:
    """The policy in a namespace, for what starts programs; None for no namespace. NotConfined."""
    try:
        return namespace.enter(policy, agent) if policy.exec or policy.agent else None
    except OSError as error:
        raise NotConfined(f"the namespace is not whole: {error}") from error


def _is_alone(agent: str, within: Policy) -> bool:
    """Whether there is no other socket that could be connected to; it is told where there is."""
    if landlock.abi() >= landlock.UNIX_SOCKETS_SINCE:
        return True  # the kernel knows which one is meant
    why = exposed((within.directory, *within.reads, *within.writes), agent=agent)
    if why is not None:
        _say(f"! your ssh-agent is not offered: {why}")
    return why is None


def _agent(path: str) -> str | None:
    """The socket of the user's own agent; None for anything else."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    is_own = stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()
    return os.path.realpath(path) if is_own else None


def _settle(run: Run, here: str) -> None:
    """Be where we were, if that can be seen, and know the private directories."""
    scratch = run.policy.scratch if run.policy else ()
    os.environ.update(environ.private(scratch))
    if scratch:
        tempfile.tempdir = scratch[0]
    for place in (here, *scratch[:1]):
        with suppress(OSError):
            os.chdir(place)
            return


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return "/"
