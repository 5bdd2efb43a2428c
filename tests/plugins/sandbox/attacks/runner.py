"""The program that tries the rows it is given, each in a process of its own, and tells of each."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

from axium.model.policy import Policy
from axium.plugins.sandbox import landlock, namespace, seccomp
from axium.plugins.sandbox.confinement import NotConfined, allowance, confine

from . import files, kernel, processes, programs, sockets
from .table import ATTACKS, Deed, World
from .work import WORK

assert all((files, kernel, processes, programs, sockets)), "they have filled the table"

MOST_SECS = 20
_ABSENT = frozenset(
    {
        errno.ENOSYS,
        errno.EAFNOSUPPORT,
        errno.EPROTONOSUPPORT,
        errno.ESOCKTNOSUPPORT,
        errno.ENODEV,
        errno.ENOTTY,
    }
)
"""What the kernel says where it has no such thing at all."""

Outcome = Literal["succeeded", "refused", "absent", "broken"]
Result = tuple[Outcome, str]


class Task(NamedTuple):
    """What to try; without a policy unconfined. `is_within`: in a namespace, as programs are."""

    table: Literal["attacks", "work"]
    names: list[str]
    world: World
    policy: Policy | None
    is_within: bool


def main() -> None:
    """Read a task from stdin, print a line of JSON for each name: name, outcome, and more."""
    said = json.load(sys.stdin)
    policy = Policy(*said["policy"]) if said["policy"] else None
    task = Task(said["table"], said["names"], World(*said["world"]), policy, said["is_within"])
    if policy is not None:
        seccomp.program(allowance(policy, landlock.abi()))  # once, as the template does
    for name in task.names:
        print(json.dumps([name, *_tried(task, name)]), flush=True)


def _tried(task: Task, name: str) -> tuple[Outcome, str]:
    make_anew(task.world)
    return in_a_child(partial(_try, task, name))


def in_a_child(trial: Callable[[int], Result]) -> Result:
    """What comes of a trial, in a process of its own; it is told where its pipe is."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_the_child(trial, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    _bury_others()
    if said:
        found, detail = json.loads(said)
        return found, detail
    if status == 0:
        return "succeeded", "it became a program that ended well"
    return "broken", f"ended with status {status}"


def make_anew(world: World) -> None:
    """What one row has changed is no hindrance to the next one."""
    for name in ("gear", "scratch", "readable", "writable", "dropbox", "outside"):
        directory = Path(getattr(world, name))
        # Not the directory itself: grants and sockets are of this one.
        for entry in directory.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif name != "outside" or not entry.is_socket():
                entry.unlink()
    Path(world.gear, "main.py").write_text("")
    Path(world.readable, "data").write_text("data")
    Path(world.readable, "link").symlink_to(f"{world.outside}/secret")
    Path(world.dropbox, "letter").write_text("letter")
    outside = Path(world.outside)
    (outside / "directory").mkdir()
    for file in ("secret", "movable", "permissions.yaml"):
        (outside / file).write_text("secret")
    shutil.copy("/bin/true", outside / "program")


def _bury_others() -> None:
    """What a row left to us as a child."""
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return


def _be_the_child(trial: Callable[[int], Result], writing: int) -> NoReturn:
    os.set_inheritable(writing, False)
    kept = 10
    os.dup2(writing, kept, inheritable=False)
    os.close(writing)
    signal.alarm(MOST_SECS)
    result = trial(kept)
    os.write(kept, json.dumps(result).encode())
    os._exit(0)


def _try(task: Task, name: str, kept: int) -> Result:
    os.dup2(os.open(f"{task.world.outside}/secret", os.O_RDONLY), files.LEAKED)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
    row = ATTACKS[name] if task.table == "attacks" else WORK[name]
    try:
        if row.before is not None:
            row.before(task.world)
        policy = namespace.enter(task.policy) if task.policy and task.is_within else task.policy
        if task.is_within and policy is None:
            return "broken", "before: there is no namespace"
        if policy is not None:
            confine(policy, keep=(sockets.CHANNEL, sockets.HANDED, sockets.LISTENING, kept))
    except (OSError, NotConfined) as error:
        return "broken", f"before: {error}"
    return outcome(row.deed, task.world)


def outcome(deed: Deed, world: World) -> Result:
    """What comes of a deed, in this process."""
    try:
        evidence = deed(world)
    except OSError as error:
        found: Outcome = "absent" if error.errno in _ABSENT else "refused"
        return found, f"{type(error).__name__}: {error}"
    except subprocess.CalledProcessError as error:
        return "refused", str(error)
    except BaseException as error:  # noqa: BLE001 (it is told, and the suite fails)
        return "broken", f"{type(error).__name__}: {error}"
    return ("succeeded", str(evidence)[:200]) if evidence else ("refused", "nothing came of it")


if __name__ == "__main__":
    main()
