"""What a real daemon makes of lines that nobody should send, and of clients that hold back."""

from __future__ import annotations

import json
import select
import time

from tests.real.client import Client, answers_quickly, exchange
from tests.support import Daemon

MAX_LINE = 16 * 1024 * 1024
PING = b'{"cmd": "ping"}\n'
GLOBAL = {"ok": True, "env": "root", "source": "global"}


def padded_ping(size: int) -> bytes:
    """A valid request of exactly this many bytes, its newline not counted."""
    head, tail = b'{"cmd": "ping", "padding": "', b'"}'
    return head + b"x" * (size - len(head) - len(tail)) + tail + b"\n"


def test_a_frame_of_16_mib_is_parsed_and_one_byte_more_is_not(daemon: Daemon) -> None:
    assert json.loads(exchange(daemon.scratch, padded_ping(MAX_LINE)))["pong"] is True
    assert json.loads(exchange(daemon.scratch, padded_ping(MAX_LINE + 1))) == {
        "ok": False,
        "error": f"the line is longer than {MAX_LINE} bytes",
        "code": "too_large",
    }
    assert answers_quickly(daemon)


def test_a_frame_without_end_is_refused_before_it_is_whole(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.send(b"{" + b"x" * (3 * MAX_LINE))
        assert client.reply()["code"] == "too_large"
        assert client.rest() == b""
    assert answers_quickly(daemon)


def test_a_frame_that_is_no_request_is_refused_and_the_daemon_goes_on(daemon: Daemon) -> None:
    deep = "the request is nested too deeply"
    not_json = "the request is not valid JSON: JSON is malformed: "
    wrong = {
        b'{"cmd":' * 100_000: deep,
        b'{"cmd": "ping", "x": ' + b"[" * 1_000_000: deep,
        b'{"cmd": "\xff\xfe"}': "the request is not UTF-8",
        b'{"cmd": "ping", "unknown": "\xff"}': "the request is not UTF-8",
        b'{"cmd": "p': "the request is not valid JSON: Input data was truncated",
        b'{"cmd": "ping"} more': not_json + "trailing characters (byte 17)",
        b'{"cmd": "ping"\0}': not_json + "expected ',' or '}' (byte 14)",
        b"{\x80\x81\x82}": "the request is not UTF-8",
        b"{1: 2}": not_json + "object keys must be strings (byte 1)",
        b'{"cmd": "ping"}\0': not_json + "trailing characters (byte 16)",
    }
    answers = {line: json.loads(exchange(daemon.scratch, line + b"\n")) for line in wrong}
    assert answers == {
        line: {"ok": False, "error": error, "code": "bad_request"} for line, error in wrong.items()
    }
    assert answers_quickly(daemon)


def test_a_text_line_is_answered_once_or_not_at_all(daemon: Daemon) -> None:
    unknown = b"ERR: Unknown command: "
    wanted = {
        b"\n": unknown + b"\n",
        b"   \r\n": unknown + b"\n",
        b"\n\n" + PING: unknown + b"\n",
        b"\0\n": unknown + b"\\x00\n",
        b"FROB\x1b[2J\n": unknown + b"FROB\\x1b[2J\n",
        b"x" * 300 + b"\n": unknown + b"x" * 200 + b"\n",
        b"[1, 2]\n": unknown + b"[1, 2]\n",
        b"\xff\xfe\n": b"",
        b"  env  \r\n": b"root\n",
        b"ENV\nENV\n": b"root\n",
    }
    assert {sent: exchange(daemon.scratch, sent) for sent in wanted} == wanted


def test_a_client_that_ends_at_once_gets_no_answer(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.end_of_input()
        assert client.rest() == b""


def test_a_verb_and_then_end_of_file_is_answered_as_with_a_newline(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.send(b"ENV")
        client.end_of_input()
        assert client.rest() == b"root\n"


def test_a_request_with_a_carriage_return_is_answered(daemon: Daemon) -> None:
    sent = b'{"cmd": "get_pane_env", "pane": "%1"}\r\n'
    assert json.loads(exchange(daemon.scratch, sent)) == GLOBAL


def test_of_several_requests_without_an_id_the_first_is_answered(daemon: Daemon) -> None:
    asked = b'{"cmd": "get_pane_env", "pane": "%1"}\n'
    for _ in range(3):  # also when the daemon knows the answer already
        assert json.loads(exchange(daemon.scratch, asked + PING + b"STATUS\n")) == GLOBAL


def test_pipelined_requests_are_answered_each_with_its_id(daemon: Daemon) -> None:
    ids: list[int | str] = [*range(2_000), "a", "%1", "", "ü", -1, 10**17]
    with Client(daemon.scratch.socket) as client:
        for number in ids:
            client.ask("get_pane_env", pane="%1", id=number)
        assert client.replies(len(ids)) == [{"id": number, **GLOBAL} for number in ids]


def test_replies_of_slow_and_quick_requests_find_their_ids(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        for number in range(0, 200, 2):
            client.ask("set_env", value="root", id=number)
            client.ask("get_pane_env", pane="%1", id=number + 1)
        replies = {reply.pop("id"): reply for reply in client.replies(200)}
    assert replies == {number: GLOBAL if number % 2 else {"ok": True} for number in range(200)}


def test_a_refused_request_with_an_id_keeps_the_connection(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.send(b'{"cmd": "frobnicate", "id": 1}\n{"cmd": "set_env", "value": 3, "id": 2}\n')
        codes = [(reply["id"], reply["code"]) for reply in client.replies(2)]
        assert codes == [(1, "unknown_command"), (2, "invalid")]
        client.ask("get_pane_env", pane="%1", id=3)
        assert client.reply() == {"id": 3, **GLOBAL}


def test_a_client_without_a_whole_line_is_told_after_five_seconds_in_all(daemon: Daemon) -> None:
    text = b"ERR: Connection timeout\n"
    refusal = b'{"ok":false,"error":"no complete line within 5 seconds","code":"timeout"}\n'
    with (
        Client(daemon.scratch.socket) as silent,
        Client(daemon.scratch.socket) as verb,
        Client(daemon.scratch.socket) as request,
    ):
        began = time.monotonic()
        verb.send(b"STAT")
        request.send(b' {"cmd": "')
        drip(verb, request)
        assert (silent.rest(), verb.rest(), request.rest()) == (text, text, refusal)
        assert 4.9 < time.monotonic() - began < 6


def drip(*clients: Client) -> None:
    """Send a byte every 0.2 seconds until one of them is answered."""
    while not select.select(clients, [], [], 0.2)[0]:
        for client in clients:
            client.send(b"x")


def test_dripping_and_silent_clients_delay_nobody(daemon: Daemon) -> None:
    idle = [Client(daemon.scratch.socket) for _ in range(200)]
    for client in idle[::2]:
        client.send(b'{"cmd"')
    assert answers_quickly(daemon)
    for client in idle:
        with client:
            client.end_of_input()


def test_a_request_cut_off_by_its_client_harms_nobody(daemon: Daemon) -> None:
    for size in range(0, len(PING), 4):
        with Client(daemon.scratch.socket) as client:
            client.send(PING[:size])
    assert answers_quickly(daemon)
