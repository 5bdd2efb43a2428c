"""Calls: replies by id, in any order, once; bounds; time."""

from __future__ import annotations

import pytest

from axium.links.calls import MOST_WAITING, MOST_WAITING_BYTES
from axium.links.definition import Link
from axium.links.dialogue import (
    Connect,
    Connected,
    Detached,
    Failed,
    Leave,
    Received,
    Result,
    Shut,
    Tick,
)
from axium.links.login import LinkLogin
from axium.links.profiles import ARIA2, PLAIN, TRUENAS
from axium.links.secrets import Secret
from axium.links.session import ORPHAN_SECS
from tests.links.playbook import FREE, Playbook, call, error, reply, sent, told

NOTHING = "not sent in time: no connection"
LATE = "the server did not answer in time; what was asked may still happen"


def test_the_first_call_opens_the_connection_and_is_sent_on_it() -> None:
    book = Playbook()
    book.given(call(7, "echo", '{"a": 1}')).follows(Connect(1))
    book.given(Connected(1, FREE)).follows(sent(1, 1, "echo", '{"a": 1}'))
    book.given(reply(1, 1, "[42]")).follows(told(7, Result(b"[42]")))


def test_replies_are_taken_in_any_order() -> None:
    book = Playbook().up()
    book.given(call(1), call(2), call(3))
    book.given(reply(1, 4, "3")).follows(told(3, Result(b"3")))
    book.given(reply(1, 2, "1")).follows(told(1, Result(b"1")))
    book.given(reply(1, 3, "2")).follows(told(2, Result(b"2")))


@pytest.mark.parametrize(
    "value",
    [
        '{"$date": 1700000000000}',
        "123456789012345678901234567890",
        "1.10",
        '{"b": 1, "a":  2}',
        '"\\u00e4\\ud83d"',
        '"ä"',
        '{"deep": [NaN, "\\ud83d"]}',
    ],
)
def test_a_value_passes_byte_for_byte(value: str) -> None:
    book = Playbook().up()
    book.given(call(1, "echo", f"[{value}]")).follows(sent(1, 2, "echo", f"[{value}]"))
    book.given(reply(1, 2, value)).follows(told(1, Result(value.encode())))


def test_a_control_character_in_a_string_becomes_what_json_has_for_it() -> None:
    book = Playbook().up()
    book.given(call(1))
    book.given(reply(1, 2, '["\x1b[31m", "a\tb", \t"\\"\x00"]')).follows(
        told(1, Result(b'["\\u001b[31m", "a\\u0009b", \t"\\"\\u0000"]'))
    )


def test_a_line_break_between_values_becomes_a_blank() -> None:
    book = Playbook().up()
    book.given(call(1))
    book.given(Received(1, b'{"id": 2,\r\n "result": [1,\n2]}\n')).follows(
        told(1, Result(b"[1, 2]"))
    )


def test_a_second_and_a_strange_reply_are_counted_and_dropped() -> None:
    book = Playbook().up()
    book.given(call(1), reply(1, 2, "1"))
    book.given(reply(1, 2, "1"), reply(1, 99, "1"), Received(1, b'{"id":"2","result":1}'))
    book.follows()
    assert book.session.figures.strays == 3


@pytest.mark.parametrize(
    "junk", [b"", b"\xff", b"[]", b"nonsense", b"{}", b"[" * 5000, b'{"id":2}', b"null", b'{"id":2']
)
def test_what_is_no_frame_is_counted_and_harms_nobody(junk: bytes) -> None:
    book = Playbook().up()
    book.given(call(1))
    book.given(Received(1, junk)).follows()
    assert book.session.figures.strays == 1
    book.given(reply(1, 2, "1")).follows(told(1, Result(b"1")))


def test_an_error_comes_as_the_server_said_it() -> None:
    book = Playbook().up()
    book.given(call(1))
    body = '{"code": -32602, "message": "Invalid params", "data": {"extra": [["a", "b", 22]]}}'
    book.given(error(1, 2, body)).follows(
        told(1, Failed("remote", "Invalid params", body.encode()))
    )


def test_the_reason_of_an_error_says_more_than_its_message() -> None:
    book = Playbook().up()
    book.given(call(1))
    body = '{"code":-32001,"message":"Method call error","data":{"reason":"[ENOENT] no pool"}}'
    book.given(error(1, 2, body)).follows(
        told(1, Failed("remote", "[ENOENT] no pool", body.encode()))
    )


def test_an_error_of_null_beside_a_result_is_none() -> None:
    book = Playbook().up()
    book.given(call(1))
    book.given(Received(1, b'{"id":2,"result":1,"error":null}')).follows(told(1, Result(b"1")))


def test_an_error_without_an_id_fails_the_only_call_in_flight() -> None:
    book = Playbook().up()
    book.given(call(1))
    book.given(error(1, "null", '{"message":"too long"}')).follows(
        told(1, Failed("remote", "too long", b'{"message":"too long"}'))
    )


def test_an_error_without_an_id_may_be_of_a_request_that_was_given_up() -> None:
    book = Playbook().up()
    book.given(call(1), Leave(1)).after(ORPHAN_SECS).given(call(2))
    book.given(error(1, "null", '{"message":"too long"}')).follows()


def test_aria2_answers_a_ping_with_an_error_that_is_of_no_call() -> None:
    book = Playbook(ARIA2).up()
    book.given(call(1)).given(error(1, "null", '{"code":-32600,"message":"Invalid Request."}'))
    book.follows()
    assert book.session.figures.strays == 0
    book.given(reply(1, 2, "1")).follows(told(1, Result(b"1")))


def test_an_error_without_an_id_fails_none_of_several() -> None:
    book = Playbook().up()
    book.given(call(1), call(2))
    book.given(error(1, "null", '{"message":"too long"}')).follows()
    book.given(reply(1, 2, "1"), reply(1, 3, "2")).follows(
        told(1, Result(b"1")), told(2, Result(b"2"))
    )


def test_no_more_are_in_flight_than_the_server_takes() -> None:
    book = Playbook(PLAIN._replace(in_flight=2)).up()
    book.given(call(1), call(2), call(3)).follows(sent(1, 2, "echo"), sent(1, 3, "echo"))
    book.given(reply(1, 3, "2")).follows(told(2, Result(b"2")), sent(1, 4, "echo"))


def test_the_thousand_and_first_that_waits_is_told_busy() -> None:
    book = Playbook()
    book.given(*(call(key) for key in range(MOST_WAITING)))
    book.given(call(5000)).follows(
        told(5000, Failed("busy", "not sent: 1000 requests wait already"))
    )


def test_no_more_bytes_wait_than_a_bound() -> None:
    book = Playbook()
    large = f"[{' ' * (MOST_WAITING_BYTES // 16 - 2)}]"
    book.given(*(call(key, "echo", large) for key in range(16)))
    book.given(call(16)).follows(told(16, Failed("busy", "not sent: 16 requests wait already")))


@pytest.mark.parametrize(
    ("method", "params"),
    [("echo", f'["{"x" * 65536}"]'), ("\u00e4" * 32_750, "[]"), ("\n" * 32_750, "[]")],
    ids=["parameters", "a name that is longer as UTF-8", "a name that is longer as JSON"],
)
def test_a_large_call_is_refused_before_it_costs_others_their_connection(
    method: str, params: str
) -> None:
    book = Playbook(TRUENAS)
    book.given(call(1, method, params)).follows(
        told(1, Failed("too_large", "not sent: the server takes 65536 bytes at most"))
    )


def test_a_call_that_a_token_makes_too_large_is_not_sent() -> None:
    token = LinkLogin(Link(name="a", uri="", auth="aria2-token"), Secret("x" * 100))
    book = Playbook(ARIA2._replace(largest=150))
    book.given(call(1, "aria2.f"), Connected(1, token), reply(1, 1, '{"version":"1"}')).follows(
        *book.outputs[:-1],
        told(1, Failed("too_large", "not sent: the server takes 150 bytes at most")),
    )
    assert book.session.load == (0, 0, 0, 0)


def test_a_call_that_is_not_sent_in_time_is_told_so() -> None:
    book = Playbook()
    book.given(call(1, timeout=5))
    book.after(5).due().follows(told(1, Failed("link_down", NOTHING)))


def test_a_call_that_finds_no_place_in_time_is_told_that_others_were_under_way() -> None:
    book = Playbook(PLAIN._replace(in_flight=1)).up()
    book.given(call(1), call(2, timeout=5)).due().follows(
        told(2, Failed("busy", "not sent in time: other requests were under way"))
    )


def test_a_call_that_is_not_answered_in_time_has_an_unknown_outcome() -> None:
    book = Playbook().up()
    book.given(call(1, timeout=5)).due()
    book.follows(told(1, Failed("timeout", LATE, is_unknown=True)))
    book.given(reply(1, 2, "1")).follows()
    assert book.session.figures.strays == 1


def test_a_request_that_nobody_waits_for_keeps_its_place_for_a_minute() -> None:
    book = Playbook(PLAIN._replace(in_flight=1)).up()
    book.given(call(1, timeout=5)).due()
    book.given(call(2)).follows()
    book.after(59).given(Tick())
    assert book.session.load == (1, 1, 0, 0)
    book.after(1).given(Tick())
    assert book.session.load == (1, 0, 0, 0)


def test_a_reply_frees_the_place_of_a_request_that_nobody_waits_for() -> None:
    book = Playbook(PLAIN._replace(in_flight=1)).up()
    book.given(call(1), call(2), Leave(1)).follows(sent(1, 2, "echo"), told(1, Detached(None)))
    book.given(reply(1, 2, "1")).follows(sent(1, 3, "echo"))


def test_a_call_that_was_left_before_it_was_sent_is_never_sent() -> None:
    book = Playbook()
    book.given(call(1), call(2), Leave(1)).follows(Connect(1), told(1, Detached(None)))
    book.given(Connected(1, FREE)).follows(sent(1, 1, "echo"))


def test_leaving_what_is_not_there_does_nothing() -> None:
    Playbook().given(Leave(1)).follows()


def test_what_waits_and_what_is_in_flight_are_told_when_the_link_is_closed() -> None:
    book = Playbook(PLAIN._replace(in_flight=1)).up()
    book.given(call(1), call(2))
    outputs = book.given(Shut("the link was removed")).outputs
    assert [str(each) for each in outputs[1:]] == [
        str(
            told(
                1,
                Failed(
                    "link_lost",
                    "the connection was lost before the answer came: the link was removed",
                    is_unknown=True,
                ),
            )
        ),
        str(told(2, Failed("link_down", "the link was removed"))),
    ]


def test_ids_are_never_used_twice() -> None:
    book = Playbook().up()
    book.given(call(1), Shut("closed"), call(2))
    book.given(Connected(2, FREE)).follows(sent(2, 3, "echo"))


def test_reused_calls_are_counted_with_the_time_that_they_were_spared() -> None:
    book = Playbook()
    book.given(call(1)).after(0.2).given(Connected(1, FREE), reply(1, 1, "1"))
    book.after(1).given(call(2), call(3))
    figures = book.session.figures
    assert (figures.calls, figures.reused, round(figures.saved_secs, 6)) == (3, 2, 0.4)
