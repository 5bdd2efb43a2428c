"""What a page shows is read as it is meant, and what is not shown is not taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.page import Block, Step, blocks, fits, steps


def test_a_console_block_is_commands_each_with_all_that_it_prints() -> None:
    text = "$ true\n$ for x in 1; do\n> echo $x\n> done\n1\n\n2\n"
    assert steps(text) == [Step("true", ""), Step("for x in 1; do\necho $x\ndone", "1\n\n2\n")]


def test_a_step_is_shown_as_it_was_written() -> None:
    text = "$ true\n$ cat <<E\n> a\n> E\na\n"
    assert "".join(step.shown() for step in steps(text)) == text


def test_a_fence_says_what_its_block_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n```console %1\n$ true\n```\n```sh\nx\n```\n")
    assert blocks(page) == [Block("console", "%1", "$ true\n"), Block("sh", "", "x\n")]


def test_a_fence_that_says_nothing_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```\n$ never typed\n```\n")
    with pytest.raises(AssertionError, match=r"page\.md has a fence without a kind"):
        blocks(page)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("", ""),
        ("a [b] *\n", "a [b] *\n"),
        ("pid ... of it\n", "pid 77 of it\n"),
        ("first\n...\n", "first\n1\n2\n"),
        ("env:dev  uptime:2h15m  x\n", "env:dev  uptime:0m  x\n"),
        ("2026-03-14T09:26:53Z  done\n", "2031-01-01T00:00:00Z  done\n"),
    ],
)
def test_only_what_differs_each_time_may_differ(expected: str, printed: str) -> None:
    assert fits(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("", "something\n"),
        ("something\n", ""),
        ("a.b\n", "axb\n"),
        ("one ...\n", "one\ntwo\n"),
        ("uptime:2h15m\n", "uptime:\n"),
    ],
)
def test_anything_else_is_told(expected: str, printed: str) -> None:
    assert not fits(expected, printed)
