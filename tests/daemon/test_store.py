"""The store: changes that wait are saved together, told in order, and refused alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Change, Step, Store
from axium.model.configuration import Configuration
from axium.model.state import State
from axium.wire.errors import Refusal
from tests.support import until

FIRST = Snapshot(State(active_env="root"), Configuration())


class Disk:
    """A saver that keeps what it was given; it can be held, and made to fail."""

    def __init__(self) -> None:
        self.saved: list[str | None] = []
        self.tried: list[str | None] = []
        self.full_for: set[str] = set()
        self.fault: Exception = OSError(28, "No space left on device")
        self.free = threading.Event()
        self.free.set()

    def __call__(self, old: Snapshot, new: Snapshot) -> None:
        self.tried.append(new.state.active_env)
        assert self.free.wait(5)
        if self.full_for & {new.state.active_env, *new.state.panes}:
            raise self.fault
        self.saved.append(new.state.active_env)


def to(env: str) -> Step:
    """The step that makes `env` active."""
    return lambda found: found.step(lambda state: state.with_active(env))


def pane(key: str) -> Step:
    """The step that gives a pane an environment of its own."""
    return lambda found: found.step(lambda state: state.with_pane(key, "dev"))


def only_from(former: str, env: str) -> Step:
    """The step to `env` that refuses elsewhere than in `former`."""

    def step(found: Snapshot) -> Snapshot:
        if found.state.active_env != former:
            raise Refusal("conflict", f"not in {former}")
        return to(env)(found)

    return step


def play(scene: Callable[[Store, Disk], Awaitable[None]]) -> Disk:
    """Run a scene with a store on a real writer thread; the disk it wrote to."""
    disk, strays = Disk(), []

    async def whole() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: strays.append(context))
        with ThreadPoolExecutor(1) as writer:
            try:
                await asyncio.wait_for(scene(Store(FIRST, save=disk, executor=writer), disk), 10)
            finally:
                disk.free.set()

    asyncio.run(whole())
    assert strays == []
    return disk


async def held_by_a_first_change(store: Store, disk: Disk) -> asyncio.Future[Change]:
    """The future of a change whose save has begun and can't end."""
    disk.free.clear()
    first = store.change(to("first"))
    await asyncio.to_thread(until, lambda: disk.tried == ["first"])
    return first


async def outcomes(*changes: asyncio.Future[Change]) -> list[str | None]:
    """What each became: the environment that it led to, or the code of its refusal."""
    told = await asyncio.gather(*changes, return_exceptions=True)
    return [
        one.new.state.active_env if isinstance(one, Change) else getattr(one, "code", None)
        for one in told
    ]


def test_a_change_is_saved_before_it_is_told() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        change = await store.change(to("dev"))
        assert (disk.saved, store.committed, change) == (
            ["dev"],
            change.new,
            Change(FIRST, change.new),
        )

    play(scene)


def test_changes_of_one_turn_and_those_that_come_while_the_disk_is_busy_are_one_save() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        first = await held_by_a_first_change(store, disk)
        rest = [store.change(to(f"env{n}")) for n in range(50)]
        assert (store.committed, disk.tried) == (FIRST, ["first"])
        disk.free.set()
        assert await outcomes(first, *rest) == ["first", *(f"env{n}" for n in range(50))]

    assert play(scene).saved == ["first", "env49"]


def test_waiters_are_told_in_order_of_arrival_after_the_listeners() -> None:
    told: list[str] = []

    def note(name: str, _done: object) -> None:
        told.append(name)

    async def scene(store: Store, disk: Disk) -> None:
        store.on_commit(lambda change: told.append(f"commit {change.new.state.active_env}"))
        first = await held_by_a_first_change(store, disk)
        futures = [first, *(store.change(to(name)) for name in "abc")]
        for name, future in zip(("first", "a", "b", "c"), futures, strict=True):
            future.add_done_callback(partial(note, name))
        disk.free.set()
        await outcomes(*futures)

    play(scene)
    assert told == ["commit first", "first", "commit c", "a", "b", "c"]


def test_each_change_knows_what_it_found() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        changes = await asyncio.gather(store.change(to("a")), store.change(to("b")))
        assert [
            (change.old.state.active_env, change.new.state.active_env) for change in changes
        ] == [("root", "a"), ("a", "b")]

    play(scene)


def test_a_step_that_changes_nothing_costs_no_save_and_waits_for_nobody() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        assert store.change(lambda found: found).done()

    assert play(scene).tried == []


def test_a_step_that_changes_nothing_waits_for_the_change_that_it_found() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        first = await held_by_a_first_change(store, disk)
        nothing = store.change(lambda found: found)
        assert not nothing.done()
        disk.free.set()
        assert await outcomes(first, nothing) == ["first", "first"]

    play(scene)


def test_a_step_that_refuses_leaves_everything_as_it_was() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        with pytest.raises(Refusal, match="not in dev"):
            store.change(only_from("dev", "prod"))
        assert store.committed is FIRST

    assert play(scene).tried == []


def test_a_failed_save_is_refused_with_what_to_do_and_the_committed_state_stands() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        disk.full_for = {"dev"}
        with pytest.raises(Refusal) as refused:
            await store.change(to("dev"))
        assert (refused.value.code, refused.value.sentence, refused.value.hint) == (
            "failed",
            "the change could not be saved: [Errno 28] No space left on device",
            "nothing was changed; make room or mend the directory, then try again",
        )
        assert store.committed is FIRST

    play(scene)


def test_a_save_that_fails_for_no_reason_of_the_disk_tells_its_name() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        disk.full_for, disk.fault = {"dev"}, KeyError("dev")
        with pytest.raises(Refusal, match="could not be saved: KeyError: 'dev'"):
            await store.change(to("dev"))

    play(scene)


def test_nobody_of_a_batch_pays_for_anothers_change() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        disk.full_for = {"%2"}
        told = await outcomes(*(store.change(pane(key)) for key in ("%1", "%2", "%3")))
        assert (told, list(store.committed.state.panes)) == (
            ["root", "failed", "root"],
            ["%1", "%3"],
        )
        told = await outcomes(*(store.change(pane(key)) for key in ("%4", "%2")))
        assert (told, list(store.committed.state.panes)) == (["root", "failed"], ["%1", "%3", "%4"])

    play(scene)


def test_steps_that_came_later_are_taken_again_from_the_committed_state() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        disk.full_for = {"first"}
        first = await held_by_a_first_change(store, disk)
        built_on_it = store.change(only_from("first", "second"))
        independent = store.change(to("x"))
        disk.free.set()
        assert await outcomes(first, built_on_it, independent) == ["failed", "conflict", "x"]
        assert store.committed.state.generation == 1

    play(scene)


def test_a_waiter_that_gave_up_harms_nobody() -> None:
    async def scene(store: Store, disk: Disk) -> None:
        disk.full_for = {"first"}
        first = await held_by_a_first_change(store, disk)
        gave_up = store.change(only_from("first", "second"))
        after = store.change(to("x"))
        gave_up.cancel()
        disk.free.set()
        assert await outcomes(first, after) == ["failed", "x"]
        assert await outcomes(store.change(to("y"))) == ["y"]

    play(scene)


def test_a_listener_that_raises_keeps_no_waiter_waiting() -> None:
    strays: list[str] = []

    async def scene(store: Store, disk: Disk) -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: strays.append(str(context["exception"]))
        )

        def fails(_change: Change) -> None:
            raise LookupError("a listener's own fault")

        store.on_commit(fails)
        assert await outcomes(store.change(to("a"))) == ["a"]
        assert await outcomes(store.change(to("b"))) == ["b"]

    play(scene)
    assert strays == ["a listener's own fault"] * 2
