"""The state's steps: what was before, and what is forgotten."""

from __future__ import annotations

from axium.model.panes import Server
from axium.model.state import State

SERVER = Server("/tmp/tmux-1000/default", 77, "4242@boot")
RESTARTED = Server("/tmp/tmux-1000/default", 78, "5555@boot")


def test_the_former_environment_is_the_last_other_one() -> None:
    state = State(active_env="root").with_active("dev").with_active("dev").with_active("prod")
    assert state == State(active_env="prod", former_env="dev", generation=3)


def test_a_pane_that_followed_the_global_environment_has_no_former_override() -> None:
    state = State().with_pane("%1", "dev").with_pane("%1", "dev")
    assert (state.panes, state.former_panes) == ({"%1": "dev"}, {})


def test_an_override_that_was_replaced_or_given_up_is_the_former_one() -> None:
    replaced = State().with_pane("%1", "dev").with_pane("%1", "prod")
    given_up = replaced.with_follower("%1")
    again = given_up.with_pane("%1", "root")
    assert [(state.panes, state.former_panes) for state in (replaced, given_up, again)] == [
        ({"%1": "prod"}, {"%1": "dev"}),
        ({}, {"%1": "prod"}),
        ({"%1": "root"}, {}),
    ]


def test_a_dead_pane_leaves_nothing_behind() -> None:
    state = State().with_pane("%1", "dev").with_pane("%1", "prod").with_follower("%1")
    assert state.without_pane("%1") == State(generation=4)
    assert state.without_pane("%2") is state


def test_a_restarted_server_leaves_nothing_of_its_panes_behind() -> None:
    state = State().with_server("default", SERVER).with_pane("%1", "dev").with_follower("%1")
    after = state.with_server("default", RESTARTED)
    assert (after.servers, after.panes, after.former_panes) == ({"default": RESTARTED}, {}, {})


def test_a_former_override_of_an_unknown_server_is_not_that_of_the_one_that_comes() -> None:
    state = State(former_panes={"%1": "dev", "work:%1": "prod"})
    assert state.with_server("default", SERVER).former_panes == {"work:%1": "prod"}
