"""Jobs: the programs that were started for plugins and for the user, while they run and after."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from axium.daemon.process_group import ProcessGroup
from axium.daemon.spawn import REAPING, Handles, start
from axium.daemon.workers import Workers
from axium.model.jobs import TAIL_BYTES, Mode, Reason, Row
from axium.plugins.own_programs import keeper
from axium.plugins.processes import END_ALL
from axium.wire.errors import Refusal

log = logging.getLogger("axium.jobs")

KEPT = 200
"""Jobs that are remembered; those that run are never forgotten."""

MOST_RUNNING = 64
MOST_OF_ONE = 16
"""Jobs at once, of all and of one plugin."""

HEAD_BYTES = 1 << 20
"""Of each stream, that is kept for who waits."""

START_SECS = 10.0
"""How long the disk may take that a program is on."""

GRACE_SECS = 2.0
"""Between the request to end and the end that nobody can refuse."""

LAST_GRACE_SECS = 1.0
"""The same when the daemon itself ends."""


class Order(NamedTuple):
    """What is to be started; a `limit` in seconds ends it."""

    argv: Sequence[str]
    whose: str
    environ: Mapping[str, str]
    env: str | None
    cwd: str
    mode: Mode
    limit: float | None
    inside: Sequence[str] | None = None
    """What is started in the place of `argv` and becomes it; then nothing of it is left behind."""

    @property
    def started(self) -> Sequence[str]:
        """The command line of what is started."""
        return self.argv if self.inside is None else [*keeper(), *self.inside]

    @property
    def end(self) -> int:
        """The signal that ends all of it."""
        return signal.SIGKILL if self.inside is None else END_ALL


class Job:
    """One of them; `ended` is its program's end, `gone` that of the whole."""

    def __init__(self, number: int, order: Order, handles: Handles, started_at: float) -> None:
        self.number = number
        self.order = order
        self.started_at = started_at
        self.ended_at: float | None = None
        self.reason: Reason | None = None
        self.written = 0
        self.tail = bytearray()
        self.heads = (bytearray(), bytearray())
        self.is_cut = False
        self._is_heard = order.mode != "wait"
        self.group = ProcessGroup(handles, self._take, end=order.end)

    @property
    def is_running(self) -> bool:
        """Whether something of it runs."""
        return not self.group.gone.done()

    @property
    def returncode(self) -> int | None:
        """That of its program; None while it runs."""
        return self.group.ended.result() if self.group.ended.done() else None

    @property
    def output(self) -> str:
        """The last of what it wrote."""
        return self.tail.decode(errors="replace")

    def heard(self) -> tuple[str, str]:
        """Its stdout and stderr, as far as they were kept for who waits; they are kept no more."""
        self._is_heard = True
        stdout, stderr = (bytes(head).decode(errors="replace") for head in self.heads)
        self.heads = (bytearray(), bytearray())
        return stdout, stderr

    def _take(self, stream: int, piece: bytes) -> None:
        self.written += len(piece)
        self.tail += piece
        del self.tail[:-TAIL_BYTES]
        if not self._is_heard:
            room = HEAD_BYTES - len(self.heads[stream])
            self.heads[stream].extend(piece[:room])
            self.is_cut = self.is_cut or len(piece) > room


class Jobs:
    """Starts programs in groups of their own, and ends what is left of them with the daemon."""

    def __init__(
        self,
        workers: Workers,
        *,
        open_files: int | None,
        clock: Callable[[], float],
        iso: Callable[[float], str],
    ) -> None:
        self._workers = workers
        self._open_files = open_files
        self._clock = clock
        self._iso = iso
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[int, Job] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._last = 0
        self._starting: list[str] = []
        self._is_ending = False

    async def start(self, order: Order) -> Job:
        """Start one. Refusal `busy`, `not_found`, `failed`, `timeout`, `unavailable`."""
        self._check_room(order.whose)
        self._starting.append(order.whose)
        try:
            handles = await self._workers.run(
                order.whose,
                partial(
                    start,
                    order.started,
                    order.environ,
                    open_files=self._open_files,
                    directory=None if order.inside else order.cwd,
                ),
                within=START_SECS,
                discard=partial(_discard, order.end),
            )
        except OSError as fault:
            raise _not_started(order, fault) from None
        finally:
            self._starting.remove(order.whose)
        return self._begun(order, handles)

    async def outcome(self, job: Job) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a job's program. Refusal `timeout`."""
        try:
            await asyncio.wait([job.group.ended])
        finally:
            stdout, stderr = job.heard()
        if job.reason == "timeout":
            raise Refusal(
                "timeout",
                f"`{job.order.argv[0]}` did not end within {job.order.limit:g} s, and was ended",
                job=job.number,
                stdout=stdout,
                stderr=stderr,
            )
        return job.group.ended.result(), stdout, stderr

    async def stop(self, number: int, whose: str | None) -> bool:
        """End a job, and wait until it is gone; False if it was. Refusal `not_found`."""
        job = self.find(number, whose)
        if not job.is_running:
            return False
        self._end(job, "stopped")
        await asyncio.wait([job.group.gone], timeout=GRACE_SECS + REAPING)
        return True

    def end_all(self, whose: str) -> None:
        """End all jobs of one plugin at once, which is gone."""
        for job in self._running():
            if job.order.whose == whose:
                job.reason = job.reason or "stopped"
                job.group.let_go()

    def rows(self, whose: str | None) -> list[Row]:
        """All of them, or those of one plugin; the oldest first."""
        return [self.row(job) for job in self._jobs.values() if whose in (None, job.order.whose)]

    def find(self, number: int, whose: str | None) -> Job:
        """The job of this number, if it is of this plugin. Refusal `not_found`."""
        job = self._jobs.get(number)
        if job is None or whose not in (None, job.order.whose):
            hint = f"`axium jobs list` shows those that there are; the last {KEPT} are kept"
            raise Refusal("not_found", f"no job {number}", hint=hint)
        return job

    def row(self, job: Job) -> Row:
        """How a job is."""
        order = job.order
        return Row(
            job=job.number,
            spoke=order.whose,
            argv=list(order.argv),
            cwd=order.cwd,
            env=order.env,
            mode=order.mode,
            pid=job.group.pid,
            status="running" if job.is_running else "ended",
            returncode=job.returncode,
            reason=job.reason,
            started=self._iso(job.started_at),
            started_at=job.started_at,
            ended=None if job.ended_at is None else self._iso(job.ended_at),
            ended_at=job.ended_at,
            output_bytes=job.written,
        )

    async def close(self) -> None:
        """End all of them, within seconds."""
        self._is_ending = True
        for timer in self._timers.values():
            timer.cancel()
        for is_last, secs in ((False, LAST_GRACE_SECS), (True, REAPING)):
            running = self._running()
            for job in running:
                job.group.signal(job.order.end if is_last else signal.SIGTERM)
            if running:
                await asyncio.wait([job.group.gone for job in running], timeout=secs)
        running = self._running()
        for job in running:
            job.group.let_go()
        if running:
            await asyncio.wait([job.group.gone for job in running], timeout=REAPING)

    def _running(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.is_running]

    def _check_room(self, whose: str) -> None:
        running = [job.order.whose for job in self._running()] + self._starting
        if len(running) >= MOST_RUNNING or (
            whose != "user" and running.count(whose) >= MOST_OF_ONE
        ):
            hint = "`axium jobs list` shows them, `axium jobs stop` ends one"
            raise Refusal("busy", f"{len(running)} jobs are running already", hint=hint)

    def _begun(self, order: Order, handles: Handles) -> Job:
        if self._is_ending:
            _discard(order.end, handles)
            raise Refusal("unavailable", "the daemon is about to end")
        self._last += 1
        job = self._jobs[self._last] = Job(self._last, order, handles, self._clock())
        job.group.ended.add_done_callback(lambda _ended: self._ended_in_time(job))
        job.group.gone.add_done_callback(lambda _gone: self._gone(job))
        if order.limit is not None:
            self._after(job, order.limit, partial(self._end, job, "timeout"))
        self._forget_old_ones()
        log.info("job %d of %s: pid %d", job.number, order.whose, handles.pid)
        return job

    def _end(self, job: Job, reason: Reason) -> None:
        """Ask the whole group to end, and see to it that it does."""
        if job.returncode is None:
            job.reason = reason
        job.group.signal(signal.SIGTERM)
        job.group.signal(signal.SIGCONT)  # one that is stopped would take no notice
        self._after(job, GRACE_SECS, job.group.let_go)

    def _after(self, job: Job, secs: float, do: Callable[[], None]) -> None:
        self._cancel_timer(job)
        self._timers[job.number] = self._loop.call_later(secs, do)

    def _ended_in_time(self, job: Job) -> None:
        """The limit is for the program; what it left running may go on."""
        if job.reason is None:
            self._cancel_timer(job)

    def _gone(self, job: Job) -> None:
        job.ended_at = self._clock()
        self._cancel_timer(job)
        log.info("job %d of %s ended: %s", job.number, job.order.whose, job.returncode)

    def _cancel_timer(self, job: Job) -> None:
        if job.number in self._timers:
            self._timers.pop(job.number).cancel()

    def _forget_old_ones(self) -> None:
        over = [number for number, job in self._jobs.items() if not job.is_running]
        for number in over[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[number]


def _discard(end: int, handles: Handles) -> None:
    """End a program that came too late for anybody to mind it."""
    os.killpg(handles.pid, end)
    os.waitpid(handles.pid, 0)
    for descriptor in handles[1:]:
        os.close(descriptor)


def _not_started(order: Order, fault: OSError) -> Refusal:
    program = order.argv[0]
    if isinstance(fault, FileNotFoundError) and fault.filename == program:
        return Refusal("not_found", f"`{program}` did not run: it is not on PATH")
    if fault.filename == order.cwd + "/.":
        return Refusal("not_found", f"`{program}` did not run in {order.cwd}: {fault.strerror}")
    return Refusal("failed", f"`{program}` did not run: {fault.strerror}")
