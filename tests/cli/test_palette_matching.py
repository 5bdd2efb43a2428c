"""Which names a few letters mean, and in which order."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.cli.palette.matching import Finder, marked
from axium.cli.palette.menu import Offer

NAMES = (
    "run", "hud", "hud reload", "notify send", "env set", "env show", "env list", "daemon start",
    "daemon stop", "daemon restart", "wrapper list", "spoke new", "use it",
)  # fmt: skip

words = st.text(ascii_lowercase, min_size=1, max_size=8)
names = st.lists(st.lists(words, min_size=1, max_size=3).map(" ".join), unique=True, max_size=30)
queries = st.text(ascii_lowercase + " ", max_size=8)


def finder(*offered: str, **used: int) -> Finder:
    return Finder([Offer(name) for name in offered], used)


def found(query: str, *offered: str) -> list[str]:
    return [item.name for item in finder(*(offered or NAMES)).find(query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("env", "env set"),
        ("es", "env set"),
        ("envsh", "env show"),
        ("el", "env list"),
        ("list", "env list"),
        ("res", "daemon restart"),
        ("hud", "hud"),
        ("HUD R", "hud reload"),
        ("drest", "daemon restart"),
        ("set env", "env set"),
        ("start", "daemon start"),
        ("tify", "notify send"),
    ],
)
def test_the_name_that_is_meant_comes_first(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_what_is_typed_whole_beats_what_begins_so_and_that_what_has_it_inside() -> None:
    offered = ("a rerun", "x urn", "run all", "go run", "run", "r u n")
    assert found("run", *offered) == ["run", "run all", "go run", "r u n", "a rerun"]


def test_letters_that_are_not_in_a_row_begin_at_a_word() -> None:
    assert found("es", "use it", "best", "env set") == ["env set", "best"]


def test_nothing_typed_means_everything_most_used_first() -> None:
    used = {"env set": 3, "hud": 7}
    assert [i.name for i in Finder([Offer(n) for n in NAMES], used).find("  ")][:3] == [
        "hud",
        "env set",
        "run",
    ]


def test_use_decides_among_those_that_fit_as_well() -> None:
    by_use = Finder([Offer(name) for name in NAMES], {"env list": 2, "env show": 1})
    assert [item.name for item in by_use.find("env")] == ["env list", "env show", "env set"]


def test_help_and_source_are_searched_last() -> None:
    offered = [Offer("ab"), Offer("log in", "talks to aws"), Offer("aws whoami")]
    assert [item.name for item in Finder(offered, {}).find("aws")] == ["aws whoami", "log in"]


@given(names, queries)
def test_typing_letter_by_letter_finds_what_the_whole_query_finds(
    offered: list[str], query: str
) -> None:
    typed = finder(*offered)
    for end in range(len(query)):
        typed.find(query[:end])
    assert [i.name for i in typed.find(query)] == [i.name for i in finder(*offered).find(query)]


@given(names, queries, queries)
def test_what_was_typed_before_changes_nothing(offered: list[str], one: str, other: str) -> None:
    reused = finder(*offered)
    reused.find(one)
    assert [i.name for i in reused.find(other)] == [i.name for i in finder(*offered).find(other)]


@given(names, queries)
def test_every_beginning_of_a_name_finds_it(offered: list[str], query: str) -> None:
    for name in offered:
        assert name in found(name[: len(query) + 1], *offered)


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_marked_letters_are_those_that_were_typed(query: str, name: str) -> None:
    marks = marked(query, name)
    typed = set("".join(query.lower().split())) | {" "}
    assert {*range(len(name))} >= marks
    assert all(name[at].lower() in typed or len(name[at].lower()) > 1 for at in marks)


def test_the_marked_letters_stand_where_words_begin() -> None:
    assert marked("es", "env set") == {0, 4}
    assert marked("set", "reset set") == {6, 7, 8}
    assert marked("ev t", "env set") == {0, 2, 6}
