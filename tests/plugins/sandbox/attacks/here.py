"""The rows, tried where a gear's code is: in this process, as others have confined it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from . import kernel, processes, runner, sockets, work
from .runner import MOST_SECS, Result
from .sockets import HANDED, LISTENING, LOOPBACK, LOOPBACK6
from .table import ATTACKS, Deed, World

Handing = Callable[..., Any]
"""Makes a socket, or gives None; as `api.connect` and `api.listen` do."""


LISTENING_FIRST = (sockets.handed_listening, work.handed_both_ends)
"""What takes a port before."""


def tell(task: str, place: str, connect: Handing, listen: Handing) -> None:
    """Try the rows of a task, and leave in its `writable` a line for what came of each."""
    said = json.loads(Path(task).read_text())
    world = World(*said["world"])._replace(scratch=os.environ["TMPDIR"])
    ground = said["ground"] and World(*said["ground"])
    ports = iter(said["ports"])
    forks = can_fork()
    lines = []
    for table, name in said["rows"]:
        if ground:
            runner.make_anew(ground)
        row = (ATTACKS if table == "attacks" else work.WORK)[name]
        before = _before(connect, listen, next(ports) if row.before in LISTENING_FIRST else 0)
        trial = partial(_outcome, row.deed, before.get(row.before, row.before), world)
        # A row may change its process, where it is not held.
        found = runner.in_a_child(trial) if forks else _in_this_process(trial)
        lines.append(json.dumps([table, name, *found]))
    made = Path(world.writable, f"{place}.told")
    new = made.with_suffix(".new")
    new.write_text("\n".join(lines))
    new.rename(made)


def can_fork() -> bool:
    """Whether each row gets a process of its own."""
    try:
        pid = os.fork()
    except PermissionError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _in_this_process(trial: Callable[[int | None], Result]) -> Result:
    signal.alarm(MOST_SECS)
    try:
        return trial(None)
    finally:
        signal.alarm(0)


def _outcome(deed: Deed, before: Deed | None, world: World, _kept: int | None) -> Result:
    try:
        if before is not None:
            before(world)
    except OSError as error:
        return "refused", f"before: {error}"
    return runner.outcome(deed, world)


def _before(connect: Handing, listen: Handing, port: int) -> dict[Deed | None, Deed]:
    """What stands here for what a stand does before it confines: a gear gets it, or does not."""

    def place(made: Any, at: int) -> object:
        if made is None:
            raise PermissionError("it was not handed over")
        with made:
            made.setblocking(True)
            os.dup2(made.fileno(), at)
        return None

    def both_ends(_at: World) -> object:
        place(listen(port), LISTENING)
        return place(connect(LOOPBACK, port), HANDED)

    return {
        sockets.channel: lambda _at: None,  # it has one
        sockets.handed_connected: lambda at: place(connect(LOOPBACK, at.port), HANDED),
        sockets.handed_connected6: lambda at: place(connect(LOOPBACK6, at.port6), HANDED),
        sockets.handed_listening: lambda _at: place(listen(port), HANDED),
        work.handed_both_ends: both_ends,
        kernel.terminal: lambda at: None if os.isatty(0) else kernel.terminal(at),
        processes.find_memory: processes.know_memory,
    }
