"""What `axium call` asks and makes of the answer, with a fake in the daemon's place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import Scratch
from tests.thin.speaker import Speaker


def answered(scratch: Scratch, *args: str, says: bytes) -> tuple[int, str, str, dict[str, Any]]:
    """Exit code, data, talk, and what was asked."""
    with Speaker(scratch.socket, lambda _line: says) as daemon:
        done = scratch.axium(*args)
    scratch.socket.unlink()
    asked: dict[str, Any] = json.loads(daemon.asked[0])
    return done.returncode, done.stdout, done.stderr, asked


def test_words_go_as_they_were_typed(scratch: Scratch) -> None:
    result = b'{"id":1,"ok":true,"type":"result","result":[1.10, {"a":"\\u00e9"}]}\n'
    args = ("call", "nas", "m", '{"a":1}', 'te"xt', "-1", "--job", "--timeout", "2.50")
    code, out, err, asked = answered(scratch, *args, says=result)
    assert (code, out, err) == (0, '[1.10, {"a":"\\u00e9"}]\n', "")
    assert asked == {
        "cmd": "call",
        "id": 1,
        "link": "nas",
        "method": "m",
        "words": ['{"a":1}', 'te"xt', "-1"],
        "job": True,
        "timeout": 2.5,
    }


@pytest.mark.parametrize(
    ("code", "outcome", "expected"),
    [
        ("remote", None, 1),
        ("invalid", None, 2),
        ("unknown_link", None, 2),
        ("too_large", None, 2),
        ("busy", None, 2),
        ("denied", None, 2),
        ("link_down", None, 4),
        ("auth_failed", None, 4),
        ("tls", None, 4),
        ("unavailable", None, 4),
        ("link_lost", "unknown", 5),
        ("timeout", "unknown", 5),
    ],
)
def test_the_exit_code_says_what_became_of_it(
    scratch: Scratch, code: str, outcome: str | None, expected: int
) -> None:
    error = {"id": 1, "ok": False, "type": "error", "error": "so it is", "code": code}
    error |= {} if outcome is None else {"outcome": outcome}
    for verb in (("call", "nas", "m"), ("subscribe", "nas", "e")):
        exit_code, out, err, _asked = answered(
            scratch, *verb, says=json.dumps(error).encode() + b"\n"
        )
        assert (exit_code, out, "so it is" in err) == (expected, "", True)


def test_a_daemon_that_ends_leaves_the_outcome_unknown(scratch: Scratch) -> None:
    code, out, err, _asked = answered(scratch, "call", "nas", "m", says=b'{"id":1,"ok"')
    assert (code, out, err.splitlines()[0]) == (
        5,
        "",
        "✗ the daemon ended before the answer came",
    )


def test_an_answer_may_come_in_many_lines_at_once(scratch: Scratch) -> None:
    progress = b'{"id":1,"ok":true,"type":"progress","percent":%d,"description":"x\\u001b[2J"}\n'
    result = b'{"id":1,"ok":true,"type":"result","result":null}\n'
    says = progress % 10 + progress % 60 + result
    code, out, err, _asked = answered(scratch, "call", "nas", "m", "--job", says=says)
    assert (code, out, err) == (0, "null\n", " 10% x [2J\n 60% x [2J\n")


def test_a_result_that_looks_like_a_line_of_ours_stays_one(scratch: Scratch) -> None:
    inner = b'{"ok":true,"type":"result","result":"inner"}'
    says = b'{"id":1,"ok":true,"type":"result","result":%b}\n' % inner
    assert answered(scratch, "call", "nas", "m", says=says)[1] == inner.decode() + "\n"


def test_events_are_printed_and_gaps_are_told(scratch: Scratch) -> None:
    event = b'{"id":1,"ok":true,"type":"event","event":"e","data":{"n": 1}}\n'
    gap = b'{"id":1,"ok":true,"type":"gap","event":"e"}\n'
    lagged = b'{"id":1,"ok":true,"type":"lagged","count":3}\n'
    end = b'{"id":1,"ok":true,"type":"result","result":null}\n'
    says = event + gap + lagged + event + end
    printed = '{"event":"e","data":{"n": 1}}\n'
    code, out, err, _asked = answered(scratch, "subscribe", "nas", "e", says=says)
    assert (code, out) == (0, printed * 2)
    assert err.splitlines() == [
        "! the connection was lost: events may be missing here",
        "! 3 events were left out: they were not read in time",
    ]
    code, out, err, _asked = answered(scratch, "subscribe", "nas", "e", "--json", says=says)
    assert [json.loads(line).get("type") for line in out.splitlines()] == [
        None,
        "gap",
        "lagged",
        None,
    ]
