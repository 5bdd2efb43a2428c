"""One link's session: what is sent when, who is told what; without I/O, clock or asyncio."""

from collections.abc import Callable
from typing import Any

from axium.links import dialogue as d
from axium.links.calls import Calls, Flight, Waiting
from axium.links.connection import Connection, Figures, State
from axium.links.deadlines import Deadlines
from axium.links.feeds import Feeds
from axium.links.line import Line, Timer
from axium.links.measures import Measures
from axium.links.messages import (
    NULL,
    Answer,
    Frame,
    NoFrame,
    frame_of,
    one_line,
    request,
    said,
    whole,
)
from axium.links.profiles import Profile
from axium.links.running import Running

ORPHAN_SECS = 60.0
"""How long a request that nobody waits for keeps its place among those in flight."""

DIGITS = 19
"""Of the longest id."""

LONGEST_ID = 1_024
"""Bytes of the id of a server's request that is answered."""

_SILENT = "the server did not answer in time"
_NOT_FOUND = b'{"jsonrpc":"2.0","id":%b,"error":{"code":-32601,"message":"Method not found"}}'


class Session:
    """See `docs/architecture.md`, "Links". `chance` gives numbers between -1 and 1."""

    def __init__(self, profile: Profile, *, idle: float, chance: Callable[[], float]) -> None:
        self._profile = profile
        self._timers: Deadlines[Timer] = Deadlines()
        self._calls = Calls(profile.in_flight)
        line = Line(
            self._calls.ask, self._tell, self._put, self._used, self._timers, lambda: self._now
        )
        self._connection = Connection(profile, self, line, idle=idle, chance=chance)
        self._feeds = Feeds(profile, line)
        self._style = profile.jobs()
        self._running = Running(self._style, line)
        self._measures = Measures(line, self._connection.ping)
        self._out: list[d.Output] = []
        self._now = 0.0
        self._taken = self._what_is_taken()
        self._due = self._what_is_due()

    @property
    def wake_at(self) -> float | None:
        """When a `Tick` is due."""
        return self._timers.next

    @property
    def state(self) -> State:
        """How the connection is."""
        return self._connection.state

    @property
    def why(self) -> str:
        """Why there is none, as far as something went wrong."""
        return self._connection.why

    @property
    def awaits_pong(self) -> bool:
        """Whether it matters that bytes come."""
        return self._connection.awaits_pong

    @property
    def figures(self) -> Figures:
        """What is counted."""
        return self._connection.figures

    @property
    def load(self) -> tuple[int, int, int, int]:
        """How many requests are in flight and wait, how many jobs run, how many follow events."""
        calls = self._calls
        return len(calls.flights), len(calls.waiting), len(self._running), len(self._feeds)

    def take(self, given: d.Input, now: float) -> list[d.Output]:
        """What follows from this, in its order."""
        self._now, self._out = now, []
        self._taken[type(given)](given)
        for kind, which in self._timers.due(now):
            self._due[kind](which)
        self._pump()
        self._connection.seek()
        self._connection.rest()
        return self._out

    # See `Owner`.

    def is_asked(self) -> bool:
        """A pause of the daemon holds none of these."""
        waits = len(self._calls.waiting) + len(self._measures) + len(self._running)
        return waits > 0 or self._feeds.has_new

    def is_used(self) -> bool:
        """Pings do not count once it is there, nor do requests that nobody waits for."""
        return not self._calls.is_idle or self.is_asked() or len(self._feeds) > 0

    def up(self, answers: list[Answer]) -> None:
        """See `Owner`."""
        self._style.greeted(answers)
        self._feeds.up()
        self._running.resume()
        self._measures.up()

    def down(self, why: str) -> None:
        """See `Owner`: what may be sent again is; of the rest nothing is known."""
        self._feeds.lost()
        self._running.lost()
        lost = self._let_go()
        again = [each for each in lost if each.call.is_idempotent and not each.is_again]
        self._fail_lost([each for each in lost if each not in again], why)
        self._calls.again(again)
        if self.is_asked():
            self._connection.hasten()

    def hopeless(self, code: d.Code, why: str) -> None:
        """See `Owner`."""
        keys = list(self._calls.waiting)
        self._calls.waiting.clear()
        for key in keys:
            self._fail(key, code, why)
        self._measures.fail(code, why)
        self._feeds.fail(code, why)
        self._running.fail("link_lost", why)

    # What callers ask.

    def _call(self, call: d.Call) -> None:
        if self._is_refused(call.key):
            return
        around = len(request(0, call.method, b"")) + DIGITS
        if self._is_too_large(call.key, around + len(call.params)):
            return
        if not self._calls.has_room_for(call):
            waiting = len(self._calls.waiting)
            self._fail(call.key, "busy", f"not sent: {waiting} requests wait already")
            return
        self._calls.waiting[call.key] = Waiting(call, self._now)
        if call.timeout is not None:
            self._timers.set(("call", call.key), self._now + call.timeout)
        self._connection.hasten()

    def _is_too_large(self, key: d.Key, size: int) -> bool:
        """Whether so many bytes would cost the connection, which is told then."""
        most = self._profile.largest
        if size > most:
            self._fail(key, "too_large", f"not sent: the server takes {most} bytes at most")
        return size > most

    def _follow(self, given: d.Follow) -> None:
        if not self._is_refused(given.key):
            self._feeds.follow(given.key, given.event)
            self._connection.hasten()

    def _measure(self, given: d.Measure) -> None:
        if not self._is_refused(given.key):
            self._measures.begin(given, is_up=self.state is State.UP)
            self._connection.hasten()

    def _is_refused(self, key: d.Key) -> bool:
        """Whether nothing is tried before the user changes something, which is told then."""
        if self.state is not State.REFUSED:
            return False
        self._fail(key, "auth_failed", self.why)
        return True

    def _leave(self, given: d.Leave) -> None:
        key = given.key
        if self._feeds.leave(key):
            return
        job = self._running.leave(key)
        if job is not None or self._is_withdrawn(key):
            self._tell(key, d.Detached(job), True)

    def _is_withdrawn(self, key: d.Key) -> bool:
        """Whether this was a call, or a ping, that nobody waits for now."""
        if self._measures.leave(key) or self._calls.waiting.pop(key, None) is not None:
            return True
        if self._calls.in_flight(key) is None:
            return False
        self._orphan(key)
        return True

    def _abort(self, given: d.Abort) -> None:
        if self._running.abort(given.key):
            return
        flying = self._calls.in_flight(given.key)
        if flying is not None and flying[1].call.is_job:
            flying[1].is_aborted = True  # as soon as its job is known
            return
        self._leave(d.Leave(given.key))

    def _shut(self, given: d.Shut) -> None:
        self._connection.shut()
        self._feeds.lost()
        self._running.lost()
        self._fail_lost(self._let_go(), given.why)
        self.hopeless("link_down", given.why)

    # What a transport reports.

    def _received(self, given: d.Received) -> None:
        if given.number != self._connection.number or not self._connection.is_open:
            return
        self._connection.heard()
        try:
            line = one_line(given.data)
            frame = frame_of(line)
        except NoFrame:
            self.figures.strays += 1
            return
        if frame.is_reply:
            self._reply(frame)
        elif frame.name is not None:
            self._notice(frame, line)
        else:
            self.figures.strays += 1

    def _heard(self, given: d.Heard) -> None:
        if given.number == self._connection.number:
            self._connection.heard()

    def _ponged(self, given: d.Ponged) -> None:
        if given.number == self._connection.number:
            self._connection.heard()
            self._measures.ponged(given.token)

    # Requests and replies.

    def _pump(self) -> None:
        """Send what may be sent."""
        if self._connection.is_doubtful:
            return
        login = self._connection.login
        while login is not None and (own := self._calls.next_own()) is not None:
            number, (method, params) = own
            self._send(request(number, method, login.dressed(method, params)))
        while self.state is State.UP and login and (found := self._calls.next_call()) is not None:
            self._begin(login, *found)

    def _begin(self, login: d.Login, number: int, waiting: Waiting) -> None:
        call = waiting.call
        try:
            params = login.dressed(call.method, call.params)
        except ValueError as fault:
            self._calls.land(number)
            self._fail(call.key, "invalid", f"not sent: {fault}")
            return
        frame = request(number, call.method, params)
        if self._is_too_large(call.key, len(frame)):
            self._calls.land(number)
            return
        figures = self.figures
        figures.calls += 1
        if waiting.since > self._connection.up_at:
            figures.reused += 1
            figures.saved_secs += figures.setup_secs
        self._send(frame)

    def _send(self, frame: bytes) -> None:
        self._put(d.Send(self._connection.number, frame))

    def _reply(self, frame: Frame) -> None:
        if self._profile.answers_pings and bytes(frame.id) == NULL:
            return
        number, answer = self._number_of(frame), self._answer(frame)
        flight = None if number is None else self._calls.land(number)
        if flight is not None:
            self._timers.drop(("orphan", number))
            self._landed(flight, answer)
        elif number is None or not self._running.replied(number, answer):
            self.figures.strays += 1

    def _landed(self, flight: Flight, answer: Answer) -> None:
        if flight.then is not None:
            flight.then(answer)
        elif flight.waiting is None:
            self.figures.strays += 1
        else:
            self._finish(flight.waiting, answer)

    def _finish(self, waiting: Waiting, answer: Answer) -> None:
        call = waiting.call
        self._connection.used()
        if answer.error:
            self._tell(call.key, d.Failed("remote", said(answer.error), answer.error), True)
        elif call.is_job and self._running.named_by(call, answer):
            self._abort_if_asked(waiting)
        else:
            self._tell(call.key, d.Result(answer.result), True)

    def _number_of(self, frame: Frame) -> int | None:
        """Which request a reply is to; one without an id to the only one that it can be."""
        digits = bytes(frame.id)
        if digits == NULL:
            return self._calls.only() if frame.error else None
        return whole(digits)

    def _answer(self, frame: Frame) -> Answer:
        error = bytes(frame.error)
        if error and (error != NULL or not frame.result):
            assert self._connection.login is not None
            return Answer(error=self._connection.login.cleaned(error))
        return Answer(result=bytes(frame.result))

    def _notice(self, frame: Frame, line: bytes) -> None:
        if frame.id and len(bytes(frame.id)) <= LONGEST_ID:
            # A server that asks something of its client must not wait for an answer.
            self._send(_NOT_FOUND % bytes(frame.id))
        self._running.heard(frame, self._claim)
        noticed = self._profile.event_of(frame, line)
        if noticed is not None:
            self._feeds.notice(noticed)

    def _claim(self, request_id: str) -> d.Call | None:
        """See `Running`."""
        number = whole(request_id)
        flight = None if number is None else self._calls.flights.get(number)
        if number is None or flight is None or flight.waiting is None:
            return None
        if not flight.waiting.call.is_job:
            return None
        self._calls.land(number)
        self._abort_if_asked(flight.waiting)
        return flight.waiting.call

    def _abort_if_asked(self, waiting: Waiting) -> None:
        if waiting.is_aborted:
            self._timers.set(("abort", waiting.call.key), self._now)

    # What is due, and what is told to callers.

    def _call_late(self, key: d.Key) -> None:
        if self._calls.waiting.pop(key, None) is not None:
            if self.state is State.UP:
                self._fail(key, "busy", "not sent in time: other requests were under way")
            else:
                self._fail(key, "link_down", f"not sent in time: {self.why or 'no connection'}")
            return
        job = self._running.leave(key)
        if job is None:
            self._orphan(key)
        sentence = "the server did not answer in time; what was asked may still happen"
        self._tell(key, d.Failed("timeout", sentence, is_unknown=True, job=job), True)

    def _measure_late(self, key: d.Key) -> None:
        self._measures.late(key, "link_down", self.why or _SILENT)

    def _follow_late(self, key: d.Key) -> None:
        self._feeds.late(key, self.why or _SILENT)

    def _orphan(self, key: d.Key) -> None:
        number = self._calls.orphan(key)
        self._timers.set(("orphan", number), self._now + ORPHAN_SECS)
        self._connection.used()

    def _let_go(self) -> list[Waiting]:
        """The calls that were in flight; nothing is any more."""
        for number in self._calls.flights:
            self._timers.drop(("orphan", number))
        return self._calls.lose()

    def _fail_lost(self, lost: list[Waiting], why: str) -> None:
        sentence = f"the connection was lost before the answer came: {why}"
        for each in lost:
            self._tell(each.call.key, d.Failed("link_lost", sentence, is_unknown=True), True)

    def _fail(self, key: d.Key, code: d.Code, sentence: str) -> None:
        self._tell(key, d.Failed(code, sentence), True)

    def _tell(self, key: d.Key, body: d.Body, is_last: bool) -> None:  # noqa: FBT001 (see `Line`)
        if is_last:
            self._timers.drop(("call", key))
        self._out.append(d.Tell(key, body, is_last))

    def _used(self) -> None:
        self._connection.used()

    def _put(self, output: d.Output) -> None:
        self._out.append(output)

    def _what_is_taken(self) -> dict[type, Callable[[Any], None]]:
        """What is done with each kind of input."""
        connection = self._connection
        return {
            d.Call: self._call,
            d.Follow: self._follow,
            d.Measure: self._measure,
            d.Leave: self._leave,
            d.Abort: self._abort,
            d.Hold: lambda given: connection.hold(is_held=given.is_held),
            d.Retry: lambda _given: connection.forgive(),
            d.Shut: self._shut,
            d.Connected: connection.connected,
            d.Unconnected: connection.unconnected,
            d.Lost: connection.lost,
            d.Received: self._received,
            d.Heard: self._heard,
            d.Ponged: self._ponged,
            d.Computed: connection.computed,
            d.Jumped: connection.jumped,
            d.Tick: lambda _given: None,  # what is due is seen to after every input
        }

    def _what_is_due(self) -> dict[str, Callable[[Any], object]]:
        """What is done when each kind of deadline has come."""
        return {
            "retry": self._connection.retry_due,
            "login": self._connection.login_late,
            "ping": self._connection.ping_due,
            "pong": self._connection.pong_late,
            "idle": lambda _which: None,  # see `rest`
            "call": self._call_late,
            "measure": self._measure_late,
            "follow": self._follow_late,
            "orphan": self._calls.give_up,
            "abort": self._running.abort,
            "poll": self._running.poll,
            "reply": self._running.reply_is_late,
        }
