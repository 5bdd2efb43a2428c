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
    "unknown_link",
]


LONGEST = 2000
"""Characters of a sentence: one that repeats what was asked for could have as many as a request."""


class Refusal(Exception):
    """A request that is answered with `ok: false`.

    `code` is API; `sentence` is for people; `hint` says what to do; `fields` go
    into the reply as they are (`conflict: true`, for one).
    """

    def __init__(
        self, code: Code, sentence: str, *, hint: str | None = None, **fields: Any
    ) -> None:
        super().__init__(_bounded(sentence))
        self.code: Code = code
        self.sentence = _bounded(sentence)
        self.hint = hint and _bounded(hint)
        self.fields = fields


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
