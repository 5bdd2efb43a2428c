"""An environment of one shell: what `hold_env` publishes, and what minds it."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from axium.thin.words import unframe
from tests.daemon.serving import ENVS, Served
from tests.support import until

ODD = ENVS + '  a/b: {prefix: x}\n  "..": {prefix: x}\n  é è: {prefix: x}\n'
LONG = "n" * 201


def held(served: Served) -> dict[str, str]:
    """The environments' names in the pointers of `run/e`, by the names of those."""
    directory = served.scratch.home / "run/e"
    paths = directory.iterdir() if directory.exists() else ()
    return {path.name: unframe(path.read_bytes())[0] for path in paths}


def plan(served: Served, **fields: Any) -> list[str]:
    """The words that `PLAN` is answered with."""
    return unframe(served.send(f"PLAN {json.dumps(fields)}\n".encode()))


def test_a_held_environment_has_a_pointer_when_it_is_answered(served: Served) -> None:
    assert held(served) == {}
    assert served.ask("hold_env", env="dev") == {"ok": True}
    served.ask("set_env", value="dev")
    run = served.scratch.home / "run"
    assert (run / "e/dev").read_bytes() == (run / "global").read_bytes()


def test_holding_changes_nothing_that_others_see(served: Served) -> None:
    before = served.ask("get_state")
    served.ask("hold_env", env="dev")
    assert served.ask("get_state") == before


@pytest.mark.parametrize("fields", [{}, {"env": ""}, {"env": " "}])
def test_no_name_can_not_be_held(served: Served, fields: dict[str, str]) -> None:
    assert served.ask("hold_env", **fields) == {
        "ok": False,
        "error": "Environment name cannot be empty",
        "code": "invalid",
    }


def test_what_is_no_environment_can_not_be_held(served: Served) -> None:
    assert served.ask("hold_env", env="prd") == {
        "ok": False,
        "error": "Unknown environment: prd\nDid you mean: prod",
        "code": "unknown_env",
        "hint": "`axium env list` shows all of them",
        "suggestions": ["prod"],
    }
    assert served.ask("hold_env", env="../global")["code"] == "unknown_env"
    assert held(served) == {}


def test_a_name_that_no_file_can_have_is_held_without_a_pointer(served: Served) -> None:
    served.write({"envs.yaml": f"{ODD}  {LONG}: {{prefix: x}}\n"})
    served.ask("reload")
    for name in ("a/b", "..", LONG, "é è"):
        assert served.ask("hold_env", env=name) == {"ok": True}
    assert held(served) == {"é è": "é è"}
    assert plan(served, command="aws", args=[], env="a/b")[2:4] == ["<x", "<aws"]


def test_a_pointer_follows_the_files_and_outlives_the_daemon(served: Served) -> None:
    served.ask("hold_env", env="dev")
    pointer = served.scratch.home / "run/e/dev"
    before = pointer.read_bytes()
    served.write({"envs.yaml": ENVS.replace("exec dev", "exec anew")})
    served.ask("reload")
    changed = pointer.read_bytes()
    served.restart()
    assert (before != changed, pointer.read_bytes()) == (True, changed)
    stamp = unframe(changed)[1]
    table = (served.scratch.home / "run/t" / stamp / "aws").read_bytes()
    assert b"<anew" in table


def test_a_pointer_goes_with_its_environment_and_comes_back_with_it(served: Served) -> None:
    served.ask("hold_env", env="dev")
    served.write({"envs.yaml": "envs: {root: {}}\n"})
    served.ask("reload")
    gone = held(served)
    served.write({"envs.yaml": ENVS})
    served.ask("reload")
    assert (gone, held(served)) == ({}, {"dev": "dev"})


def test_an_environment_that_was_lost_while_no_daemon_ran_has_no_pointer(served: Served) -> None:
    served.ask("hold_env", env="dev")
    leftover = served.scratch.home / "run/e/dev.1.new"
    os.link(served.scratch.home / "run/e/dev", leftover)
    served.write({"envs.yaml": "envs: {root: {}}\n"})
    served.restart()
    assert held(served) == {}


def test_a_pointer_that_somebody_removed_is_there_again_once_it_is_held_again(
    served: Served,
) -> None:
    served.ask("hold_env", env="dev")
    (served.scratch.home / "run/e/dev").unlink()
    served.ask("hold_env", env="dev")
    assert held(served) == {"dev": "dev"}


def test_a_pointer_that_can_not_be_written_is_refused(served: Served) -> None:
    (served.scratch.home / "run/e").write_text("in the way")
    reply = served.ask("hold_env", env="dev")
    (served.scratch.home / "run/e").unlink()
    assert (reply["ok"], reply["code"]) == (False, "failed")
    assert (served.ask("hold_env", env="dev"), held(served)) == ({"ok": True}, {"dev": "dev"})


def test_tables_of_a_held_environment_are_kept_however_many_others_there_are(
    served: Served,
) -> None:
    names = [f"env{n}" for n in range(40)]
    served.write({"envs.yaml": "envs:\n" + "".join(f"  {name}: {{}}\n" for name in names)})
    served.ask("reload")
    served.ask("hold_env", env="env0")
    for name in names[1:]:
        served.ask("set_env", value=name)
    stamp = unframe((served.scratch.home / "run/e/env0").read_bytes())[1]
    assert stamp not in served.daemon._saving._publisher._retired


def test_a_plan_is_for_the_shells_own_environment(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    words = plan(served, command="aws", args=[], pane="%1", env="prod")
    assert (words[2:7], words[-1]) == (["<wrapx", "<exec", "<prod", "<--", "<aws"], "*prod")
    assert plan(served, command="ls", args=[], env="prod")[-1] == "*prod"
    assert plan(served, command="aws", args=[], env="prd") == [
        "no",
        "Unknown environment: prd\nDid you mean: prod",
        "`axium env list` shows all of them",
    ]


def test_a_shell_whose_pointer_was_lost_has_it_again_once_it_asked(served: Served) -> None:
    def is_there() -> bool:
        served.settled()
        return held(served) == {"prod": "prod"}

    assert plan(served, command="aws", args=[], env="prd")[0] == "no"
    plan(served, command="aws", args=[], env="prod")
    until(is_there)


def test_a_pointer_that_can_not_be_given_back_is_nobodys_fault(served: Served) -> None:
    (served.scratch.home / "run/e").write_text("in the way")
    assert plan(served, command="aws", args=[], env="prod")[-1] == "*prod"
    assert served.ask("set_env", value="dev") == {"ok": True}
    (served.scratch.home / "run/e").unlink()
    assert plan(served, command="aws", args=[], env="prod")[-1] == "*prod"
    until(lambda: served.ask("ping")["ok"] and held(served) == {"prod": "prod"})


def test_explaining_tells_that_it_is_the_shells_own(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    told = served.ask("explain", command="aws", pane="%1", env="prod")
    assert (told["pane"], told["env"], told["source"], told["argv"]) == (
        "%1",
        "prod",
        "shell",
        ["wrapx", "exec", "prod", "--", "aws"],
    )
    assert served.ask("explain", command="aws", env="prd")["code"] == "unknown_env"


def test_what_the_resolver_applies_is_for_the_named_environment(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    applied = served.ask("apply_prefixes", command="aws", context={"env": "prod", "pane": "%1"})
    assert applied["command"] == ["wrapx", "exec", "prod", "--", "aws"]


def test_the_hud_of_such_a_shell_names_its_environment(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    assert "env:prod" in served.ask("get_hud", pane="%1", env="prod")["hud"]
    assert served.ask("get_hud", env="prd")["code"] == "unknown_env"
