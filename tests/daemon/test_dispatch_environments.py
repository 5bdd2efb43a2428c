"""The table Environments: setting, asking, listing, explaining; and the events of a change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.daemon.serving import Served, line

DONE = {"ok": True}
EMPTY = {"ok": False, "error": "Environment name cannot be empty", "code": "invalid"}
NO_PANE = {"ok": False, "error": "pane ID required", "code": "invalid"}
UNKNOWN = {
    "ok": False,
    "error": "Unknown environment: prd\nDid you mean: prod",
    "code": "unknown_env",
    "hint": "`axium env list` shows all of them",
    "suggestions": ["prod"],
}


def changes(served: Served, cmd: str, **fields: Any) -> list[dict[str, Any]]:
    """The `env_change` events that a request causes, less what numbers them."""
    client = served.client()
    client.ask("subscribe", id=1, events=["env_change"])
    served.ask(cmd, **fields)
    client.send(b'{"cmd": "ping", "id": 2}\n')
    events = []
    while (reply := client.reply())["id"] == 1:
        del reply["id"], reply["seq"], reply["event"], reply["generation"]
        events.append(reply)
    return events


@pytest.mark.parametrize("spelling", ["value", "env"])
def test_setting_the_environment_takes_both_spellings(served: Served, spelling: str) -> None:
    assert served.ask("set_env", **{spelling: "prod"}) == DONE
    assert served.ask("get_pane_env", pane="%1") == {"ok": True, "env": "prod", "source": "global"}


def test_a_change_is_on_disk_and_published_when_it_is_answered(served: Served) -> None:
    served.ask("set_env", value="prod")
    home = served.scratch.home
    assert json.loads((home / "state.json").read_text())["active_env"] == "prod"
    assert (home / "run/global").read_bytes().split(b"\0")[:2] == [b"axium1", b"prod"]


@pytest.mark.parametrize("fields", [{}, {"value": ""}, {"value": "  "}, {"env": ""}])
def test_an_empty_environment_is_refused_in_the_published_words(
    served: Served, fields: dict[str, str]
) -> None:
    assert served.ask("set_env", **fields) == EMPTY


def test_an_unknown_environment_is_refused_with_the_nearest_names(served: Served) -> None:
    assert served.ask("set_env", value="prd") == UNKNOWN
    assert served.ask("set_pane_env", pane="%1", env="prd") == UNKNOWN
    assert served.ask("get_env_data", name="prd") == UNKNOWN
    assert served.ask("apply_prefixes", command="aws", context={"env": "prd"}) == UNKNOWN


def test_setting_the_environment_tells_of_it_also_when_it_was_that(served: Served) -> None:
    assert changes(served, "set_env", value="dev") == [
        {"new_env": "dev", "old_env": "root", "pane": None}
    ]
    assert changes(served, "set_env", value="dev") == [
        {"new_env": "dev", "old_env": "dev", "pane": None}
    ]


def test_every_change_refreshes_the_hud(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id=1)
    served.ask("set_env", value="dev")
    assert [client.reply()["event"] for _ in range(2)] == ["env_change", "hud_refresh"]


@pytest.mark.parametrize("spelling", ["value", "env"])
def test_setting_a_pane_takes_both_spellings(served: Served, spelling: str) -> None:
    assert served.ask("set_pane_env", pane="%1", **{spelling: "prod"}) == DONE
    assert served.ask("get_pane_env", pane="%1") == {"ok": True, "env": "prod", "source": "pane"}
    assert served.ask("get_pane_env", pane="%2") == {"ok": True, "env": "root", "source": "global"}


def test_a_panes_event_tells_its_former_override(served: Served) -> None:
    assert changes(served, "set_pane_env", pane="%1", env="prod") == [
        {"new_env": "prod", "old_env": None, "pane": "%1"}
    ]
    assert changes(served, "set_pane_env", pane="%1", env="dev") == [
        {"new_env": "dev", "old_env": "prod", "pane": "%1"}
    ]
    assert changes(served, "clear_pane_env", pane="%1") == [
        {"new_env": None, "old_env": "dev", "pane": "%1"}
    ]


def test_clearing_a_pane_without_an_override_is_no_error_and_tells_nothing(
    served: Served,
) -> None:
    assert served.ask("clear_pane_env", pane="%1") == DONE
    assert changes(served, "clear_pane_env", pane="%1") == []


@pytest.mark.parametrize("cmd", ["set_pane_env", "get_pane_env", "clear_pane_env"])
@pytest.mark.parametrize("fields", [{}, {"pane": ""}, {"pane": None}])
def test_a_command_about_a_pane_needs_one(
    served: Served, cmd: str, fields: dict[str, str | None]
) -> None:
    assert served.ask(cmd, env="dev", **fields) == NO_PANE


@pytest.mark.parametrize("pane", ["1", "%", "%01", "%1;", ":%1", "default:%1", "%\n1", "x" * 999])
def test_what_is_no_pane_is_refused(served: Served, pane: str) -> None:
    assert served.ask("get_pane_env", pane=pane) == {
        "ok": False,
        "error": f"field `pane`: `{pane[:80]}` is not a pane ID",
        "code": "invalid",
        "hint": "it is written like `%3`, or `SERVER:%3` for another tmux server",
    }


def test_what_is_no_server_is_refused(served: Served) -> None:
    assert served.ask("set_pane_env", pane="%1", env="dev", server="tmux") == {
        "ok": False,
        "error": "field `server`: not a tmux server: `tmux`, expected `SOCKET,PID` as in $TMUX",
        "code": "invalid",
    }


def test_a_pane_of_a_server_that_does_not_run_can_not_be_set_and_has_no_override(
    served: Served,
) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    gone = "/tmp/gone,999999999,0"
    assert served.ask("set_pane_env", pane="%1", env="dev", server=gone) == {
        "ok": False,
        "error": f"no tmux server with pid 999999999 is running (server `{gone}`)",
        "code": "not_found",
        "hint": "`server` is $TMUX of a shell inside a running tmux",
    }
    assert served.ask("get_pane_env", pane="%1", server=gone)["source"] == "global"


def test_no_environment_is_null_and_has_no_source(served: Served) -> None:
    (served.scratch.home / "state.json").write_text('{"active_env": null}')
    served.restart()
    assert served.ask("get_pane_env", pane="%1") == {"ok": True, "env": None, "source": None}
    assert served.ask("get_env_data") == {
        "ok": False,
        "error": "no environment is set",
        "code": "not_found",
        "hint": "`axium env set NAME` sets one",
    }


def test_environments_are_listed_with_their_properties_in_the_files_order(
    served: Served,
) -> None:
    assert served.ask("list_envs") == {
        "ok": True,
        "envs": {
            "root": {"prefix": ""},
            "dev": {"prefix": "wrapx exec dev --", "region": "eu-west-1", "color": "#00FF00"},
            "prod": {"prefix": "wrapx exec prod --", "account": 12345678901},
        },
        "active": "root",
    }


def test_data_is_of_the_name_else_of_the_pane_else_of_the_global_environment(
    served: Served,
) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    asked = [{"name": "dev", "pane": "%1"}, {"pane": "%1", "spoke": "creds"}, {"pane": "%2"}, {}]
    names = [served.ask("get_env_data", **fields)["env_data"]["name"] for fields in asked]
    assert names == ["dev", "prod", "root", "root"]


def test_data_has_the_properties_and_the_name(served: Served) -> None:
    assert served.ask("get_env_data", name="prod")["env_data"] == {
        "prefix": "wrapx exec prod --",
        "account": 12345678901,
        "name": "prod",
    }


def test_explaining_tells_each_part_with_its_place(served: Served) -> None:
    why = "`prefix` of environment `dev`"
    served.ask("set_pane_env", pane="%1", env="dev")
    assert served.ask("explain", command="aws", args=["s3", "ls"], pane="%1", cwd="/") == {
        "ok": True,
        "pane": "%1",
        "env": "dev",
        "source": "pane",
        "verdict": "go",
        "argv": ["wrapx", "exec", "dev", "--", "aws", "s3", "ls"],
        "parts": [
            {"word": word, "where": "envs.yaml:4:13", "why": why}
            for word in ("wrapx", "exec", "dev", "--")
        ]
        + [{"word": "aws", "where": None, "why": "the command as it was typed"}]
        + [
            {"word": word, "where": None, "why": "an argument as it was typed"}
            for word in ("s3", "ls")
        ],
        "env_vars": {},
        "unset": [
            {
                "word": "AWS_ACCESS_KEY_ID",
                "where": "prefixes.yaml:2:14",
                "why": "`unset` of the rule for `aws`",
            }
        ],
        "rules": [
            {
                "command": "aws",
                "form": "Prefix",
                "owner": "user",
                "where": "prefixes.yaml:2:14",
                "text": ["${env.prefix}"],
            }
        ],
        "guards": [],
        "fallback": None,
        "needs": [],
        "plugin": None,
    }


def test_explaining_lists_the_process_variables_that_it_was_not_told(served: Served) -> None:
    asked = served.ask("explain", command="vault")
    told = served.ask("explain", command="vault", variables={"VAULT_USER": "eve"})
    assert [(reply["verdict"], reply["needs"], reply["argv"][:2]) for reply in (asked, told)] == [
        ("ask", ["VAULT_USER"], []),
        ("go", [], ["run-vault", "eve"]),
    ]


def test_explaining_a_rule_with_a_hole_names_key_environment_and_place(served: Served) -> None:
    reply = served.ask("explain", command="kubectl")
    assert (reply["code"], reply["error"].partition(": ")[0]) == ("failed", "prefixes.yaml:7:32")
    assert ("region" in reply["error"], "root" in reply["error"]) == (True, True)


def test_explaining_in_an_environment_that_is_gone_is_refused(served: Served) -> None:
    served.ask("set_env", value="prod")
    served.write({"envs.yaml": "envs:\n  root: {prefix: ''}\n"})
    served.ask("reload")
    reply = served.ask("explain", command="aws")
    assert (reply["code"], reply["error"]) == ("unknown_env", "Unknown environment: prod")


def test_a_change_is_carried_out_and_told_though_its_client_has_hung_up(served: Served) -> None:
    listener = served.client()
    listener.ask("subscribe", id=1, events=["env_change"])
    for name in ("dev", "prod"):
        served.client(line("set_env", value=name)).close()
        served.client(line("set_pane_env", pane="%1", env=name)).close()
    told = [(event["pane"], event["new_env"]) for event in listener.replies(4)]
    assert told == [(None, "dev"), ("%1", "dev"), (None, "prod"), ("%1", "prod")]


@pytest.mark.parametrize(("asked", "repeated"), [(200, 200), (100_000, 1978)])
def test_a_refusal_repeats_a_name_but_not_megabytes_of_it(
    served: Served, asked: int, repeated: int
) -> None:
    cut = "…" if repeated < asked else ""
    sentence = f"Unknown environment: {'x' * repeated}{cut}"
    told = UNKNOWN | {"error": sentence, "suggestions": []}
    assert served.ask("set_env", value="x" * asked) == told
    plan = json.dumps({"command": "aws", "env": "x" * asked})
    assert served.send(f"PLAN {plan}\n".encode()).decode().split("\0")[2] == sentence
