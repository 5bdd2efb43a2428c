"""Jobs as they are told of: programs that run, or ran, for plugins and for the user."""

from typing import Annotated, Literal

import msgspec

TAIL_BYTES = 64 * 1024
"""Of the output, that is kept to be shown."""

Mode = Literal["background", "wait"]
Reason = Literal["timeout", "stopped"]
Status = Literal["running", "ended"]


class Row(msgspec.Struct, kw_only=True):
    """A job as it is told.

    It runs until its program has ended and nothing that this left running holds its output.
    """

    job: int
    spoke: Annotated[str, msgspec.Meta(description="for whom; `user` for the user")]
    argv: list[str]
    cwd: str
    env: Annotated[str | None, msgspec.Meta(description="the environment that it runs in")]
    mode: Mode
    pid: int
    status: Status
    returncode: Annotated[int | None, msgspec.Meta(description="negative for a signal")]
    reason: Annotated[Reason | None, msgspec.Meta(description="why it was ended, if it was")]
    started: Annotated[str, msgspec.Meta(description="ISO 8601 UTC")]
    started_at: Annotated[float, msgspec.Meta(description="epoch seconds")]
    ended: str | None
    ended_at: float | None
    output_bytes: Annotated[int, msgspec.Meta(description="how much it has written")]
