"""One line of the log for each decision, whatever a caller puts into it."""

from __future__ import annotations

import pytest

from axium.model.decisions import logged, security_line


@pytest.mark.parametrize(
    ("action", "detail", "expected"),
    [
        ("exec", "git pull", ("exec", "git pull")),
        ("notify", None, ("notify", None)),
        ("net", "example.org:443", ("net", "example.org:443")),
        ("fs_read", "/a b", ("fs_read:/a b", None)),
        ("fs_write", "/a", ("fs_write:/a", None)),
        ("tmux_split_run", "top", ("ipc:tmux_split_run", "top")),
        ("call:hub", None, ("ipc:call:hub", None)),
    ],
)
def test_an_action_is_logged_with_its_kind(
    action: str, detail: str | None, expected: tuple[str, str | None]
) -> None:
    assert logged(action, detail) == expected


@pytest.mark.parametrize(
    ("action", "detail", "expected"),
    [
        ("exec", None, "action=exec allowed=true detail=None"),
        ("exec", "git pull", "action=exec allowed=true detail=git pull"),
        (
            "fs_read:/a allowed=true detail=x",
            None,
            r"action=fs_read:/a\x20allowed=true\x20detail=x allowed=true detail=None",
        ),
        (
            "exec",
            "x\n[SECURITY] spoke=y\x1b[2K\u2028\\n",
            r"action=exec allowed=true detail=x\n[SECURITY] spoke=y\x1b[2K\u2028\\n",
        ),
        ("fs_read:/\udcff\u00a0", None, r"action=fs_read:/\udcff\xa0 allowed=true detail=None"),
        ("exec", "x" * 501, f"action=exec allowed=true detail={'x' * 499}…"),
    ],
)
def test_a_line_is_one_line_and_tells_its_words_apart(
    action: str, detail: str | None, expected: str
) -> None:
    line = security_line("creds", action, allowed=True, detail=detail, via_override=False)
    assert line == f"[SECURITY] spoke=creds {expected} via_override=false"
