"""Subscriptions: shared, made anew after a loss with a gap, ended by either side."""

from __future__ import annotations

import pytest

from axium.links.dialogue import (
    Close,
    Connect,
    Connected,
    Event,
    Failed,
    Follow,
    Gap,
    Leave,
    Lost,
    Received,
    Request,
    Result,
    Tick,
)
from axium.links.feeds import SUBSCRIBED
from axium.links.profiles import ETHEREUM, TRUENAS
from tests.links.playbook import FREE, Free, Playbook, error, notification, reply, sent, told

QUIET = TRUENAS._replace(greeting=())
POOLS = '{"collection":"pool.query","msg":"added"}'


def subscribed(key: int) -> object:
    return told(key, SUBSCRIBED, last=False)


def test_followers_of_one_event_share_one_subscription() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "pool.query")).follows(sent(1, 2, "core.subscribe", '["pool.query"]'))
    book.given(Follow(2, "pool.query")).follows()
    book.given(reply(1, 2, '"s1"')).follows(subscribed(1), subscribed(2))  # type: ignore[arg-type]
    book.given(Follow(3, "pool.query")).follows(subscribed(3))  # type: ignore[arg-type]
    event = Event("pool.query", POOLS.encode())
    book.given(notification(1, "collection_update", POOLS)).follows(
        *(told(key, event, last=False) for key in (1, 2, 3))
    )


def test_the_last_one_who_leaves_ends_the_subscription() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "e"), Follow(2, "e"), reply(1, 2, '"s1"'))
    book.given(Leave(1)).follows(told(1, Result(b"null")))
    book.given(Leave(2)).follows(told(2, Result(b"null")), sent(1, 3, "core.unsubscribe", '["s1"]'))


def test_who_left_before_the_answer_leaves_no_subscription_behind() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "e"), Leave(1))
    book.given(reply(1, 2, '"s1"')).follows(sent(1, 3, "core.unsubscribe", '["s1"]'))


def test_after_a_loss_followers_are_subscribed_again_and_told_of_a_gap() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "e"), reply(1, 2, '"s1"'))
    book.given(Lost(1, "reset")).follows()
    book.due().follows(Connect(2))
    book.given(Connected(2, FREE)).follows(sent(2, 3, "core.subscribe", '["e"]'))
    book.given(reply(2, 3, '"s2"')).follows(told(1, Gap("e"), last=False))


def test_a_subscription_that_the_server_refuses_is_told_with_its_error() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "e"))
    book.given(error(1, 2, '{"message":"no such event"}')).follows(
        told(1, Failed("remote", "no such event", b'{"message":"no such event"}'))
    )


def test_a_subscription_that_the_server_ends_is_over() -> None:
    book = Playbook(QUIET).up()
    book.given(Follow(1, "e"), reply(1, 2, '"s1"'))
    ended = '{"collection":"e","error":{"reason":"no rights any more"}}'
    book.given(notification(1, "notify_unsubscribed", ended)).follows(
        told(1, Failed("remote", "no rights any more", ended.encode()))
    )
    assert book.session.load == (0, 0, 0, 0)


def test_nobody_waits_longer_than_a_minute_for_a_first_subscription() -> None:
    book = Playbook(QUIET)
    book.given(Follow(1, "e")).after(60).given(Tick())
    book.follows(told(1, Failed("link_down", "not subscribed: the server did not answer in time")))


def test_a_follower_keeps_a_connection_from_being_idle() -> None:
    book = Playbook(QUIET._replace(follow=lambda event: None), idle=10).up()
    book.given(Follow(1, "e")).after(15).given(Tick()).follows()


def test_events_that_come_unasked_are_followed_by_their_method_or_all_together() -> None:
    book = Playbook().up()
    book.given(Follow(1, "note"), Follow(2, "*"))
    event = Event("note", b"[1]")
    book.given(notification(1, "note", "[1]")).follows(
        told(1, event, last=False), told(2, event, last=False)
    )


def test_a_frame_with_an_event_and_no_method_is_an_event() -> None:
    book = Playbook().up()
    book.given(Follow(1, "track_ended"))
    frame = b'{"event":"track_ended","position":3}'
    book.given(Received(1, frame)).follows(told(1, Event("track_ended", frame), last=False))


def test_a_ticket_tells_which_subscription_an_event_is_of() -> None:
    book = Playbook(ETHEREUM).up()
    book.given(Follow(1, "newHeads"), Follow(2, "logs")).follows(
        sent(1, 2, "eth_subscribe", '["newHeads"]'), sent(1, 3, "eth_subscribe", '["logs"]')
    )
    book.given(reply(1, 3, '"0x2"'), reply(1, 2, '"0x1"'))
    params = '{"subscription":"0x2","result":{"n":1}}'
    book.given(notification(1, "eth_subscription", params)).follows(
        told(2, Event("logs", b'{"n":1}'), last=False)
    )


def test_a_server_that_asks_something_of_us_is_answered() -> None:
    book = Playbook().up()
    book.given(Received(1, b'{"jsonrpc":"2.0","id":"q1","method":"client/register","params":{}}'))
    assert book.frame() == (
        b'{"jsonrpc":"2.0","id":"q1","error":{"code":-32601,"message":"Method not found"}}'
    )


def test_who_follows_after_an_idle_time_is_subscribed_when_logged_in() -> None:
    login = Free(Request("auth", b"[]"), is_login=True)
    book = Playbook(QUIET, idle=10)
    book.given(Follow(1, "e"), Connected(1, login), reply(1, 1, "true"), reply(1, 2, '"s1"'))
    book.given(Leave(1), reply(1, 3, "true")).after(10).given(Tick()).follows(Close(1))
    book.given(Follow(2, "e"), Connected(2, login)).follows(Connect(2), sent(2, 4, "auth"))
    book.given(reply(2, 4, "true")).follows(sent(2, 5, "core.subscribe", '["e"]'))


def test_what_an_idle_connection_left_unanswered_takes_no_place_on_the_next() -> None:
    book = Playbook(QUIET, idle=10).up()
    book.given(Follow(1, "e"), reply(1, 2, '"s1"'), Leave(1)).after(10).given(Tick())
    assert book.session.load == (0, 0, 0, 0)


@pytest.mark.parametrize("size", [64, 2_000])
def test_a_server_that_asks_by_a_long_id_is_not_answered(size: int) -> None:
    book = Playbook().up()
    book.given(Received(1, b'{"id":"%b","method":"m"}' % (b"x" * (size - 2))))
    assert bool(book.outputs) == (size == 64)
