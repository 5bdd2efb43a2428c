"""Whatever a server and callers do, in whatever order: what a session promises all the same."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from axium.links.dialogue import (
    Call,
    Close,
    Connect,
    Connected,
    Event,
    Failed,
    Follow,
    Gap,
    Input,
    Leave,
    Lost,
    Output,
    Progress,
    Received,
    Result,
    Send,
    Shut,
    Tell,
    Tick,
    Unconnected,
)
from axium.links.messages import Frame, frame_of
from axium.links.profiles import TRUENAS
from axium.links.session import ORPHAN_SECS, Session
from tests.links.playbook import FREE, error, notification, reply

ROOM = 3
PROFILE = TRUENAS._replace(in_flight=ROOM, greeting=(), unasked=frozenset())
CHOICE = st.integers(0, 1_000)


class Upstream(RuleBasedStateMachine):
    """A session between callers and a server that are both up to anything."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(PROFILE, idle=50, chance=lambda: 0.0)
        self.now = 1_000.0
        self.keys = 0
        self.waiting: dict[int, Call] = {}
        self.followers: dict[int, str] = {}
        self.lost_since: set[int] = set()
        self.times_sent: dict[int, int] = {}
        self.told_at: dict[int, float] = {}
        self.connecting: int | None = None
        self.open: int | None = None
        self.unanswered: dict[int, Frame] = {}
        self.answered: list[int] = []
        self.ids: set[int] = set()

    # What may happen.

    @rule(again=st.booleans(), timeout=st.sampled_from([None, 1.0, 30.0]))
    def call(self, *, again: bool, timeout: float | None) -> None:
        """A caller asks; its key is its parameter, so that its result can be told from others."""
        self.keys += 1
        call = Call(self.keys, "echo", b"[%d]" % self.keys, False, timeout, again)
        self.waiting[self.keys] = call
        self.give(call)

    @rule()
    def follow(self) -> None:
        """A caller subscribes."""
        self.keys += 1
        self.followers[self.keys] = "e"
        self.give(Follow(self.keys, "e"))

    @rule(choice=CHOICE)
    def leave(self, choice: int) -> None:
        """A caller leaves, if there is one."""
        keys = [*self.waiting, *self.followers]
        if keys:
            self.give(Leave(keys[choice % len(keys)]))

    @rule(secs=st.sampled_from([0.0, 0.3, 1.0, 1.0, 10.0, 60.0]))
    def wait(self, secs: float) -> None:
        """Time passes."""
        self.now += secs
        self.give(Tick())

    @precondition(lambda self: self.session.wake_at is not None)
    @rule()
    def be_woken(self) -> None:
        """The time comes for which the session waits."""
        self.now = max(self.now, self.session.wake_at or 0.0)
        self.give(Tick())

    @precondition(lambda self: self.connecting is not None)
    @rule(is_open=st.integers(0, 7))
    def connect(self, is_open: int) -> None:
        """A connection is opened, or not."""
        number, self.connecting = self.connecting, None
        assert number is not None
        if not is_open:
            self.give(Unconnected(number, "link_down", "refused"))
            return
        self.open = number
        self.give(Connected(number, FREE))

    @precondition(lambda self: self.open is not None)
    @rule()
    def lose(self) -> None:
        """The connection is lost."""
        number, self.open = self.open, None
        assert number is not None
        self.unanswered.clear()
        self.lost_since |= set(self.followers)
        self.give(Lost(number, "reset"))

    @precondition(lambda self: self.open is not None and self.unanswered)
    @rule(choice=CHOICE, is_error=st.booleans())
    def answer(self, choice: int, *, is_error: bool) -> None:
        """Any request is answered, in any order."""
        request_id = list(self.unanswered)[choice % len(self.unanswered)]
        frame = self.unanswered.pop(request_id)
        self.answered.append(request_id)
        assert self.open is not None
        if is_error:
            self.give(error(self.open, request_id, '{"message":"no"}'))
        else:
            self.give(reply(self.open, request_id, bytes(frame.params).decode()))

    @precondition(lambda self: self.open is not None)
    @rule(choice=CHOICE)
    def repeat(self, choice: int) -> None:
        """An answer comes twice, late, or to nothing."""
        assert self.open is not None
        known = [*self.answered, 10_000_000]
        self.expect_nothing(reply(self.open, known[choice % len(known)], '"repeated"'))

    @precondition(lambda self: self.open is not None and len(self.unanswered) > 1)
    @rule()
    def refuse_without_id(self) -> None:
        """An error without an id, which may be of several."""
        assert self.open is not None
        self.expect_nothing(error(self.open, "null", '{"message":"no"}'))

    @precondition(lambda self: self.open is not None)
    @rule(junk=st.binary(max_size=20))
    def babble(self, junk: bytes) -> None:
        """Bytes come."""
        assert self.open is not None
        self.expect_nothing(Received(self.open, junk))

    @precondition(lambda self: self.open is not None)
    @rule()
    def notify(self) -> None:
        """An event comes."""
        assert self.open is not None
        params = '{"collection":"e","msg":"changed"}'
        self.give(notification(self.open, "collection_update", params))

    @rule(odds=st.integers(0, 19))
    def shut(self, odds: int) -> None:
        """The link is closed, now and then."""
        if odds:
            return
        self.give(Shut("closed"))
        assert not self.waiting
        assert not self.followers

    # What has to hold.

    @invariant()
    def the_server_has_no_more_than_it_takes(self) -> None:
        """Requests of callers; the session's own have a few places beside.

        One that nobody waits for any more is given up some time later.
        """
        calls = [frame for frame in self.unanswered.values() if bytes(frame.method) == b'"echo"']
        keys = [int(bytes(frame.params)[1:-1]) for frame in calls]
        given_up = self.now - ORPHAN_SECS
        assert sum(self.told_at.get(key, self.now) > given_up for key in keys) <= ROOM

    @invariant()
    def somebody_who_waits_is_not_forgotten(self) -> None:
        """There is a connection, one is being opened, or it is known when."""
        if self.waiting and self.open is None and self.connecting is None:
            assert self.session.wake_at is not None

    def teardown(self) -> None:
        """In the end everybody has been told."""
        self.shut(0)

    def expect_nothing(self, given: Input) -> None:
        """Nobody is told anything, and nothing is sent that would not be sent anyway."""
        before = self.session.take(Tick(), self.now)
        self.follow_up(before)
        outputs = self.session.take(given, self.now)
        assert outputs == [], outputs

    def give(self, given: Input) -> None:
        self.follow_up(self.session.take(given, self.now))

    def follow_up(self, outputs: list[Output]) -> None:
        for output in outputs:
            CHECKS.get(type(output), Upstream.nothing)(self, output)

    def nothing(self, output: Output) -> None:
        """Of no consequence here."""

    def connects(self, output: Connect) -> None:
        """One connection at a time."""
        assert self.open is None
        assert self.connecting is None
        self.connecting = output.number

    def closes(self, _output: Close) -> None:
        """The connection is closed by the session."""
        self.open = self.connecting = None
        self.unanswered.clear()
        self.lost_since |= set(self.followers)

    def sends(self, output: Send) -> None:
        """On the open connection, with an id of its own, and not too often."""
        assert output.number == self.open
        frame = frame_of(output.data)
        request_id = int(bytes(frame.id))
        assert request_id not in self.ids
        self.ids.add(request_id)
        self.unanswered[request_id] = frame
        if bytes(frame.method) == b'"echo"':
            key = int(bytes(frame.params)[1:-1])
            self.times_sent[key] = self.times_sent.get(key, 0) + 1
            assert self.times_sent[key] <= 1 + self.waiting[key].is_idempotent

    def tells(self, output: Tell) -> None:
        """Each is told the end once, and a result is the own one."""
        body = output.body
        if output.key in self.followers:
            self.tells_follower(output)
            return
        call = self.waiting.pop(output.key)
        self.told_at[output.key] = self.now
        assert output.is_last
        if isinstance(body, Result):
            assert body.value == call.params
        if isinstance(body, Failed) and body.code in ("busy", "link_down", "too_large"):
            is_retried = call.is_idempotent and self.times_sent.get(call.key)
            assert is_retried or call.key not in self.times_sent

    def tells_follower(self, output: Tell) -> None:
        """After a loss the first thing that is told is that there is a gap."""
        key, body = output.key, output.body
        if output.is_last:
            del self.followers[key]
            self.lost_since.discard(key)
        elif isinstance(body, Gap | Progress):
            self.lost_since.discard(key)
        else:
            assert isinstance(body, Event)
            assert key not in self.lost_since


CHECKS: dict[type, Any] = {
    Connect: Upstream.connects,
    Close: Upstream.closes,
    Send: Upstream.sends,
    Tell: Upstream.tells,
}

Upstream.TestCase.settings = settings(max_examples=200, stateful_step_count=80, deadline=None)
test_what_a_session_promises = Upstream.TestCase
