"""The connection: tried, logged in, lost, tried again with pauses, idle, held, half-open."""

from __future__ import annotations

from itertools import pairwise

import pytest

from axium.links.connection import State
from axium.links.dialogue import (
    Close,
    Compute,
    Computed,
    Connect,
    Connected,
    Failed,
    Follow,
    Heard,
    Hold,
    Jumped,
    Leave,
    Lost,
    Measure,
    Ping,
    Pong,
    Ponged,
    Refused,
    Request,
    Result,
    Retry,
    Shut,
    Steps,
    Tick,
    Unconnected,
    Work,
)
from tests.links.playbook import FREE, Free, Playbook, call, error, reply, sent, told

GONE = "the connection was lost before the answer came: reset"


def lost(key: int) -> object:
    return told(key, Failed("link_lost", GONE, is_unknown=True))


def test_what_was_sent_is_lost_and_what_was_not_waits() -> None:
    book = Playbook(Playbook().session._profile._replace(in_flight=1)).up()
    book.given(call(1), call(2))
    book.given(Lost(1, "reset")).follows(lost(1))  # type: ignore[arg-type]
    book.due().follows(Connect(2))
    book.given(Connected(2, FREE)).follows(sent(2, 3, "echo"))


def test_an_idempotent_call_is_sent_once_more_and_before_others() -> None:
    book = Playbook(Playbook().session._profile._replace(in_flight=1)).up()
    book.given(call(1, "get", again=True), call(2, "put"))
    book.given(Lost(1, "reset")).follows()
    book.due().given(Connected(2, FREE)).follows(sent(2, 3, "get"))
    book.given(Lost(2, "reset")).follows(lost(1))  # type: ignore[arg-type]


def test_reports_of_an_earlier_connection_mean_nothing() -> None:
    book = Playbook().up()
    book.given(Lost(1, "reset")).due().given(Connected(2, FREE), call(1))
    book.given(Lost(1, "again"), reply(1, 2, "1"), Connected(1, FREE), Ponged(1, 1)).follows()
    book.given(reply(2, 2, "1")).follows(told(1, Result(b"1")))


def test_pauses_double_up_to_half_a_minute() -> None:
    book = Playbook(idle=0).up()
    book.given(Lost(1, "reset"))
    pauses = []
    for number in range(2, 13):
        begun = book.now
        book.due().follows(Connect(number))
        pauses.append(book.now - begun)
        book.given(Unconnected(number, "link_down", "refused"))
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]


@pytest.mark.parametrize(("chance", "expected"), [(-1.0, 0.2), (1.0, 0.3)])
def test_chance_makes_a_pause_a_fifth_shorter_or_longer(chance: float, expected: float) -> None:
    book = Playbook(chance=chance).up()
    book.given(Lost(1, "reset"))
    assert round((book.session.wake_at or 0) - book.now, 6) == expected


def test_a_connection_that_held_begins_the_pauses_anew() -> None:
    book = Playbook().up()
    for number in (2, 3):
        book.given(Lost(number - 1, "reset")).due().given(Connected(number, FREE))
    book.after(5).given(Lost(3, "reset"))
    assert (book.session.wake_at or 0) - book.now == 0.25


@pytest.mark.parametrize("chance", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("idle", [0, 5])
@pytest.mark.parametrize(("every", "timeout"), [(0.25, 1.0), (1.0, 0.5), (7.0, 5.0), (100.0, 60.0)])
def test_ten_minutes_without_a_server_cost_at_most_thirty_tries(
    every: float, timeout: float, idle: float, chance: float
) -> None:
    book = Playbook(idle=idle, chance=chance).up()
    begun, next_call, key, tries = book.now, book.now, 0, []
    book.given(Lost(1, "reset"))
    while book.now < begun + 600:
        wake_at = book.session.wake_at or float("inf")
        book.after(max(0.0, min(next_call, wake_at) - book.now)).given(Tick())
        outputs = book.outputs
        if book.now >= next_call:
            key, next_call = key + 1, next_call + every
            outputs = outputs + book.given(call(key, timeout=timeout)).outputs
        for output in outputs:
            if isinstance(output, Connect):
                tries.append(book.now - begun)
                book.given(Unconnected(output.number, "link_down", "refused"))
    assert len(tries) <= 30
    assert max(b - a for a, b in pairwise(tries)) < 36 + every


def test_a_call_that_follows_on_one_that_gave_up_does_not_try_at_once() -> None:
    book = Playbook()
    book.given(call(1, timeout=0.1), Unconnected(1, "link_down", "refused"))
    book.due()
    assert book.session.state is State.CLOSED
    book.given(call(2)).follows()
    book.due().follows(Connect(2))


def test_a_call_ends_a_long_pause_a_second_after_the_last_try() -> None:
    book = Playbook(idle=0).up()
    book.given(Lost(1, "reset"))
    for number in range(2, 9):
        book.due().given(Unconnected(number, "link_down", "refused"))
    book.after(5).given(call(1)).follows(Connect(9))
    book.given(Unconnected(9, "link_down", "refused"))
    assert (book.session.wake_at or 0) - book.now == 1.0


def test_no_more_than_six_logins_begin_in_a_minute() -> None:
    book = Playbook(idle=0.5)
    begun = book.now
    for number in range(1, 7):
        book.given(call(number)).follows(Connect(number))
        book.given(Connected(number, Free(is_login=True)), reply(number, number, "1"))
        book.due().follows(Close(number))
    book.given(call(7)).follows()
    book.due().follows(Connect(7))
    assert book.now - begun == 60


def test_without_a_login_there_is_no_bound_of_logins() -> None:
    book = Playbook(idle=0.5)
    for number in range(1, 20):
        book.given(call(number)).follows(Connect(number))
        book.given(Connected(number, FREE), reply(number, number, "1"))
        book.due().follows(Close(number))


def test_calls_wait_until_the_login_is_done() -> None:
    book = Playbook()
    book.given(call(1)).given(Connected(1, Free(Request("login", b'["u"]'))))
    book.follows(sent(1, 1, "login", '["u"]'))
    book.given(reply(1, 1, "true")).follows(sent(1, 2, "echo"))


class Doubtful(Free):
    """A login that the server refuses by an error, and that computes something."""

    def steps(self) -> Steps:
        """See `Login`."""
        value = yield Compute(int)
        answer = yield Request("login", str(value).encode())
        if answer.error:
            raise Refused("wrong password")


def test_a_login_may_compute_something_elsewhere() -> None:
    book = Playbook()
    book.given(call(1)).given(Connected(1, Doubtful())).follows(Work(1, int))
    book.given(Computed(1, 0)).follows(sent(1, 1, "login", "0"))
    book.given(reply(1, 1, "true")).follows(sent(1, 2, "echo"))


def test_a_refused_login_is_told_at_once_and_not_tried_again_before_it_may() -> None:
    book = Playbook()
    book.given(call(1), Connected(1, Doubtful()), Computed(1, 0))
    book.given(error(1, 1, "{}")).follows(
        Close(1), told(1, Failed("auth_failed", "wrong password"))
    )
    book.after(3600).given(call(2), Follow(3, "e"), Measure(4, 5.0)).follows(
        *(told(key, Failed("auth_failed", "wrong password")) for key in (2, 3, 4))
    )
    book.given(Retry()).follows()
    book.given(call(5)).follows(Connect(2))


def test_a_secret_that_cannot_be_read_is_a_refused_login() -> None:
    book = Playbook()
    book.given(call(1)).given(Unconnected(1, "auth_failed", "~/k: no such file"))
    book.follows(told(1, Failed("auth_failed", "~/k: no such file")))
    assert book.session.state is State.REFUSED


def test_a_certificate_that_is_not_accepted_is_told_at_once_and_tried_by_the_next_call() -> None:
    book = Playbook()
    book.given(call(1)).given(Unconnected(1, "tls", "self-signed certificate"))
    book.follows(told(1, Failed("tls", "self-signed certificate")))
    book.after(60).given(call(2)).follows(Connect(2))


def test_a_login_that_hangs_is_given_up() -> None:
    book = Playbook()
    book.given(call(1), Connected(1, Free(Request("login", b"[]"))))
    book.after(30).due().follows(Close(1), Connect(2))
    assert book.session.why == "the login took longer than 30 s"


def test_an_idle_connection_is_closed_after_its_time() -> None:
    book = Playbook(idle=10).up()
    book.after(3).given(call(1), reply(1, 2, "1"))
    begun = book.now
    book.due().follows(Close(1))
    assert book.now - begun == 10
    assert book.session.state is State.CLOSED


def test_a_connection_in_use_is_not_idle() -> None:
    book = Playbook(idle=10).up()
    book.given(call(1)).after(15).given(Tick()).follows()
    book.given(reply(1, 2, "1")).follows(told(1, Result(b"1")))


def test_the_idle_time_begins_when_the_last_follower_leaves() -> None:
    book = Playbook(idle=4).up()
    book.given(Follow(1, "e")).after(15).given(Leave(1)).after(3).given(Tick()).follows()
    book.after(1).given(Tick()).follows(Close(1))


def test_idle_of_zero_keeps_a_connection() -> None:
    book = Playbook(idle=0).up()
    for _ in range(5000):
        book.due().given(Ponged(1, 1))
    assert book.session.state is State.UP


def test_a_ping_does_not_keep_a_connection_from_being_idle() -> None:
    book = Playbook(idle=10).up()
    book.after(9).given(Measure(1, 5.0), Ponged(1, 1)).follows(Ping(1, 1), told(1, Pong(0.0)))
    book.after(1).given(Tick()).follows(Close(1))


def test_a_ping_is_measured_from_when_it_could_be_sent() -> None:
    book = Playbook()
    book.given(Measure(1, 5.0)).follows(Connect(1))
    book.after(2).given(Connected(1, FREE)).follows(Ping(1, 1))
    book.after(0.5).given(Ponged(1, 1)).follows(told(1, Pong(0.5)))


def test_a_ping_that_is_not_answered_in_time_is_told() -> None:
    book = Playbook().up()
    book.given(Measure(1, 5.0)).due()
    book.follows(told(1, Failed("link_down", "the server did not answer in time")))


def test_a_half_open_connection_is_found_by_ping() -> None:
    book = Playbook().up()
    book.due().follows(Ping(1, 1))
    book.due().follows(Close(1))
    assert book.session.why == "the server does not answer pings"


def test_a_pong_and_any_frame_say_that_the_server_lives() -> None:
    book = Playbook().up()
    book.due().given(Ponged(1, 1))
    book.due().follows(Ping(1, 2))
    book.given(call(1), reply(1, 2, "1"))
    book.due().follows(Ping(1, 3))


def test_a_large_frame_that_is_still_coming_says_so_too() -> None:
    book = Playbook().up()
    book.due().given(Heard(1)).follows()
    book.due().follows(Ping(1, 2))
    assert book.session.awaits_pong


def test_a_jump_of_the_clock_asks_at_once_and_waits_less() -> None:
    book = Playbook().up()
    book.given(Jumped()).follows(Ping(1, 1))
    begun = book.now
    book.due().follows(Close(1))
    assert book.now - begun == 3


def test_after_a_jump_a_call_waits_until_the_server_has_answered() -> None:
    book = Playbook().up()
    book.given(Jumped(), call(1)).follows(Ping(1, 1))
    book.given(Ponged(1, 1)).follows(sent(1, 2, "echo"))


def test_a_call_after_a_jump_is_sent_on_the_next_connection_if_the_last_is_dead() -> None:
    book = Playbook().up()
    book.given(Jumped(), call(1)).due().follows(Close(1), Connect(2))
    book.given(Connected(2, FREE)).follows(sent(2, 2, "echo"))


def test_a_warm_link_is_reconnected_in_the_background_unless_that_is_held() -> None:
    book = Playbook().up()
    book.given(Hold(is_held=True), Lost(1, "reset")).due().follows()
    book.given(Hold(is_held=False)).follows(Connect(2))


def test_a_call_is_not_held() -> None:
    book = Playbook().up()
    book.given(Hold(is_held=True), Lost(1, "reset")).due()
    book.given(call(1)).follows(Connect(2))


def test_a_link_whose_idle_time_is_over_is_not_reconnected() -> None:
    book = Playbook(idle=10).up()
    book.given(Lost(1, "reset"))
    book.after(10).due().follows()
    assert book.session.state is State.CLOSED


def test_a_link_that_was_closed_is_opened_by_the_next_call_alone() -> None:
    book = Playbook().up()
    book.given(Shut("closed")).follows(Close(1))
    book.after(5).given(Tick()).follows()
    book.given(call(1)).follows(Connect(2))


def test_a_wake_up_that_comes_late_tells_a_caller_once_what_came_first() -> None:
    book = Playbook().up()
    book.given(call(1, timeout=35.0)).due().follows(Ping(1, 1))
    why = GONE.replace("reset", "the server does not answer pings")
    book.after(60).given(Tick())
    book.follows(Close(1), told(1, Failed("link_lost", why, is_unknown=True)))
