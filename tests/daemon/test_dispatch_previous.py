"""`previous_env`: back to the environment before, of a pane or of all."""

from __future__ import annotations

import json
from typing import Any

from tests.daemon.serving import Served
from tests.daemon.test_dispatch_environments import changes
from tests.daemon.tmux_scene import TmuxServer
from tests.support import until


def back(served: Served, **fields: Any) -> tuple[Any, Any]:
    """The new and the old environment that a return is answered with."""
    reply = served.ask("previous_env", **fields)
    assert reply["ok"], reply
    return reply["env"], reply["old"]


def nothing_before(what: str, **more: str) -> dict[str, Any]:
    sentence = f"the {what} had no other environment before"
    return {"ok": False, "error": sentence, "code": "not_found", **more}


def test_twice_is_back_where_it_was(served: Served) -> None:
    served.ask("set_env", value="dev")
    served.ask("set_env", value="dev")
    assert [back(served), back(served)] == [("root", "dev"), ("dev", "root")]


def test_a_return_is_on_disk_published_and_told_like_every_change(served: Served) -> None:
    served.ask("set_env", value="dev")
    told = changes(served, "previous_env")
    home = served.scratch.home
    assert told == [{"new_env": "root", "old_env": "dev", "pane": None}]
    assert json.loads((home / "state.json").read_text())["active_env"] == "root"
    assert (home / "run/global").read_bytes().split(b"\0")[1] == b"root"


def test_where_nothing_was_before_it_is_refused(served: Served) -> None:
    hint = "`axium env - --global` is about all panes"
    assert served.ask("previous_env") == nothing_before("global environment")
    served.ask("set_env", value="dev")
    assert served.ask("previous_env", pane="%1") == nothing_before("pane %1", hint=hint)


def test_no_environment_at_all_is_none_to_return_to(served: Served) -> None:
    (served.scratch.home / "state.json").write_text('{"active_env": null}')
    served.restart()
    served.ask("set_env", value="dev")
    assert served.ask("previous_env") == nothing_before("global environment")


def test_a_pane_that_followed_the_global_environment_does_so_again(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    assert changes(served, "previous_env", pane="%1") == [
        {"new_env": None, "old_env": "dev", "pane": "%1"}
    ]
    assert served.ask("get_pane_env", pane="%1")["source"] == "global"
    assert back(served, pane="%1") == ("dev", None)


def test_panes_and_the_global_environment_return_each_by_itself(served: Served) -> None:
    for pane, env in (("%1", "dev"), ("%1", "prod"), ("%2", "prod"), ("%2", "root")):
        served.ask("set_pane_env", pane=pane, env=env)
    served.ask("set_env", value="prod")
    assert back(served, pane="%1") == ("dev", "prod")
    state = served.ask("get_state")["state"]
    assert (state["active_env"], state["panes"]) == ("prod", {"%1": "dev", "%2": "root"})


def test_what_was_before_outlives_the_daemon(served: Served) -> None:
    served.ask("set_env", value="prod")
    served.ask("set_pane_env", pane="%1", env="dev")
    served.ask("clear_pane_env", pane="%1")
    served.restart()
    assert [back(served), back(served, pane="%1")] == [("root", "prod"), ("dev", None)]


def test_an_environment_that_is_gone_is_not_returned_to(served: Served) -> None:
    served.ask("set_env", value="prod")
    served.ask("set_env", value="dev")
    served.ask("set_pane_env", pane="%1", env="prod")
    served.ask("set_pane_env", pane="%1", env="dev")
    served.write({"envs.yaml": "envs: {root: {}, dev: {}}\n"})
    served.ask("reload")
    before = served.ask("get_state")
    replies = [served.ask("previous_env"), served.ask("previous_env", pane="%1")]
    assert [(reply["code"], reply["error"]) for reply in replies] == [
        ("unknown_env", "Unknown environment: prod")
    ] * 2
    assert served.ask("get_state") == before


def test_a_pane_must_be_one(served: Served) -> None:
    assert served.ask("previous_env", pane="")["error"] == "pane ID required"
    assert served.ask("previous_env", pane="x")["code"] == "invalid"


def test_what_was_before_ends_with_the_pane(served: Served, server: TmuxServer) -> None:
    fields = {"pane": server.new_pane(), "server": f"{server.socket},{server.pid}"}
    served.ask("set_pane_env", env="dev", **fields)
    served.ask("clear_pane_env", **fields)
    assert served.services.store.committed.state.former_panes != {}
    server.cmd("kill-pane", "-t", fields["pane"])

    def forgotten() -> bool:
        served.settled()
        return served.services.store.committed.state.former_panes == {}

    until(forgotten)
