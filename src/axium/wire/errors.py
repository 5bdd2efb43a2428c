"""Refusals: what a request is answered with when it can't be carried out."""

from typing import Any, Literal

Code = Literal[
    "bad_request",
    "invalid",
    "unknown_command",
    "not_found",
    "unknown_env",
    "denied",
    "conflict",
    "timeout",
    "too_large",
    "busy",
    "not_loaded",
    "unavailable",
    "failed",
    "paused",
]


class Refusal(Exception):
    """A request that is answered with `ok: false`.

    `code` is API; `sentence` is for people; `hint` says what to do; `fields` go
    into the reply as they are (`conflict: true`, for one).
    """

    def __init__(
        self, code: Code, sentence: str, *, hint: str | None = None, **fields: Any
    ) -> None:
        super().__init__(sentence)
        self.code: Code = code
        self.sentence = sentence
        self.hint = hint
        self.fields = fields
