"""Round trips that callers want to know of: a ping each, over the connection that is there."""

from collections.abc import Callable

from axium.links.dialogue import Code, Failed, Key, Measure, Pong
from axium.links.line import Line


class Measures:
    """Those who wait for a pong. `ping` sends one and gives its token."""

    def __init__(self, line: Line, ping: Callable[[], int]) -> None:
        self._line = line
        self._ping = ping
        self._since: dict[Key, float] = {}
        self._tokens: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._since)

    def begin(self, given: Measure, *, is_up: bool) -> None:
        """One more."""
        now = self._line.now()
        self._since[given.key] = now
        self._line.timers.set(("measure", given.key), now + given.timeout)
        if is_up:
            self._tokens[given.key] = self._ping()

    def up(self) -> None:
        """The connection serves: what counts is the time from now on."""
        for key in self._since:
            self._since[key] = self._line.now()
            self._tokens[key] = self._ping()

    def ponged(self, token: int) -> None:
        """The ping of this token came back."""
        for key in [key for key, sent in self._tokens.items() if sent == token]:
            since = self._since[key]
            self.leave(key)
            self._line.tell(key, Pong(self._line.now() - since), True)

    def leave(self, key: Key) -> bool:
        """One less; False where it was none."""
        self._tokens.pop(key, None)
        self._line.timers.drop(("measure", key))
        return self._since.pop(key, None) is not None

    def fail(self, code: Code, why: str) -> None:
        """No pong will come."""
        for key in list(self._since):
            self.late(key, code, why)

    def late(self, key: Key, code: Code, why: str) -> None:
        """It did not come in time."""
        if self.leave(key):
            self._line.tell(key, Failed(code, why), True)
