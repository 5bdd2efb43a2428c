"""What is remembered is, byte for byte, what would be answered without remembering."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axium.daemon.memo import Memo
from tests.daemon.serving import Served
from tests.support.scratch import make_scratch

QUESTIONS = [
    ['"cmd":"get_pane_env"', '"pane":"%1"'],
    ['"cmd":"get_pane_env"', '"pane":"%2"'],
    ['"cmd":"get_pane_env"'],
    ['"cmd":"get_hud"', '"format":"tmux"'],
    ['"cmd":"get_hud"', '"pane":"%1"'],
    ['"cmd":"list_envs"'],
    ['"cmd":"get_config"', '"key":"hud"'],
    ['"cmd":"get_env_data"', '"name":"d%bev"'],
    ['"cmd":"list_prefixed_commands"'],
    ['"cmd":"hello"', '"capabilities":["cmd-ping"]'],
    ['"cmd":"nothing"'],
]
IDS = st.one_of(
    st.integers(-3, 30).map(str),
    st.integers(10**17, 10**19).map(str),
    st.sampled_from(['"5"', '""', '"%b %s %"', '"\\u0035"', '"a\\"id\\": 7,"', '"\\\\"', '"ü"']),
)
ODD = st.sampled_from(
    [
        '"x":{"id":3}',
        '"x":["id"]',
        '"x":"\\"id\\": 3,"',
        '"x":"%b"',
        '"id2":4',
        '"\\u0069d":9',
        '"id":6',
        '"x":" \\r "',
        '"spoke":null',
    ]
)
LOOKS = st.sampled_from(
    [
        lambda text: text,
        lambda text: text.replace('":', '": '),
        lambda text: text.replace('"id":', '"id" :'),
        lambda text: text.replace('"id":', '"id":  '),
        lambda text: text.replace(",", " , "),
        lambda text: f" {text} ",
        lambda text: f"{text}\r",
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A question with an id, in one of the ways in which it can be written."""
    parts = [*draw(st.sampled_from(QUESTIONS)), f'"id":{draw(IDS)}']
    parts += draw(st.lists(ODD, max_size=1))
    look: Callable[[str], str] = draw(LOOKS)
    return look("{" + ",".join(draw(st.permutations(parts))) + "}").encode() + b"\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One daemon for all examples."""
    scratch = make_scratch()
    served = Served(scratch)
    served.ask("set_pane_env", pane="%1", env="prod")
    yield served
    served.close()
    scratch.close()


def unremembered(served: Served, line: bytes) -> bytes:
    """What a daemon that remembers nothing answers."""
    served.services.hud.change()
    return served.client(line).line()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    asked=st.lists(lines(), min_size=1, max_size=4).flatmap(
        lambda kinds: st.lists(st.sampled_from(kinds), min_size=1, max_size=9)
    ),
    cuts=st.lists(st.integers(0, 600), max_size=2),
)
def test_however_it_arrives_the_reply_is_what_the_request_alone_would_get(
    served: Served, asked: list[bytes], cuts: list[int]
) -> None:
    expected = [unremembered(served, line) for line in asked]
    served.services.hud.change()
    chunk = b"".join(asked)
    bounds = [0, *sorted(cut for cut in cuts if cut < len(chunk)), len(chunk)]
    # Asked three times: to be learned, to be put together, to be found.
    for _ in range(3):
        client = served.client()
        for begin, end in itertools.pairwise(bounds):
            client.send(chunk[begin:end])
            served.settled()
        assert [client.line() for _ in asked] == expected
        client.close()


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_question_without_id_is_answered_and_closed_the_same_each_time(
    served: Served, question: list[str]
) -> None:
    line = "{" + ",".join(question) + "}\n"
    first, *others = [served.send(line.encode()) for _ in range(3)]
    assert (others, first.count(b"\n")) == ([first, first], 1)


def test_nothing_is_remembered_past_a_change(served: Served) -> None:
    question = b'{"cmd":"get_env_data","pane":"%9"}\n'
    told = []
    for env in ("dev", "prod", "dev"):
        served.ask("set_env", value=env)
        told += [served.send(question), served.send(question)]
    assert [
        answer.count(b'"name":"%b"' % name)
        for answer, name in zip(
            told, (b"dev", b"dev", b"prod", b"prod", b"dev", b"dev"), strict=True
        )
    ] == [1] * 6


class Timers:
    """When the memo asked to be told to forget."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, when: float, callback: Callable[[], None]) -> None:
        self.due.append((when, callback))


def test_what_was_learned_ends_at_its_time_and_the_next_time_is_asked_for_anew() -> None:
    timers = Timers()
    memo = Memo(timers, Counter())
    memo.learn(b'{"cmd":"get_hud"}', b"1m\n", None, name="get_hud", until=60.0)
    memo.learn(b'{"cmd":"get_hud","id":4}', b'{"id":4,"hud":"1m"}\n', 4, name="get_hud", until=60.0)
    found = memo.find(b'{"cmd":"get_hud","id":77}\n'), memo.find(b'{"cmd":"get_hud"}\n')
    timers.due[0][1]()
    memo_after = memo.find(b'{"cmd":"get_hud","id":77}\n'), memo.find(b'{"cmd":"get_hud"}\n')
    memo.learn(b'{"cmd":"get_hud"}', b"2m\n", None, name="get_hud", until=120.0)
    assert found == ((b'{"id":77,"hud":"1m"}\n', False), (b"1m\n", True))
    assert (memo_after, [when for when, _ in timers.due]) == ((None, None), [60.0, 120.0])


@pytest.mark.parametrize("chunk", [b"", b"\n", b'{"cmd":"a","id":1}', b"\r\n", b"%b"])
def test_what_was_never_learned_is_not_found(chunk: bytes) -> None:
    memo = Memo(Timers(), Counter())
    memo.learn(b'{"cmd":"a","id":1}', b'{"id":1,"ok":true}\n', 1, name="get_hud", until=0)
    assert memo.find(chunk) is None


def test_the_number_of_things_remembered_is_bounded() -> None:
    memo = Memo(Timers(), Counter())
    for n in range(10_000):
        memo.learn(b'{"cmd":"a","n":%d}' % n, b"x\n", None, name="get_hud", until=0)
    assert len(memo._templates) <= 4096


def test_what_is_answered_from_memory_is_counted(served: Served) -> None:
    line = b'{"cmd": "get_hud", "id": 8}\n{"cmd": "get_pane_env", "pane": "%1", "id": 9}\n'
    before = Counter(served.ask("stats")["requests"])
    for _ in range(3):
        client = served.client(line)
        client.replies(2)
        client.close()
    counted = Counter(served.ask("stats")["requests"]) - before
    assert counted == {"get_hud": 3, "get_pane_env": 3, "stats": 1}
