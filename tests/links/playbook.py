"""A language for dialogues with a session: what is given, and all that has to follow from it.

    book = Playbook(PLAIN)
    book.given(call(1, "echo")).follows(Connect(1))
    book.given(Connected(1, FREE)).follows(sent(1, 1, "echo"))
    book.after(5).given(reply(1, 1, "42")).follows(told(1, Result(b"42")))

Time passes by `after` alone. What is due at a time is given by `due`.
"""

from __future__ import annotations

from axium.links.dialogue import (
    Body,
    Call,
    Connected,
    Failed,
    Input,
    Output,
    Received,
    Request,
    Send,
    Steps,
    Tell,
    Tick,
)
from axium.links.messages import request
from axium.links.profiles import PLAIN, Profile
from axium.links.session import Session


class Free:
    """A login that is none; or one with these steps."""

    def __init__(self, *steps: Request, is_login: bool = False) -> None:
        self._steps = steps
        self.is_login = is_login

    def steps(self) -> Steps:
        """See `Login`."""
        for step in self._steps:
            _answer = yield step

    def dressed(self, method: str, params: bytes) -> bytes:
        """See `Login`."""
        return params

    def hidden(self, text: str) -> str:
        """See `Login`."""
        return text

    def cleaned(self, error: bytes) -> bytes:
        """See `Login`."""
        return error


FREE = Free()


class Playbook:
    """One session and its time, which begins at 1,000 seconds."""

    def __init__(
        self, profile: Profile = PLAIN, *, idle: float = 600.0, chance: float = 0.0
    ) -> None:
        self.session = Session(profile, idle=idle, chance=lambda: chance)
        self.now = 1_000.0
        self._followed: list[Output] = []

    def given(self, *inputs: Input) -> Playbook:
        """Give these, one after another."""
        self._followed = []
        for each in inputs:
            self._followed += self.session.take(each, self.now)
        return self

    def follows(self, *expected: Output) -> Playbook:
        """All that followed, in its order."""
        assert self._followed == list(expected)
        return self

    @property
    def outputs(self) -> list[Output]:
        """What followed from what was given last."""
        return self._followed

    def frame(self) -> bytes:
        """The one frame that was sent, where nothing else followed."""
        (output,) = self._followed
        assert isinstance(output, Send)
        return output.data

    def failure(self) -> Failed:
        """How a caller's request failed, which is the last thing that followed."""
        output = self._followed[-1]
        assert isinstance(output, Tell)
        assert isinstance(output.body, Failed)
        return output.body

    def after(self, secs: float) -> Playbook:
        """Time passes; what is due is not seen to yet."""
        self.now += secs
        return self

    def due(self) -> Playbook:
        """Let the time come at which the session wants to be woken."""
        assert self.session.wake_at is not None, "it waits for no time"
        self.now = max(self.now, self.session.wake_at)
        return self.given(Tick())

    def up(self, login: Free = FREE) -> Playbook:
        """A connection without steps or greeting that serves, opened for a call that was left."""
        self.session.take(Call(0, "open", b"[]"), self.now)
        number = self.session.take(Tick(), self.now)
        assert number == []
        self.given(Connected(1, login), reply(1, 1, "null"))
        return self


def call(
    key: int,
    method: str = "echo",
    params: str = "[]",
    *,
    job: bool = False,
    timeout: float | None = None,
    again: bool = False,
) -> Call:
    """A call as a caller makes it."""
    return Call(key, method, params.encode(), job, timeout, again)


def sent(number: int, request_id: int, method: str, params: str = "[]") -> Send:
    """A request that is sent on the connection of this number."""
    return Send(number, request(request_id, method, params.encode()))


def reply(number: int, request_id: int, result: str) -> Received:
    """The server's result."""
    return Received(number, f'{{"jsonrpc":"2.0","id":{request_id},"result":{result}}}'.encode())


def error(number: int, request_id: str | int, body: str) -> Received:
    """The server's error."""
    return Received(number, f'{{"jsonrpc":"2.0","id":{request_id},"error":{body}}}'.encode())


def notification(number: int, method: str, params: str) -> Received:
    """A notification of the server's."""
    return Received(number, f'{{"jsonrpc":"2.0","method":"{method}","params":{params}}}'.encode())


def told(key: int, body: Body, *, last: bool = True) -> Tell:
    """What a caller is told; the last of it, unless it says otherwise."""
    return Tell(key, body, last)
