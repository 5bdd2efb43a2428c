"""Any sequence of changes leaves environments, what was before them, and pointers as they must be.

The daemon behind its dispatch is compared with a model of a few lines: each place has
what is there now and what was there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axium.thin.words import unframe
from tests.daemon.serving import Served
from tests.support.scratch import make_scratch

NAMES = ("root", "dev", "prod")
PANES = ("%1", "%2")
Step = tuple[str, dict[str, Any]]
FOLLOWS = None
NEVER = "never"
SEEN = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Mistakes show where the same place is changed and returned to many times.
names = st.sampled_from((*NAMES, *NAMES, *NAMES, "nowhere"))
panes = st.sampled_from(("%1",) * 5 + ("%2",))
changes: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(st.just("set_env"), st.fixed_dictionaries({"value": names})),
    st.tuples(st.just("set_pane_env"), st.fixed_dictionaries({"pane": panes, "env": names})),
    st.tuples(st.just("clear_pane_env"), st.fixed_dictionaries({"pane": panes})),
    st.tuples(st.just("previous_env"), st.fixed_dictionaries({"pane": panes})),
    st.tuples(st.just("previous_env"), st.just({})),
)
others: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(st.just("hold_env"), st.fixed_dictionaries({"env": names})),
    st.tuples(st.just("restart"), st.just({})),
    st.tuples(st.just("have"), st.fixed_dictionaries({"names": st.sets(st.sampled_from(NAMES))})),
    st.tuples(st.just("have"), st.just({"names": set(NAMES)})),
)
steps = st.one_of(changes, changes, changes, changes, others)


class Model:
    """What the daemon must be like: by place (None: everywhere) what is now, and was before."""

    def __init__(self) -> None:
        self.now: dict[str | None, str | None] = {None: "root", **dict.fromkeys(PANES, FOLLOWS)}
        self.before: dict[str | None, str | None] = dict.fromkeys(self.now, NEVER)
        self.known = set(NAMES)
        self.shells: set[str] = set()

    def step(self, cmd: str, fields: dict[str, Any]) -> str:
        """Take a step; the code of its refusal, or `ok`."""
        name = fields.get("value") or fields.get("env")
        place = fields.get("pane")
        if cmd == "previous_env":
            name = self.before[place]
            if name == NEVER:
                return "not_found"
        if name is not None and name not in self.known:
            return "unknown_env"
        if cmd == "hold_env":
            assert name is not None
            self.shells.add(name)
        elif self.now[place] != name:
            self.now[place], self.before[place] = name, self.now[place]
        return "ok"

    def restart(self) -> None:
        """A new daemon knows of shells by the pointers that are there."""
        self.shells &= self.known

    def expected(self) -> dict[str, Any]:
        """All that can be seen from outside."""
        return {
            "active": self.now[None],
            "panes": {pane: self.now[pane] for pane in PANES if self.now[pane] is not FOLLOWS},
            "applies": self.now["%1"] or self.now[None],
            "global": self.now[None],
            "held": self.shells & self.known,
            "explained": "prod" in self.known,
        }


def seen(served: Served) -> dict[str, Any]:
    """The same of the daemon and of what it published."""
    state = served.ask("get_state")["state"]
    run = served.scratch.home / "run"
    pointers = (run / "e").iterdir() if (run / "e").exists() else ()
    held = {path.name: unframe(path.read_bytes())[0] for path in pointers}
    assert all(name == env for name, env in held.items())
    return {
        "active": state["active_env"],
        "panes": state["panes"],
        "applies": served.ask("get_pane_env", pane="%1")["env"],
        "global": unframe((run / "global").read_bytes())[0],
        "held": set(held),
        "explained": served.ask("explain", command="ls", env="prod")["ok"],
    }


@contextmanager
def fresh() -> Iterator[Served]:
    """A daemon of one example's own."""
    scratch = make_scratch()
    try:
        served = Served(scratch)
        try:
            yield served
        finally:
            served.close()
    finally:
        scratch.close()


@SEEN
@given(st.lists(steps, min_size=8, max_size=30))
def test_any_sequence_of_changes_is_as_the_model_has_it(
    sequence: list[Step],
) -> None:
    model = Model()
    with fresh() as served:
        for cmd, fields in sequence:
            if cmd == "restart":
                model.restart()
                served.restart()
            elif cmd == "have":
                model.known = fields["names"]
                known = "".join(f"  {name}: {{}}\n" for name in NAMES if name in model.known)
                served.write({"envs.yaml": f"envs:\n{known}" if known else "envs: {}\n"})
                served.ask("reload")
            else:
                reply = served.ask(cmd, **fields)
                assert reply.get("code", "ok") == model.step(cmd, fields)
            assert seen(served) == model.expected()
