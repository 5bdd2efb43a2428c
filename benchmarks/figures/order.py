"""The system calls of one change: written, synced, renamed, directory synced, published, told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.processes import Call, traced
from benchmarks.kit.report import Row, at_least

CALLS = "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg"
STEPS = {  # in the order in which they must be seen
    "written": r"p?write(64|v)?\(\d+<{home}/[^/>]*state[^/>]*>",
    "synced": r"f(data)?sync\(\d+<{home}/[^/>]*state[^/>]*>",
    "renamed": r'rename(at2?)?\(.*state\.json"',
    "directory synced": r"fsync\(\d+<{home}>",
    "published": r'rename(at2?)?\(.*global"',
    "told": r'(write|sendto|sendmsg)\(.*ok\\?":\s?true',
}


def measure(_bench: Bench) -> Iterator[Row]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        connection.do("set_env", value="dev")
        with traced(axium.pid, CALLS) as calls:
            connection.do("set_env", value="prod")
        connection.close()
        steps = {step: at.format(home=re.escape(str(scratch.home))) for step, at in STEPS.items()}
    seen = seen_in_order(calls, steps)
    yield Row(
        "steps of a change in their order",
        len(seen),
        f"of {len(STEPS)}",
        at_least(len(STEPS)),
        note=", ".join(seen),
    )


def seen_in_order(calls: list[Call], steps: dict[str, str]) -> list[str]:
    """The steps, up to the first that does not come after the one before it.

    Each counts where it was seen last, so that a later repetition of an early step shows.
    """
    seen: list[str] = []
    reached = -1
    for step, pattern in steps.items():
        found = [call for call in calls if re.match(pattern, call.text)]
        if not found or found[0].began <= reached:
            break
        seen.append(step)
        reached = found[-1].ended
    return seen
