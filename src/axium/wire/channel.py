"""What travels on a plugin's channel beside requests of the wire: the daemon's calls, answers.

Lines of JSON both ways. The host's lines are requests with an `id`, or an `Answer`;
the daemon's are replies with that `id`, or a `Call`. Each host has at most one call under way.
"""

from typing import Any

import msgspec


class Register(msgspec.Struct, tag_field="do", tag="register", frozen=True):
    """Load the plugin and run its `register`; the answer is a `report`.

    `variables` are all that its process is to have, each `NAME=VALUE`, whatever bytes are in it;
    None: those that it has.
    """

    call: int
    variables: list[bytes] | None = None


class Deliver(msgspec.Struct, tag_field="do", tag="event", frozen=True):
    """Run the listeners of an event, in the order of their registration.

    `args` are given by position, `kwargs` by name to those that take them. `origin`
    is the plugin that emitted the event; None for the daemon's own.
    """

    call: int
    event: str
    args: list[Any]
    kwargs: dict[str, Any]
    origin: str | None = None


class Place(msgspec.Struct, frozen=True):
    """What a segment is rendered for: an environment, and a pane where one is meant."""

    env: str | None
    pane_id: str | None


class Render(msgspec.Struct, tag_field="do", tag="render", frozen=True):
    """Render these segments for each place; `is_update` lets cached ones compute anew."""

    call: int
    segments: list[str]
    places: list[Place]
    is_update: bool = False


Call = Register | Deliver | Render


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment that a plugin registered.

    `refresh` is in seconds, None for events alone. `is_verbatim`: the text of a
    provider, shown as it was returned.
    """

    name: str
    priority: int = 100
    cached: bool = False
    refresh: float | None = None
    is_verbatim: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What `register` asked for. `commands` are records of the catalogue; `events` exact names."""

    commands: list[str] = []
    events: list[str] = []
    segments: list[Segment] = []

    @property
    def stays(self) -> bool:
        """Whether the host is needed any longer."""
        return bool(self.events or self.segments)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Code of the plugin raised: `what` names the listener or segment, `trace` is the traceback.

    `error` is `FILE:LINE: TYPE: TEXT`.
    """

    what: str
    error: str
    trace: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the call of this number.

    `report` to `register` (none where it failed: then `faults` says why); `values` to
    `render`, a list for each place, None for a segment that hides.
    """

    answer: int
    report: Report | None = None
    values: list[list[str | None]] = []
    faults: list[Fault] = []
