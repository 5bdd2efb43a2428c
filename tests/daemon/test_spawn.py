"""Programs that are run to their end, with real programs."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import threading
import time
from pathlib import Path

import pytest

from axium.daemon.spawn import Finished, run
from tests.support import until
from tests.support.processes import alive

ENVIRON = {"PATH": os.environ["PATH"]}


def do(*argv: str, timeout: float = 10.0, **options: object) -> Finished:
    return asyncio.run(run(argv, environ=ENVIRON, timeout=timeout, **options))  # type: ignore[arg-type]


def children() -> list[str]:
    """What this process has started and not reaped."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def pid_in(file: Path) -> int:
    return until(lambda: file.exists() and int(file.read_text().strip() or "0"))


def test_status_and_both_outputs_come_back() -> None:
    assert do("sh", "-c", "echo out; echo err >&2; exit 3") == Finished(3, b"out\n", b"err\n")


def test_a_signal_is_a_negative_status() -> None:
    assert do("sh", "-c", "kill -TERM $$") == Finished(-15, b"", b"")


def test_a_program_reads_what_it_is_given() -> None:
    data = os.urandom(300_000)
    assert do("cat", stdin=data) == Finished(0, data, b"")


def test_a_program_that_is_given_nothing_reads_the_null_device() -> None:
    assert do("readlink", "/proc/self/fd/0") == Finished(0, b"/dev/null\n", b"")


def test_the_environment_is_the_one_given_and_nothing_else() -> None:
    assert do("env") == Finished(0, f"PATH={ENVIRON['PATH']}\n".encode(), b"")


def test_words_arrive_as_they_are() -> None:
    words = ["", "a b", "$(id)", "'\"\\", "é\n"]
    assert do("printf", "%s|", *words).stdout.decode() == "".join(f"{word}|" for word in words)


def test_a_missing_program_is_told_by_its_name() -> None:
    with pytest.raises(FileNotFoundError, match="'no-such-program'"):
        do("no-such-program")


def test_a_program_is_looked_for_on_the_given_path_only(tmp_path: Path) -> None:
    tool = tmp_path / "ls"
    tool.write_text("#!/bin/sh\necho mine\n")
    tool.chmod(0o755)
    done = asyncio.run(run(["ls"], environ={"PATH": str(tmp_path)}, timeout=10))
    assert done == Finished(0, b"mine\n", b"")


def test_the_group_of_a_program_that_takes_too_long_is_gone(tmp_path: Path) -> None:
    script = f"sleep 1000 & echo $! >{tmp_path}/pid; wait"
    with pytest.raises(TimeoutError, match=r"`sh` did not end within 0\.3 s"):
        do("sh", "-c", script, timeout=0.3)
    assert children() == []
    until(lambda: not alive(pid_in(tmp_path / "pid")))


def test_cancelling_kills_and_reaps(tmp_path: Path) -> None:
    async def cancel_it() -> None:
        script = f"echo $$ >{tmp_path}/pid; exec sleep 1000"
        task = asyncio.create_task(run(["sh", "-c", script], environ=ENVIRON, timeout=60))
        await asyncio.to_thread(pid_in, tmp_path / "pid")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert children() == []

    asyncio.run(cancel_it())


def test_a_flood_is_stopped_at_the_limit() -> None:
    assert do("yes", limit=1000) == Finished(-9, b"y\n" * 500, b"")


def test_what_a_program_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = do("sh", "-c", f"sleep 1000 & echo $! >{tmp_path}/pid; echo done")
    os.kill(pid_in(tmp_path / "pid"), 9)
    assert done == Finished(0, b"done\n", b"")
    assert time.monotonic() - begun < 5


def test_signals_that_python_ignores_are_not_ignored_by_the_program() -> None:
    mask = do("sed", "-n", "s/^SigIgn:[^0-9a-f]*//p", "/proc/self/status").stdout
    ignored = {number for number in signal.valid_signals() if int(mask, 16) >> (number - 1) & 1}
    assert ignored & {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT} == set()


def test_the_limit_of_descriptors_can_be_a_lower_one() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    # The limit is set just after the start: `read` waits until that has happened.
    script = "while [ $(ulimit -Sn) != 77 ]; do :; done; ulimit -Sn; ulimit -Hn"
    assert do("sh", "-c", script, open_files=77).stdout == f"77\n{hard}\n".encode()


def test_nothing_is_left_of_many_runs() -> None:
    async def many() -> None:
        before, threads = descriptors(), threading.active_count()
        await asyncio.gather(*(run(["true"], environ=ENVIRON, timeout=20) for _ in range(60)))
        assert (descriptors(), threading.active_count()) == (before, threads)
        assert children() == []

    asyncio.run(many())


def test_the_loop_goes_on_while_a_program_runs() -> None:
    async def count() -> int:
        running = asyncio.create_task(run(["sleep", "0.3"], environ=ENVIRON, timeout=20))
        turns = 0
        while not running.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(count()) > 100


def test_descriptors_are_not_inherited(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    with secret.open("w"):
        shown = do("sh", "-c", "readlink /proc/$$/fd/*").stdout.decode()
    assert str(secret) not in shown.split("\n")
