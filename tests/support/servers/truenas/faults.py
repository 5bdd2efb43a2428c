"""What a test has go wrong, and where."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Fault(NamedTuple):
    """`drop`: break off when the request comes. `drop after`: once it is answered. `drop within`:
    in the middle of the answer. `close`: as the protocol has it, in place of an answer. `silence`:
    no answer. `late`: an answer after so many seconds. `slow`: the answer takes so long to be sent.
    `twice`: two answers. `anonymous`: an error without an id. `garbage`: a frame that is no JSON
    before the answer. `binary`: the answer in a binary frame. `huge`: 17 MB instead of an answer.
    """

    kind: str
    secs: float


class Faults:
    """Those that are still to come, by what they happen to."""

    def __init__(self) -> None:
        self._due: dict[str, deque[Fault]] = {}

    def add(self, fault: Fault, *, on: str, times: int) -> None:
        """The next so many of these get it."""
        self._due.setdefault(on, deque()).extend([fault] * times)

    def next(self, on: str) -> Fault | None:
        """What happens to this one."""
        due = self._due.get(on)
        return due.popleft() if due else None
