"""The only writer of the truth: changes wait, are saved and published together, then are told."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple, Protocol

from axium.daemon.services.snapshot import Snapshot
from axium.wire.errors import Refusal

_SHORTEST_MOMENT = 0.0005
"""Seconds; the loop's timers are no finer than a millisecond."""
_LONGEST_MOMENT = 0.002

Step = Callable[[Snapshot], Snapshot]


class Change(NamedTuple):
    """What one step made of what it found."""

    old: Snapshot
    new: Snapshot


class Saver(Protocol):
    """Saves and publishes a snapshot; blocks, so it is called on the writer thread."""

    def __call__(self, old: Snapshot, new: Snapshot) -> None:
        """OSError: nothing has changed on disk or for shells."""


class _Waiter(NamedTuple):
    step: Step
    change: Change
    done: asyncio.Future[Change]


class Store:
    """The committed snapshot, and the changes on their way to it.

    A step is a pure function from the latest snapshot to the next one; it may
    raise `Refusal`. Steps that arrive while the disk is busy are saved as one
    (group commit); their waiters are told in order of arrival. When such a save
    fails, its steps are saved one by one, so that nobody pays for another's; a
    step that can't be saved is refused with `failed`, the committed snapshot
    stands, and the steps that came later are taken again from there.
    """

    def __init__(self, snapshot: Snapshot, *, save: Saver, executor: Executor) -> None:
        self.committed = snapshot
        self._latest = snapshot
        self._save = save
        self._executor = executor
        self._heralds: list[Callable[[Change], None]] = []
        self._listeners: list[Callable[[Change], None]] = []
        self._waiting: list[_Waiter] = []
        self._saving = False
        self._suspects = 0
        self._began = self._took = 0.0
        self._loop = asyncio.get_running_loop()

    def on_begin(self, herald: Callable[[Change], None]) -> None:
        """Call `herald` when a change begins to be saved, which may fail: to get ready for it."""
        self._heralds.append(herald)

    def on_commit(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after each commit, before its waiters are told."""
        self._listeners.append(listener)

    def change(self, step: Step) -> asyncio.Future[Change]:
        """Take a step; the future ends when it is on disk and published.

        Refusal: raised at once where the step refuses, by the future (`failed`)
        where it could not be saved.
        """
        old = self._latest
        new = step(old)
        done: asyncio.Future[Change] = self._loop.create_future()
        if new is old and not self._saving:
            done.set_result(Change(old, new))
            return done
        self._latest = new
        self._waiting.append(_Waiter(step, Change(old, new), done))
        if not self._saving:
            self._gather()
        return done

    def _gather(self) -> None:
        """Save soon, together with what others ask for in this turn of the loop.

        Where the disk is slow they have a moment more, a twentieth of what it
        takes: who was just answered asks again then, and need not wait twice.
        """
        self._saving = True
        moment = min(self._took / 20, _LONGEST_MOMENT)
        if moment < _SHORTEST_MOMENT:
            self._loop.call_soon(self._begin)
        else:
            self._loop.call_later(moment, self._begin)

    def _begin(self) -> None:
        self._began = self._loop.time()
        most = 1 if self._suspects else len(self._waiting)
        batch, self._waiting = self._waiting[:most], self._waiting[most:]
        self._suspects = max(0, self._suspects - 1)
        latest = Change(self.committed, batch[-1].change.new)
        saving = self._loop.run_in_executor(self._executor, self._save, *latest)
        for herald in self._heralds:
            herald(latest)
        saving.add_done_callback(lambda saved: self._finish(batch, saved.exception()))

    def _finish(self, batch: list[_Waiter], fault: BaseException | None) -> None:
        self._took = self._loop.time() - self._began
        try:
            if fault is None:
                self._accept(batch)
            else:
                self._reject(batch, fault)
        finally:
            self._saving = False
            if self._waiting:
                self._gather()

    def _accept(self, batch: list[_Waiter]) -> None:
        before, self.committed = self.committed, batch[-1].change.new
        try:
            for listener in self._listeners:
                listener(Change(before, self.committed))
        finally:
            for waiter in batch:
                if not waiter.done.done():
                    waiter.done.set_result(waiter.change)

    def _reject(self, batch: list[_Waiter], fault: BaseException) -> None:
        """Refuse the one change that could not be saved; of several, find out which it was."""
        if len(batch) > 1:
            self._suspects = len(batch)
            self._waiting = batch + self._waiting
        elif not batch[0].done.done():
            batch[0].done.set_exception(_unsaved(fault))
        again, self._waiting = self._waiting, []
        self._latest = self.committed
        for waiter in again:
            self._retake(waiter)

    def _retake(self, waiter: _Waiter) -> None:
        old = self._latest
        try:
            new = waiter.step(old)
        except Refusal as refusal:
            if not waiter.done.done():
                waiter.done.set_exception(refusal)
            return
        self._latest = new
        self._waiting.append(waiter._replace(change=Change(old, new)))


def _unsaved(fault: BaseException) -> Refusal:
    if not isinstance(fault, OSError):
        return Refusal("failed", f"the change could not be saved: {type(fault).__name__}: {fault}")
    return Refusal(
        "failed",
        f"the change could not be saved: {fault}",
        hint="nothing was changed; make room or mend the directory, then try again",
    )
