"""What goes into a session and what comes out of it, as types."""

from collections.abc import Callable, Generator
from typing import Any, Literal, NamedTuple, Protocol

Key = int
"""Who asked: whoever is told, is told by this number."""

Code = Literal[
    "invalid", "busy", "too_large", "link_down", "auth_failed", "tls", "link_lost", "timeout",
    "remote",
]  # fmt: skip


# What callers ask.


class Call(NamedTuple):
    """A request for the server. `timeout` in seconds, None for none."""

    key: Key
    method: str
    params: bytes
    is_job: bool = False
    timeout: float | None = None
    is_idempotent: bool = False


class Follow(NamedTuple):
    """A subscription; it lives until it is left, or the server ends it."""

    key: Key
    event: str


class Measure(NamedTuple):
    """A round trip to the server."""

    key: Key
    timeout: float


class Leave(NamedTuple):
    """Whoever asked for this waits no more."""

    key: Key


class Abort(NamedTuple):
    """The server is to end the job of this call."""

    key: Key


class Hold(NamedTuple):
    """Hold background reconnects, or go on."""

    is_held: bool


class Retry(NamedTuple):
    """What was refused may be tried again."""


class Shut(NamedTuple):
    """Close the connection; the next request opens it again. `why` is told to who waits."""

    why: str


# What a transport reports; `number` is of the connection.


class Request(NamedTuple):
    """A request of the session's own."""

    method: str
    params: bytes


class Compute(NamedTuple):
    """Something that takes so long that it is done on a thread."""

    work: Callable[[], Any]


Steps = Generator[Request | Compute, Any, None]
"""A login: it yields requests, for an `Answer` each, and computations, for their value."""


class Login(Protocol):
    """How one connection logs in, with the secret that was read for it."""

    @property
    def is_login(self) -> bool:
        """Whether it is one at all, and counts as one."""

    def steps(self) -> Steps:
        """The steps; `Refused` where the server, or what it says, is not accepted."""

    def dressed(self, method: str, params: bytes) -> bytes:
        """The parameters as this server takes them. ValueError where they can't be made so."""

    def hidden(self, text: str) -> str:
        """The text without the secret."""

    def cleaned(self, error: bytes) -> bytes:
        """The JSON without the secret in any of its strings."""


class Refused(Exception):
    """A login failed, and would fail again."""


class Connected(NamedTuple):
    """The connection is open."""

    number: int
    login: Login


class Unconnected(NamedTuple):
    """It could not be opened."""

    number: int
    kind: Literal["link_down", "tls", "auth_failed"]
    why: str


class Received(NamedTuple):
    """A frame."""

    number: int
    data: bytes


class Lost(NamedTuple):
    """The connection is gone."""

    number: int
    why: str


class Ponged(NamedTuple):
    """The ping of this token came back."""

    number: int
    token: int


class Heard(NamedTuple):
    """Bytes came that are no whole frame yet: a large one holds up the answer to a ping."""

    number: int


class Computed(NamedTuple):
    """A computation is done; `value` is what it gave."""

    number: int
    value: Any


class Jumped(NamedTuple):
    """The wall clock jumped: the machine may have slept."""


class Tick(NamedTuple):
    """Time has passed."""


Input = (
    Call | Follow | Measure | Leave | Abort | Hold | Retry | Shut | Connected | Unconnected
    | Received | Heard | Lost | Ponged | Computed | Jumped | Tick
)  # fmt: skip


# What a transport is to do.


class Connect(NamedTuple):
    """Open a connection; report `Connected` or `Unconnected`."""

    number: int


class Send(NamedTuple):
    """Send a frame."""

    number: int
    data: bytes


class Ping(NamedTuple):
    """Send a ping; report `Ponged`."""

    number: int
    token: int


class Work(NamedTuple):
    """Do this on a thread; report `Computed`."""

    number: int
    work: Callable[[], Any]


class Close(NamedTuple):
    """Close the connection, without a report."""

    number: int


# What callers are told.


class Result(NamedTuple):
    """The server's answer, as it came."""

    value: bytes


class Failed(NamedTuple):
    """No answer, or the server's error. `error` is the server's own object.

    `is_unknown`: it was sent, and what became of it is not known.
    """

    code: Code
    sentence: str
    error: bytes = b""
    is_unknown: bool = False
    job: str | None = None


class Progress(NamedTuple):
    """How far a job is; `job` is its id, as JSON."""

    percent: float | None
    description: str | None
    state: str | None
    job: str | None = None


class Event(NamedTuple):
    """An event that is followed."""

    event: str
    data: bytes


class Gap(NamedTuple):
    """Events of this name may have been missed."""

    event: str


class Pong(NamedTuple):
    """A ping came back after so many seconds."""

    secs: float


class Detached(NamedTuple):
    """Its caller left a call; `job` goes on, if it is one."""

    job: str | None


Body = Result | Failed | Progress | Event | Gap | Pong | Detached


class Tell(NamedTuple):
    """To one caller; the last one where `is_last`."""

    key: Key
    body: Body
    is_last: bool


Output = Connect | Send | Ping | Work | Close | Tell
