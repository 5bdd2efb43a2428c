"""What callers read: bodies of both dialects, and the lines that carry them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from axium.links.channel import FAILED, LAST, MORE, heard, line_of
from axium.links.dialogue import (
    Body,
    Detached,
    Event,
    Failed,
    Gap,
    Pong,
    Progress,
    Result,
)
from axium.links.telling import marked, written

REMOTE = b'{"code": -1, "message": "no", "data": {"trace": null, "extra": [["a", "b", 22]]}}'
ABORTED = Failed("remote", "the job was aborted", b'{"data":{"reason":"x"}}', job="42")


@pytest.mark.parametrize(
    ("body", "native"),
    [
        (Result(b'{"$date": 1}'), {"type": "result", "result": {"$date": 1}}),
        (
            Failed("remote", "no", REMOTE),
            {"type": "error", "error": "no", "code": "remote", "remote": json.loads(REMOTE)},
        ),
        (
            Failed("timeout", "late", is_unknown=True, job="42"),
            {"type": "error", "error": "late", "code": "timeout", "outcome": "unknown", "job": 42},
        ),
        (
            Progress(None, "half", "RUNNING", '"gid"'),
            {
                "type": "progress",
                "percent": None,
                "description": "half",
                "state": "RUNNING",
                "job": "gid",
            },
        ),
        (Event("e", b"[1]"), {"type": "event", "event": "e", "data": [1]}),
        (Gap("e"), {"type": "gap", "event": "e"}),
        (Pong(0.0015), {"type": "result", "result": {"ms": 1.5}}),
        (Detached(None), {"type": "result", "result": None, "detached": True}),
        (Detached("42"), {"type": "result", "result": None, "detached": True, "job": 42}),
    ],
)
def test_the_wires_own_bodies(body: Body, native: dict[str, Any]) -> None:
    assert json.loads(written(body, "native") or b"") == native


@pytest.mark.parametrize(
    ("body", "one_shot"),
    [
        (Result(b"[1]"), {"type": "result", "result": [1]}),
        (Pong(1.0), {"type": "result", "result": "pong"}),
        (
            Progress(50.0, "half", "RUNNING", "42"),
            {"type": "progress", "percent": 50.0, "description": "half", "state": "RUNNING"},
        ),
        (
            Failed("remote", "no", REMOTE),
            {
                "type": "error",
                "error": "no",
                "error_type": "ClientException",
                "trace": None,
                "extra": [["a", "b", 22]],
            },
        ),
        (
            ABORTED,
            {
                "type": "error",
                "error": "the job was aborted",
                "error_type": "ClientException",
                "trace": None,
                "extra": None,
            },
        ),
        (
            Failed("remote", "no", b'{"data":{"trace":"text","extra":[]}}'),
            {
                "type": "error",
                "error": "no",
                "error_type": "ClientException",
                "trace": {"formatted": "text"},
                "extra": [],
            },
        ),
        (
            Failed("remote", "no", b'"text"'),
            {
                "type": "error",
                "error": "no",
                "error_type": "ClientException",
                "trace": None,
                "extra": None,
            },
        ),
        (
            Failed("link_down", "gone"),
            {"type": "error", "error": "gone", "error_type": "ConnectionError"},
        ),
        (
            Failed("timeout", "late"),
            {"type": "error", "error": "late", "error_type": "TimeoutError"},
        ),
    ],
)
def test_bodies_of_the_one_shot_dialect(body: Body, one_shot: dict[str, Any]) -> None:
    assert json.loads(written(body, "one-shot") or b"") == one_shot


@pytest.mark.parametrize("body", [Gap("e"), Event("e", b"1"), Detached(None)])
def test_what_the_one_shot_dialect_has_no_word_for_is_not_said(body: Body) -> None:
    assert written(body, "one-shot") is None


def test_a_value_stands_in_a_body_as_it_came() -> None:
    value = b'{"b":  1.10, "n": 123456789012345678901}'
    assert value in (written(Result(value), "native") or b"")


def test_marks_say_whether_more_follows_and_how_it_ended() -> None:
    assert [
        marked(Gap("e"), is_last=False),
        marked(Result(b"1"), is_last=True),
        marked(ABORTED, is_last=True),
    ] == [MORE, LAST, FAILED]


def test_a_line_is_read_as_it_was_written() -> None:
    line = line_of(LAST, 17, b'{"type":"result"}')
    assert line == b'=17 {"type":"result"}\n'
    assert heard(line.rstrip()) == (LAST, 17, b'{"type":"result"}')


@pytest.mark.parametrize("line", [b"", b"=", b"=17", b"17 {}", b"=x {}", b"?1 {}"])
def test_a_line_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"line|invalid literal"):
        heard(line)
