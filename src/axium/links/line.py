"""What the parts of a session have in common: requests of their own, timers, whom to tell."""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from axium.links.deadlines import Deadlines
from axium.links.dialogue import Body, Key, Output, Request
from axium.links.messages import Answer

Then = Callable[[Answer], None]
"""What is done with the answer to a request; not called where the connection is lost before."""

Timer = tuple[str, Hashable]
"""What a deadline is of, and of which one."""


class Line(NamedTuple):
    """Given by the session to its parts: `ask(request, then)`, `tell(key, body, is_last)`.

    `used` is called where something has ended that the connection was needed for.
    """

    ask: Callable[[Request, Then], None]
    tell: Callable[[Key, Body, bool], None]
    put: Callable[[Output], None]
    used: Callable[[], None]
    timers: Deadlines[Timer]
    now: Callable[[], float]
