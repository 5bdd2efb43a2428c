"""The table Configuration, for the core's keys."""

from __future__ import annotations

import pytest

from tests.daemon.serving import Served

KEYS = "one of hud, envs, prefixes"


def test_the_huds_configuration_is_told_with_what_was_left_out(served: Served) -> None:
    assert served.ask("get_config", key="hud") == {
        "ok": True,
        "value": {
            "layout": ["env", "uptime"],
            "hide": [],
            "color": "#00B7C7",
            "padding": 1,
            "left": "",
            "right": "",
            "theme": {"enabled": False, "name": "classic"},
        },
    }


def test_the_environments_are_told_as_properties_by_name(served: Served) -> None:
    assert served.ask("get_config", key="envs") == {
        "ok": True,
        "value": served.ask("list_envs")["envs"],
    }


def test_rules_are_told_with_their_owner_and_place(served: Served) -> None:
    served.ask("register_prefix", spoke="tools", command="gh", wrapper="run")
    rules = served.ask("get_config", key="prefixes")["value"]
    assert [(rule["command"], rule["owner"], rule["where"]) for rule in rules] == [
        ("aws", "user", "prefixes.yaml:2:14"),
        ("gh", "tools", "register_prefix by tools"),
        ("kubectl", "user", "prefixes.yaml:5:14"),
        ("vault", "user", "prefixes.yaml:8:14"),
    ]
    assert rules[0] == {
        "command": "aws",
        "form": "Prefix",
        "text": ["${env.prefix}"],
        "unset": ["AWS_ACCESS_KEY_ID"],
        "fallback": None,
        "owner": "user",
        "where": "prefixes.yaml:2:14",
    }


@pytest.mark.parametrize("key", ["a.b", ""])
def test_a_key_that_is_not_there_is_named_in_the_published_words(served: Served, key: str) -> None:
    assert served.ask("get_config", key=key) == {
        "ok": False,
        "error": f"key '{key}' not found in config",
        "code": "not_found",
        "hint": KEYS,
    }


def test_without_a_key_the_keys_are_told(served: Served) -> None:
    assert served.ask("get_config") == {
        "ok": False,
        "error": "missing field `key`",
        "code": "invalid",
        "hint": KEYS,
    }


def test_what_is_told_follows_a_reload(served: Served) -> None:
    before = served.ask("get_config", key="hud")["value"]["padding"]
    served.write({"hud.yaml": "style: {padding: 3}\n"})
    served.ask("reload")
    assert [before, served.ask("get_config", key="hud")["value"]["padding"]] == [1, 3]
