"""What a look at one thing found."""

from collections.abc import Callable
from typing import Literal, NamedTuple

State = Literal["good", "note", "warning", "fault"]


class Finding(NamedTuple):
    """`area` is what was looked at, `fix` the line that says what to do.

    A `fault` is what axium, or a command, fails by; a `warning` what its user may not
    expect; a `note` what could not be looked at. `repair` mends it without a risk to anything
    that is the user's; OSError where it can't. An alarm is shown in red, whatever its state.
    """

    area: str
    state: State
    text: str
    fix: str = ""
    repair: Callable[[], object] | None = None
    is_alarm: bool = False
