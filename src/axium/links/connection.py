"""Whether there is a connection: tried, logged in, kept alive, lost, given up when idle."""

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, Protocol

import msgspec

from axium.links import dialogue as d
from axium.links.line import Line
from axium.links.messages import Answer
from axium.links.pace import Pace
from axium.links.profiles import Profile

LOGIN_SECS = 30.0
"""How long a login may take, computations included."""

PING_SECS, PONG_SECS, WAKING_SECS = 20.0, 10.0, 3.0
"""How often a connection is tried, how long the answer may take, and after the machine slept."""

ONCE = ""
"""Of timers of which there is one."""


class State(Enum):
    """How the connection is."""

    CLOSED = "closed"
    PAUSING = "pausing"
    CONNECTING = "connecting"
    LOGGING_IN = "logging in"
    UP = "up"
    REFUSED = "refused"


class Figures(msgspec.Struct):
    """What is counted; `saved_secs` is the time that reused calls were spared."""

    calls: int = 0
    connects: int = 0
    failures: int = 0
    losses: int = 0
    logins: int = 0
    reused: int = 0
    saved_secs: float = 0.0
    strays: int = 0
    setup_secs: float = 0.0


class Owner(Protocol):
    """What has the connection."""

    def is_asked(self) -> bool:
        """Whether somebody waits for it now."""

    def is_used(self) -> bool:
        """Whether it is to be there, though nobody may be waiting."""

    def up(self, answers: list[Answer]) -> None:
        """It serves; with the answers to the greeting."""

    def down(self, why: str) -> None:
        """What is in flight on it is lost."""

    def hopeless(self, code: d.Code, why: str) -> None:
        """Whoever waits for it waits in vain."""


class Connection:
    """The connection of one link. `chance` gives numbers between -1 and 1."""

    def __init__(
        self,
        profile: Profile,
        owner: Owner,
        line: Line,
        *,
        idle: float,
        chance: Callable[[], float],
    ) -> None:
        self._greetings = profile.greeting
        self._owner = owner
        self._line = line
        self._idle = idle or float("inf")
        self._pace = Pace(chance)
        self._steps: d.Steps | None = None
        self._greeted: list[Answer | None] = []
        self._tried_at = self._retry_at = 0.0
        self._warm_until = float("-inf")
        self._may_try = self._is_held = False
        self._pings = 0
        self.login: d.Login | None = None
        self.number = 0
        self.up_at = 0.0
        self.state = State.CLOSED
        self.why = ""
        self.is_doubtful = False
        self.figures = Figures()

    @property
    def is_open(self) -> bool:
        """Whether frames may come on it."""
        return self.state in (State.LOGGING_IN, State.UP)

    @property
    def awaits_pong(self) -> bool:
        """Whether it is given up unless something comes."""
        return ("pong", ONCE) in self._line.timers

    def used(self) -> None:
        """A request has ended: the idle time begins anew."""
        self._warm_until = self._line.now() + self._idle

    def hasten(self) -> None:
        """Somebody waits from now on: a pause may be ended early."""
        if self.state is State.PAUSING and not self._may_try:
            self._plan(self._pace.hastened(self._line.now(), self._retry_at))

    def hold(self, *, is_held: bool) -> None:
        """Try nothing in the background from now on, or go on."""
        self._is_held = is_held

    def forgive(self) -> None:
        """What was refused may be tried again."""
        if self.state is State.REFUSED:
            self.state, self.why = State.CLOSED, ""
            self._retry_at = float("-inf")

    def shut(self) -> None:
        """Close it; the next request opens it again."""
        if self.is_open or self.state is State.CONNECTING:
            self._line.put(d.Close(self.number))
        self._forget()
        self._warm_until = self._retry_at = float("-inf")
        self.state, self.why = State.CLOSED, ""

    def seek(self) -> None:
        """Open it where it is wanted, and may be tried."""
        if self.state is State.CLOSED and self._is_wanted():
            self.state = State.PAUSING
            self._plan(self._pace.soonest(self._line.now(), self._retry_at))
        if self.state is not State.PAUSING:
            return
        if not self._is_wanted():
            self.state = State.CLOSED
            self._line.timers.drop(("retry", ONCE))
        elif self._may_try and (self._owner.is_asked() or not self._is_held):
            self._try()

    def rest(self) -> None:
        """Close it where nobody has used it for long enough."""
        timers = self._line.timers
        if self.state is not State.UP or self._owner.is_used():
            timers.drop(("idle", ONCE))
        elif self._line.now() >= self._warm_until:
            self.shut()
            self._owner.down("it was idle")
        elif self._warm_until < float("inf"):
            timers.set(("idle", ONCE), self._warm_until)

    def ping(self) -> int:
        """Send a ping; its token. A later one has a larger one."""
        self._pings += 1
        self._line.put(d.Ping(self.number, self._pings))
        return self._pings

    def heard(self) -> None:
        """Something came: the other side lives."""
        self.is_doubtful = False
        self._line.timers.drop(("pong", ONCE))

    # What a transport reports.

    def connected(self, given: d.Connected) -> None:
        """See `dialogue`."""
        if given.number != self.number or self.state is not State.CONNECTING:
            return
        self.state = State.LOGGING_IN
        self.login = given.login
        self._steps = given.login.steps()
        if given.login.is_login:
            self.figures.logins += 1
            self._pace.logs_in(self._line.now())
        self._line.timers.set(("login", ONCE), self._line.now() + LOGIN_SECS)
        self._advance(None)

    def unconnected(self, given: d.Unconnected) -> None:
        """See `dialogue`."""
        if given.number != self.number or self.state is not State.CONNECTING:
            return
        if given.kind == "auth_failed":
            self._refuse(given.why)
            return
        self._fail(given.why)
        if given.kind == "tls":
            self._warm_until = float("-inf")
            self._owner.hopeless("tls", given.why)

    def lost(self, given: d.Lost) -> None:
        """See `dialogue`."""
        if given.number == self.number and self.is_open:
            self._lose(given.why)

    def computed(self, given: d.Computed) -> None:
        """See `dialogue`."""
        if given.number == self.number and self.state is State.LOGGING_IN:
            self._advance(given.value)

    def jumped(self, _given: d.Jumped) -> None:
        """See `dialogue`: nothing is sent before it is known whether the other side is there."""
        if self.state is State.UP:
            self.is_doubtful = True
            self.ping()
            self._line.timers.set(("pong", ONCE), self._line.now() + WAKING_SECS)
        self.hasten()

    # What is due.

    def retry_due(self, _which: Any) -> None:
        """The pause is over."""
        self._may_try = True

    def ping_due(self, _which: Any) -> None:
        """See whether the other side is still there."""
        self.ping()
        now, timers = self._line.now(), self._line.timers
        timers.set(("ping", ONCE), now + PING_SECS)
        timers.set(("pong", ONCE), now + PONG_SECS)

    def pong_late(self, _which: Any) -> None:
        """It is not."""
        self._line.put(d.Close(self.number))
        self._lose("the server does not answer pings")

    def login_late(self, _which: Any) -> None:
        """The login hangs."""
        self._line.put(d.Close(self.number))
        self._lose(f"the login took longer than {LOGIN_SECS:g} s")

    def _is_wanted(self) -> bool:
        return self._owner.is_used() or self._line.now() < self._warm_until

    def _plan(self, when: float) -> None:
        self._retry_at = when
        self._may_try = when <= self._line.now()
        if self._may_try:
            self._line.timers.drop(("retry", ONCE))
        else:
            self._line.timers.set(("retry", ONCE), when)

    def _try(self) -> None:
        self.state = State.CONNECTING
        self._may_try = False
        self.number += 1
        self._tried_at = self._line.now()
        self._pace.tries(self._tried_at)
        self._line.put(d.Connect(self.number))

    def _advance(self, value: Any) -> None:
        """The next step of the login."""
        assert self._steps is not None
        try:
            step = self._steps.send(value)
        except StopIteration:
            self._greet()
        except d.Refused as refused:
            self._line.put(d.Close(self.number))
            self._refuse(str(refused))
        else:
            if isinstance(step, d.Request):
                self._line.ask(step, self._advance)
            else:
                self._line.put(d.Work(self.number, step.work))

    def _greet(self) -> None:
        self._greeted = [None] * len(self._greetings)
        for place, each in enumerate(self._greetings):
            self._line.ask(each, partial(self._answered, place))
        if not self._greetings:
            self._serve([])

    def _answered(self, place: int, answer: Answer) -> None:
        """A server that does not know a greeting is an older one, and served all the same."""
        self._greeted[place] = answer
        answers = [each for each in self._greeted if each is not None]
        if len(answers) == len(self._greeted):
            self._serve(answers)

    def _serve(self, answers: list[Answer]) -> None:
        now, timers = self._line.now(), self._line.timers
        self.state, self.why, self.up_at = State.UP, "", now
        self._pace.is_up(now)
        self.figures.connects += 1
        self.figures.setup_secs = now - self._tried_at
        self._warm_until = max(self._warm_until, now + self._idle)
        timers.drop(("login", ONCE))
        timers.set(("ping", ONCE), now + PING_SECS)
        self._owner.up(answers)

    def _lose(self, why: str) -> None:
        """It was open, and is gone."""
        if self.state is not State.UP:
            self._fail(why)
            return
        self.figures.losses += 1
        self._fall(why, self._pace.after_loss(self._line.now()))

    def _fail(self, why: str) -> None:
        self.figures.failures += 1
        self._fall(why, self._pace.after_failure(self._line.now()))

    def _fall(self, why: str, retry_at: float) -> None:
        self._forget()
        self.state, self.why = State.PAUSING, why
        self._plan(retry_at)
        self._owner.down(why)

    def _refuse(self, why: str) -> None:
        self.figures.failures += 1
        self._forget()
        self.state, self.why = State.REFUSED, why
        self._warm_until = float("-inf")
        self._owner.down(why)
        self._owner.hopeless("auth_failed", why)

    def _forget(self) -> None:
        self._steps = self.login = None
        self._may_try = self.is_doubtful = False
        for kind in ("login", "ping", "pong", "idle", "retry"):
            self._line.timers.drop((kind, ONCE))
