"""What plugins ask to have run: a program, a pane."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from axium.model.jobs import Mode

Split = Literal["vertical", "horizontal"]


class Asked(NamedTuple):
    """What is to run: a string, or an argv; where; for how long."""

    command: str | Sequence[str]
    cwd: str | None
    variables: Mapping[str, str]
    mode: Mode | None
    limit: float | None
    environment: str | None
    pane: str | None
    server: str | None


class Opening(NamedTuple):
    """A pane that is to be opened beside `target`, or beside the one that tmux shows."""

    command: str | Sequence[str]
    height: int
    split: Split
    target: str | None
    server: str | None
    cwd: str | None
    variables: Mapping[str, str]
