"""The table Prefixes: applying rules, listing wrapped names, registering rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.daemon.serving import PREFIXES, Served

DONE = {"ok": True}


def applied(served: Served, command: str, *args: str, **context: Any) -> list[str]:
    """The argv that a command becomes."""
    reply = served.ask("apply_prefixes", command=command, args=args, context=context)
    argv: list[str] = reply["command"]
    return argv


def test_the_environment_asked_for_wins_over_the_panes_and_that_over_the_global(
    served: Served,
) -> None:
    served.ask("set_env", value="dev")
    served.ask("set_pane_env", pane="%1", env="prod")
    assert [
        applied(served, "aws", env="root", pane="%1"),
        applied(served, "aws", pane="%1"),
        applied(served, "aws"),
    ] == [
        ["aws"],
        ["wrapx", "exec", "prod", "--", "aws"],
        ["wrapx", "exec", "dev", "--", "aws"],
    ]


def test_applying_tells_argv_and_variables(served: Served) -> None:
    context = {"env": "dev", "pane": "%1", "cwd": "/", "generation": 3}
    assert served.ask("apply_prefixes", command="aws", args=["s3", ""], context=context) == {
        "ok": True,
        "command": ["wrapx", "exec", "dev", "--", "aws", "s3", ""],
        "env_vars": {},
        "unset": ["AWS_ACCESS_KEY_ID"],
    }


def test_a_command_without_a_rule_stays_as_it_is(served: Served) -> None:
    assert served.ask("apply_prefixes", command="ls", args=["-l", "$HOME; rm"]) == {
        "ok": True,
        "command": ["ls", "-l", "$HOME; rm"],
        "env_vars": {},
        "unset": [],
    }


def test_a_hole_that_can_not_be_filled_stops_the_command(served: Served) -> None:
    reply = served.ask("apply_prefixes", command="kubectl")
    assert (reply["ok"], reply["code"], reply["error"].partition(": ")[0]) == (
        False,
        "failed",
        "prefixes.yaml:7:32",
    )


def test_process_variables_are_the_callers_where_it_tells_them(served: Served) -> None:
    assert applied(served, "vault", "ls", variables={"VAULT_USER": "eve"}) == [
        "run-vault",
        "eve",
        "ls",
    ]


def test_wrapped_commands_are_listed_sorted(served: Served) -> None:
    assert served.ask("list_prefixed_commands") == {
        "ok": True,
        "commands": ["aws", "kubectl", "vault"],
    }


@pytest.mark.parametrize(
    ("rule", "argv", "variables"),
    [
        ({"wrapper": "run {{env}}"}, ["run", "dev", "a"], {}),
        (
            {"strategy": "wrapper", "config": {"command": "run ${env.region}"}},
            ["run", "eu-west-1", "a"],
            {},
        ),
        (
            {"strategy": "args_prepend", "config": {"args": ["-x", "{{env}}"]}},
            ["gh", "-x", "dev", "a"],
            {},
        ),
        ({"strategy": "args_append", "config": {"args": ["-y"]}}, ["gh", "a", "-y"], {}),
        (
            {"strategy": "env_vars", "config": {"env": {"REGION": "${env.region}"}}},
            ["gh", "a"],
            {"REGION": "eu-west-1"},
        ),
    ],
    ids=["wrapper", "strategy wrapper", "args_prepend", "args_append", "env_vars"],
)
def test_a_registered_rule_holds_at_once(
    served: Served, rule: dict[str, Any], argv: list[str], variables: dict[str, str]
) -> None:
    assert served.ask("register_prefix", spoke="tools", command="gh", **rule) == DONE
    assert served.ask("apply_prefixes", command="gh", args=["a"], context={"env": "dev"}) == {
        "ok": True,
        "command": argv,
        "env_vars": variables,
        "unset": [],
    }


def test_a_registered_rule_is_published_and_lives_until_the_daemon_stops(served: Served) -> None:
    served.ask("register_prefix", spoke="tools", command="gh", wrapper="run gh")
    registered = served.ask("list_prefixed_commands")["commands"]
    published = (served.scratch.home / "run/commands").read_bytes().split(b"\0")[2:-2]
    served.restart()
    assert (registered, published, served.ask("list_prefixed_commands")["commands"]) == (
        ["aws", "gh", "kubectl", "vault"],
        [b"aws", b"gh", b"kubectl", b"vault"],
        ["aws", "kubectl", "vault"],
    )


def test_a_registered_rule_survives_a_reload(served: Served) -> None:
    served.ask("register_prefix", spoke="tools", command="gh", wrapper="run gh")
    served.write({"prefixes.yaml": PREFIXES.replace("aws", "gcloud")})
    served.ask("reload")
    assert served.ask("list_prefixed_commands")["commands"] == ["gcloud", "gh", "kubectl", "vault"]


def test_the_first_registration_of_a_command_wins(served: Served) -> None:
    served.ask("register_prefix", spoke="tools", command="gh", wrapper="run gh")
    assert served.ask("register_prefix", spoke="other", command="gh", wrapper="mine gh") == {
        "ok": False,
        "error": "command already registered by tools",
        "code": "conflict",
        "hint": "the first registration of a command wins, and the user's own file always",
        "conflict": True,
        "owner": "tools",
    }
    assert applied(served, "gh") == ["run", "gh"]


def test_the_users_own_file_always_wins(served: Served) -> None:
    reply = served.ask("register_prefix", spoke="tools", command="aws", wrapper="run")
    assert (reply["code"], reply["conflict"], reply["owner"]) == ("conflict", True, "user")


def test_registering_again_replaces_ones_own_rule(served: Served) -> None:
    served.ask("register_prefix", spoke="tools", command="gh", wrapper="run gh")
    assert served.ask("register_prefix", spoke="tools", command="gh", wrapper="again") == DONE
    assert applied(served, "gh") == ["again"]


def test_axium_run_for_a_command_only_marks_it_as_wrapped(served: Served) -> None:
    marked = [
        served.ask("register_prefix", spoke="tools", command=name, wrapper=f"axium run {name}")
        for name in ("aws", "gh")
    ]
    assert marked == [DONE, DONE]
    assert (applied(served, "gh", "pr"), applied(served, "aws", env="dev")[-1]) == (
        ["gh", "pr"],
        "aws",
    )
    assert served.ask("list_prefixed_commands")["commands"] == ["aws", "gh", "kubectl", "vault"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"command": "cd", "wrapper": "x"}, "`command`: `cd` can't be wrapped: it is part of the"),
        ({"command": "a b", "wrapper": "x"}, "`command`: `a b` can't be wrapped: a command is"),
        ({"command": "gh"}, "`wrapper`: give either `wrapper` or `strategy` with `config`"),
        ({"command": "gh", "wrapper": "  "}, "`wrapper`: expected a program and its words"),
        ({"command": "gh", "wrapper": "a\0"}, "`wrapper`: contains U+0000"),
        ({"command": "gh", "wrapper": "'a"}, "`wrapper`: "),
        ({"command": "gh", "strategy": "magic"}, "`strategy`: `magic` is unknown, expected one of"),
        ({"command": "gh", "strategy": "args_append"}, "`config.args`: expected a list of strings"),
        (
            {"command": "gh", "strategy": "args_append", "config": {"args": [1]}},
            "`config.args[0]`: expected a string",
        ),
        (
            {"command": "gh", "strategy": "env_vars", "config": {"env": {"A-B": "x"}}},
            "`config.env`: `A-B` is no name of a variable",
        ),
    ],
)
def test_a_rule_that_can_not_be_is_refused_with_its_field(
    served: Served, fields: dict[str, Any], sentence: str
) -> None:
    reply = served.ask("register_prefix", spoke="tools", **fields)
    assert (reply["code"], reply["error"][: len(sentence) + 6]) == ("invalid", f"field {sentence}")
