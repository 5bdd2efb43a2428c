"""What the kernel counts of a process: CPU time, memory, wakeups; and processes that it starts."""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.waiting import until


def cpu_ns(pid: int) -> int:
    """Nanoseconds that all threads of `pid` were on a processor."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def memory_mib(pid: int) -> float:
    """Resident set of `pid`."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    if found is None:
        raise ValueError(f"/proc/{pid}/status has no VmRSS")
    return int(found[1]) / 1024


def wakeups(pid: int) -> int:
    """How often a thread of `pid` went to sleep by itself, which is as often as it was woken."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(_voluntary_switches(task) for task in tasks)


def _voluntary_switches(task: Path) -> int:
    status = (task / "status").read_text()
    found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0


class Call(NamedTuple):
    """One system call as strace writes it (descriptors with their paths), and when it ran.

    `began` and `ended` are places in the order of all that was seen.
    """

    text: str
    began: int
    ended: int


@contextmanager
def traced(pid: int, names: str) -> Iterator[list[Call]]:
    """The system calls of `pid` and its threads while the block runs; filled at the block's end."""
    calls: list[Call] = []
    with tempfile.NamedTemporaryFile() as output:
        argv = ["strace", "-f", "-y", "-s", "200", "-e", f"trace={names}", "-p", str(pid)]
        tracer = subprocess.Popen([*argv, "-o", output.name], stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        if "attached" not in attached:
            tracer.wait()
            raise RuntimeError(f"strace cannot attach: {attached.strip()}")
        until(lambda: _is_traced(pid))
        try:
            yield calls
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
            calls.extend(read_trace(Path(output.name).read_text(errors="replace").splitlines()))


def _is_traced(pid: int) -> bool:
    statuses = ((t / "status").read_text() for t in Path(f"/proc/{pid}/task").iterdir())
    return all("TracerPid:\t0\n" not in status for status in statuses)


def read_trace(lines: list[str]) -> Iterator[Call]:
    """Calls that another thread's interrupted are put together again."""
    unfinished: dict[str, tuple[str, int]] = {}
    for place, line in enumerate(lines):
        thread, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            unfinished[thread] = (text.removesuffix("<unfinished ...>"), place)
        elif resumed := re.match(r"<\.\.\. \w+ resumed>", text):
            head, began = unfinished.pop(thread, ("", place))
            yield Call(head + text[resumed.end() :], began, place)
        else:
            yield Call(text, place, place)
