"""Text verbs: one verb on a line, one answer, then the daemon closes."""

from __future__ import annotations

import json

import pytest

from axium import __version__
from axium.thin.words import unframe
from tests.daemon.serving import Served


def planned(served: Served, request: str) -> list[str]:
    """The words that `PLAN` is answered with."""
    return unframe(served.send(f"PLAN {request}\n".encode()))


def test_status_is_one_line_of_json(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    answer = served.send(b"STATUS\n")
    assert (answer.count(b"\n"), json.loads(answer)) == (
        1,
        {
            "state": "monitoring",
            "uptime_secs": 0,
            "current_session": "%1",
            "saves_count": 0,
            "total_resumes": 0,
            "time_saved_seconds": 0.0,
            "active_env": "root",
            "panes": 1,
            "pid": served.services.life.pid,
            "version": __version__,
        },
    )


@pytest.mark.parametrize("raw", [b"HUD\n", b"  hud  \n", b"Hud\r\n", b"\t HUD\n", b"HUD\nSTATUS\n"])
def test_case_and_surrounding_blanks_do_not_matter_and_one_verb_is_read(
    served: Served, raw: bytes
) -> None:
    assert served.send(raw) == b"[axium] env:root  uptime:0m\n"


def test_pausing_twice_and_resuming_twice_are_errors_of_text_verbs(served: Served) -> None:
    answers = [served.send(verb) for verb in (b"PAUSE\n", b"pause\n", b"RESUME\n", b"resume\n")]
    assert answers == [
        b"OK\n",
        b"ERR: Daemon already paused\n",
        b"OK\n",
        b"ERR: Daemon is not paused\n",
    ]
    assert json.loads(served.send(b"STATUS\n"))["total_resumes"] == 1


def test_a_paused_daemon_says_so_and_still_changes_environments(served: Served) -> None:
    served.send(b"PAUSE\n")
    assert served.ask("set_env", value="dev") == {"ok": True}
    status = json.loads(served.send(b"STATUS\n"))
    assert (status["state"], status["active_env"], served.send(b"ENV\n")) == (
        "paused",
        "dev",
        b"dev\n",
    )


def test_reload_answers_ok_or_the_first_fault_with_its_place(served: Served) -> None:
    good = served.send(b"RELOAD\n")
    served.write({"envs.yaml": "envs:\n  dev: {}\n  dev: {}\n", "hud.yaml": "layout: 3\n"})
    bad = served.send(b"RELOAD\n")
    assert (good, bad.startswith(b"ERR: envs.yaml:3:3: "), bad.count(b"\n")) == (b"OK\n", True, 1)
    assert list(served.ask("list_envs")["envs"]) == ["root", "dev", "prod"]


def test_a_warning_is_no_error_of_reload(served: Served) -> None:
    served.write({"hud.yaml": "colour: teal\n"})
    assert served.send(b"RELOAD\n") == b"OK\n"


@pytest.mark.parametrize("raw", [b"NEW_SESSION\n", b"new-session\n"])
def test_a_new_session_begins(served: Served, raw: bytes) -> None:
    before = served.services.store.committed.state.session
    assert served.send(raw) == b"OK\n"
    assert served.services.store.committed.state.session == before + 1


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"\n", b"ERR: Unknown command: \n"),
        (b" \t \n", b"ERR: Unknown command: \n"),
        (b"  status now \n", b"ERR: Unknown command: status now\n"),
        (b"[1]\n", b"ERR: Unknown command: [1]\n"),
        (b"a\tb\x1b[2J\x00\x7f\n", b"ERR: Unknown command: a\\tb\\x1b[2J\\x00\\x7f\n"),
        ("ü\u202e\n".encode(), "ERR: Unknown command: ü\\u202e\n".encode()),
        (b"x" * 300 + b"\n", b"ERR: Unknown command: " + b"x" * 200 + b"\n"),
        (b"HUDX\n", b"ERR: Unknown command: HUDX\n"),
    ],
)
def test_anything_else_is_told_back_trimmed_cut_and_escaped(
    served: Served, raw: bytes, answer: bytes
) -> None:
    assert served.send(raw) == answer


@pytest.mark.parametrize("raw", [b"\xff\n", b"STATUS \xc3\n", b"PLAN {\xff}\n"])
def test_bytes_that_are_not_utf8_get_no_answer(served: Served, raw: bytes) -> None:
    assert served.send(raw) == b""


def test_the_end_of_input_at_once_gets_no_answer(served: Served) -> None:
    client = served.client()
    client.end()
    assert client.rest() == b""


def test_a_verb_and_then_the_end_of_input_is_as_with_a_newline(served: Served) -> None:
    client = served.client(b"ENV")
    client.end()
    assert client.rest() == b"root\n"


def test_the_hud_and_the_environment_of_a_pane_are_bare_text(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    answers = [served.send(raw) for raw in (b"HUD %1\n", b"env  %1 \n", b"ENV %2\n")]
    assert answers == [b"[axium] env:prod  uptime:0m\n", b"prod\n", b"root\n"]


def test_a_pane_of_another_server_has_no_override(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    assert served.send(b"ENV %1 /tmp/other server,77,0\n") == b"root\n"


def test_no_environment_is_an_empty_line(served: Served) -> None:
    (served.scratch.home / "state.json").write_text('{"active_env": null}')
    served.restart()
    assert served.send(b"ENV\n") == b"\n"


@pytest.mark.parametrize("verb", [b"HUD", b"ENV"])
def test_what_is_no_pane_or_server_is_told_on_one_line(served: Served, verb: bytes) -> None:
    assert [served.send(verb + b" %x\x01\n"), served.send(verb + b" %1 here\n")] == [
        b"ERR: field `pane`: `%x\\x01` is not a pane ID\n",
        b"ERR: field `server`: not a tmux server: `here`, expected `SOCKET,PID` as in $TMUX\n",
    ]


def test_a_plan_is_a_table_with_the_environments_name(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="dev")
    assert planned(served, '{"command": "aws", "args": ["s3"], "pane": "%1", "cwd": "/"}') == [
        "go",
        "prefixes.yaml:2:14",
        "<wrapx",
        "<exec",
        "<dev",
        "<--",
        "<aws",
        "-AWS_ACCESS_KEY_ID",
        "*dev",
    ]


def test_a_plan_asks_for_the_process_variables_that_it_needs(served: Served) -> None:
    asked = planned(served, '{"command": "vault"}')
    told = planned(served, '{"command": "vault", "variables": {"VAULT_USER": "a b"}}')
    unset = planned(served, '{"command": "vault", "variables": {"VAULT_USER": null}}')
    assert (asked, told) == (
        ["ask", "prefixes.yaml:8:14", "$VAULT_USER", "*root"],
        ["go", "prefixes.yaml:8:14", "<run-vault", "<a", "<b", "*root"],
    )
    assert unset[:2] == ["no", "prefixes.yaml:9:14: the variable `$VAULT_USER` is not set"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("", "the request is not a plan: Input data was truncated"),
        ("[]", "the request is not a plan: Expected `object`, got `array`"),
        ("{}", "the request is not a plan: Object missing required field `command`"),
        ('{"command": 3}', "the request is not a plan: Expected `str`, got `int` - at `$.command`"),
        (
            '{"command": "a\\u0000"}',
            "field `command`: contains U+0000, which can't be handed to a program",
        ),
        ('{"command": "a", "pane": "\\u0000"}', "field `pane`: `\\0` is not a pane ID"),
        (
            '{"command": "a", "x": %s}' % ("[" * 9999 + "]" * 9999),
            "the request is nested too deeply",
        ),
    ],
    ids=["nothing", "array", "no command", "number", "NUL", "NUL in pane", "deep"],
)
def test_a_plan_that_can_not_be_made_says_why(served: Served, request_: str, message: str) -> None:
    assert planned(served, request_)[:2] == ["no", message]


def test_a_plan_in_an_environment_that_is_gone_says_so_with_a_hint(served: Served) -> None:
    served.ask("set_env", value="prod")
    served.write({"envs.yaml": "envs:\n  root: {prefix: ''}\n"})
    served.ask("reload")
    assert planned(served, '{"command": "aws"}') == [
        "no",
        "Unknown environment: prod",
        "`axium env set NAME` takes another one",
    ]
