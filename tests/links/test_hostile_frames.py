"""Whatever a server sends, of whatever kind it is said to be, a session stands it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axium.links.dialogue import Connected, Follow, Input, Output, Received, Send, Tell, Tick
from axium.links.messages import Answer, frame_of
from axium.links.profiles import PROFILES
from axium.links.session import Session
from tests.links.playbook import FREE, call

WORDS = st.sampled_from(
    [
        "core.get_jobs", "added", "changed", "SUCCESS", "FAILED", "ABORTED", "complete", "error",
        "collection_update", "notify_unsubscribed", "eth_subscription", "aria2.onDownloadComplete",
        "2089b05ecca3d829", "e", "", "1", "2",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
NAMES = st.sampled_from(
    [
        "collection", "msg", "fields", "id", "message_ids", "state", "progress", "percent",
        "description", "result", "error", "exception", "exc_info", "extra", "subscription", "gid",
        "status", "totalLength", "completedLength", "followedBy", "reason", "data", "code",
        "message", "trace", "legacy_jobs",
    ]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
FRAMES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(-1, 12) | st.none() | VALUES,
        "method": WORDS | VALUES,
        "params": VALUES | st.lists(st.dictionaries(NAMES, VALUES, max_size=5), max_size=2),
        "result": VALUES,
        "error": VALUES,
        "event": VALUES,
    },
)


@pytest.mark.parametrize("profile", list(PROFILES))
@settings(max_examples=80, deadline=None)
@given(frames=st.lists(FRAMES | VALUES, max_size=12))
def test_no_frame_breaks_a_session(profile: str, frames: list[Any]) -> None:
    session = Session(PROFILES[profile], idle=600, chance=lambda: 0.0)
    asked: list[Input] = [
        call(1),
        call(2, job=True),
        Follow(3, "e"),
        Follow(4, "*"),
        call(5, job=True),
    ]
    for given_ in asked:
        session.take(given_, 1_000.0)
    session.take(Connected(1, FREE), 1_000.0)
    ended: list[int] = []
    for number, frame in enumerate(frames):
        data = json.dumps(frame).encode("utf-8", "surrogatepass")
        outputs = session.take(Received(1, data), 1_000.0 + number)
        assert all(isinstance(output, Send | Tell) for output in outputs)
        ended += _ended(outputs)
    ended += _ended(session.take(Tick(), 1_019.0))
    assert len(ended) == len(set(ended))
    assert set(ended) <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("profile", list(PROFILES))
@pytest.mark.parametrize(
    "frame",
    [
        "{[1]:2}",
        '{"id":2,"error":%s}',
        '{"id":2,"error":{"data":%s}}',
        '{"id":2,"result":%s}',
        '{"method":"aria2.onDownloadStop","params":%s}',
        '{"method":"notify_unsubscribed","params":{"collection":"e","error":%s}}',
        (
            '{"method":"collection_update","params":{"collection":"core.get_jobs","msg":"added",'
            '"fields":{"id":1,"message_ids":["\u00b2"],"x":%s}}}'
        ),
    ],
)
def test_no_depth_of_a_frame_breaks_a_session(profile: str, frame: str) -> None:
    session = Session(PROFILES[profile]._replace(greeting=()), idle=600, chance=lambda: 0.0)
    for each in (call(1, job=True), Follow(3, "e"), Connected(1, FREE)):
        session.take(each, 1_000.0)
    for depth in (1, *range(950, 1_000), 5_000):
        data = frame.replace("%s", "[" * depth + "]" * depth).encode()
        assert _ended(session.take(Received(1, data), 1_000.0)) in ([], [1], [3])


ROWS = st.fixed_dictionaries(
    {"id": st.integers(), "gid": WORDS, "status": WORDS, "state": WORDS},
    optional={
        "totalLength": WORDS,
        "completedLength": WORDS,
        "errorCode": WORDS,
        "followedBy": st.lists(WORDS),
        "message_ids": st.lists(SCALARS),
        "progress": st.none() | st.dictionaries(NAMES, st.integers() | st.none()),
        "result": VALUES,
        "exc_info": st.none() | st.dictionaries(NAMES, VALUES),
    },
)


@pytest.mark.parametrize("profile", list(PROFILES))
@settings(max_examples=80, deadline=None)
@given(row=ROWS, is_list=st.booleans())
def test_no_row_breaks_what_follows_jobs(profile: str, row: Any, *, is_list: bool) -> None:
    jobs = PROFILES[profile].jobs()
    data = json.dumps([row] if is_list else row).encode()
    jobs.seen("1", Answer(result=data))
    jobs.id_in(data)
    params = {"collection": "core.get_jobs", "msg": "changed", "fields": row}
    for method in ("collection_update", "aria2.onDownloadComplete"):
        for each in (params, [row], row):
            frame = json.dumps({"method": method, "params": each}).encode()
            jobs.heard(frame_of(frame))


def _ended(outputs: list[Output]) -> list[int]:
    return [output.key for output in outputs if isinstance(output, Tell) and output.is_last]
