"""How the log tells what was allowed to whom, in one line that nobody can forge."""

import re

MOST_LETTERS = 500
"""Of what a caller may put into a line."""

# Not compiled here: hardly any line needs them.
_BREAKS = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\]"
_PARTS = r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\\]"


def security_line(
    spoke: str, action: str, *, allowed: bool, detail: str | None, via_override: bool
) -> str:
    """`[SECURITY] spoke=N action=A allowed=true|false detail=D via_override=true|false`.

    No word before the detail has a blank in it, and the last word is after it.
    """
    said = "None" if detail is None else _escaped(_BREAKS, detail)
    return (
        f"[SECURITY] spoke={_escaped(_PARTS, spoke)} action={_escaped(_PARTS, action)}"
        f" allowed={_word(allowed)} detail={said} via_override={_word(via_override)}"
    )


def logged(action: str, detail: str | None) -> tuple[str, str | None]:
    """An action and its detail as the log has them: `fs_read:PATH`, `ipc:NAME`."""
    if action in ("exec", "net", "notify"):
        return action, detail
    if action in ("fs_read", "fs_write"):
        return f"{action}:{detail}", None
    return f"ipc:{action}", detail


def _word(yes: object) -> str:
    return "true" if yes else "false"


def _escaped(letters: str, text: str) -> str:
    cut = text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
    if cut.isalnum():  # most names
        return cut
    return re.sub(letters, lambda found: ascii(found[0])[1:-1].replace(" ", r"\x20"), cut)
