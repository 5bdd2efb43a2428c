"""What every request and every reply has, and what lines that are no requests get."""

from __future__ import annotations

import json
from typing import Any

import pytest

from axium import __version__
from axium.wire.envelope import OWNER_RULE
from tests.daemon.serving import Served, line

PONG = b'{"ok":true,"pong":true,"version":"%b","protocol":1,"pid":%d}\n'


def pong(served: Served) -> bytes:
    return PONG % (__version__.encode(), served.services.life.pid)


def refused(served: Served, raw: bytes) -> dict[str, Any]:
    """The one line that these bytes get before the connection is closed."""
    answer = served.send(raw)
    assert answer.count(b"\n") == 1
    reply: dict[str, Any] = json.loads(answer)
    return reply


def test_a_request_without_id_gets_one_line_and_the_connection_is_closed(served: Served) -> None:
    assert served.send(b'{"cmd": "ping"}\n') == pong(served)


def test_what_follows_a_request_without_id_is_not_read(served: Served) -> None:
    assert served.send(b'{"cmd": "ping"}\n{"cmd": "ping"}\nSTATUS\n') == pong(served)


def test_a_null_id_is_none(served: Served) -> None:
    assert served.send(b'{"cmd": "ping", "id": null}\n') == pong(served)


@pytest.mark.parametrize("given", ["a", "", "ü\u2028", 0, -1, 7, 2**63, 10**30])
def test_an_id_is_echoed_and_keeps_the_connection_open(served: Served, given: str | int) -> None:
    client = served.client()
    replies = [client.ask("ping", id=given)["id"], client.ask("ping", id=given)["id"]]
    assert replies == [given, given]


@pytest.mark.parametrize("given", ["true", "1.5", "[1]", "{}"])
def test_an_id_of_another_kind_is_refused_and_the_connection_closed(
    served: Served, given: str
) -> None:
    reply = refused(served, b'{"cmd": "ping", "id": %b}\n' % given.encode())
    assert (reply["code"], reply["error"].partition(":")[0]) == ("invalid", "field `id`")


def test_a_refusal_of_a_request_with_an_id_keeps_the_connection_open(served: Served) -> None:
    client = served.client()
    for wrong in (b'{"cmd": "pin", "id": 1}\n', b'{"cmd": "set_env", "value": 3, "id": 1}\n'):
        client.send(wrong)
        assert client.reply()["id"] == 1
    assert client.ask("ping", id=2)["ok"] is True


def test_many_requests_may_be_in_flight_and_each_gets_its_reply(served: Served) -> None:
    client = served.client(
        b"".join(line("set_env", value="dev", id=n) + line("ping", id=-n) for n in range(1, 21))
    )
    assert {client.reply()["id"] for _ in range(40)} == {*range(-20, 0), *range(1, 21)}


def test_a_request_and_the_end_of_input_without_a_newline_is_answered(served: Served) -> None:
    client = served.client(b'  {"cmd": "ping"}')
    client.end()
    assert client.rest() == pong(served)


def test_a_line_may_come_in_pieces(served: Served) -> None:
    client = served.client(b'{"cm')
    for piece in (b'd": "pi', b'ng"', b"}", b"\n"):
        client.send(piece)
        served.settled()
    assert client.rest() == pong(served)


def test_fields_that_a_command_does_not_know_are_ignored(served: Served) -> None:
    assert served.ask("ping", colour="teal", deep={"a": [1]})["pong"] is True


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'{"cmd": "ping"\n', "the request is not valid JSON: Input data was truncated"),
        (
            b'{"cmd": "ping"} x\n',
            "the request is not valid JSON: JSON is malformed: trailing characters (byte 17)",
        ),
        (b'{"cmd": "ping", "x": "\xff"}\n', "the request is not UTF-8"),
        (b'{"cmd": "set_env", "value": "\xc3"}\n', "the request is not UTF-8"),
        (
            b'{"cmd": "set_env", "value": "\\ud800 and nothing more"}\n',
            "unexpected end of escaped utf-16 surrogate pair (byte 35)",
        ),
        (b'{"cmd": "ping", "x": %b}\n' % (b"[" * 9999 + b"]" * 9999), "nested too deeply"),
    ],
    ids=["truncated", "trailing", "not UTF-8, unknown field", "not UTF-8", "surrogate", "deep"],
)
def test_a_line_that_is_no_json_is_a_bad_request(served: Served, raw: bytes, sentence: str) -> None:
    reply = refused(served, raw)
    said = reply.pop("error")
    assert (said.endswith(sentence), reply) == (True, {"ok": False, "code": "bad_request"}), said


def test_an_unknown_command_has_the_published_words_and_the_nearest_name(served: Served) -> None:
    assert refused(served, b'{"cmd": "get_pane_evn"}\n') == {
        "ok": False,
        "error": "unknown command",
        "code": "unknown_command",
        "hint": "did you mean `get_pane_env`?",
    }


def test_an_unknown_command_that_resembles_none_tells_where_to_look(served: Served) -> None:
    assert refused(served, b'{"cmd": "%b"}\n' % (b"x" * 100_000))["hint"] == (
        "`hello` lists the commands"
    )


@pytest.mark.parametrize("cmd", ["3", "null", "[]", '{"cmd": "ping"}'])
def test_a_command_that_is_no_string_is_invalid(served: Served, cmd: str) -> None:
    assert refused(served, b'{"cmd": %b}\n' % cmd.encode()) == {
        "ok": False,
        "error": "field `cmd` must be a string",
        "code": "invalid",
    }


def test_an_object_that_names_no_command_is_told_which_field_does(served: Served) -> None:
    assert refused(served, b"{}\n") == {
        "ok": False,
        "error": "missing field `cmd`",
        "code": "invalid",
        "hint": "it names what is asked",
    }


def test_a_request_for_a_link_is_answered_in_its_own_dialect(served: Served) -> None:
    answer = served.send(b'{"command": "call", "method": "core.ping"}\n')
    assert json.loads(answer) == {
        "type": "error",
        "error": "there is no link",
        "error_type": "ValueError",
        "code": "unknown_link",
    }


@pytest.mark.parametrize(
    ("cmd", "fields", "sentence"),
    [
        ("set_env", {"value": 3}, "field `value`: expected `str | null`, got `int`"),
        ("notify", {}, "object missing required field `title`"),
        (
            "explain",
            {"command": "a", "args": ["b", 1]},
            "field `args[1]`: expected `str`, got `int`",
        ),
        (
            "apply_prefixes",
            {"command": "a", "context": {"pane": []}},
            "field `context.pane`: expected `str | null`, got `array`",
        ),
        (
            "notify",
            {"title": "a", "spoke": ".hidden"},
            f"field `spoke`: expected {OWNER_RULE}",
        ),
        (
            "notify",
            {"title": "a", "spoke": "newline\n"},
            f"field `spoke`: expected {OWNER_RULE}",
        ),
    ],
)
def test_a_field_of_the_wrong_type_is_named_with_its_path(
    served: Served, cmd: str, fields: dict[str, Any], sentence: str
) -> None:
    assert served.ask(cmd, **fields) == {"ok": False, "error": sentence, "code": "invalid"}


def test_a_field_with_few_values_tells_them(served: Served) -> None:
    assert served.ask("get_hud", format="html") == {
        "ok": False,
        "error": "field `format`: invalid enum value 'html'",
        "code": "invalid",
        "hint": "one of `plain`, `tmux`, `ansi`",
    }


def test_a_command_that_fails_inside_is_answered_and_the_connection_goes_on(
    served: Served,
) -> None:
    (served.scratch.home / "state.json").unlink()
    (served.scratch.home / "state.json").mkdir()
    client = served.client()
    reply = client.ask("set_env", value="dev", id=1)
    assert (reply["code"], reply["hint"]) == (
        "failed",
        "nothing was changed; make room or mend the directory, then try again",
    )
    assert client.ask("list_envs", id=2)["active"] == "root"


def test_a_client_that_hangs_up_at_once_leaves_nothing(served: Served) -> None:
    client = served.client()
    client.close()
    served.settled()
    assert served.ask("daemon_status")["status"]["connections"] == 1
