"""What a pattern of paths covers, and that no pattern takes long."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from axium.model.patterns import covers, pattern_fault

HOME = "/home/ann"


def covered(pattern: str, *paths: str) -> list[str]:
    """Those of `paths` that a pattern covers."""
    return [path for path in paths if covers(pattern, path, home=HOME)]


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("/a/b", ["/a/b"], ["/a", "/a/b/c", "/a/bc", "/x/a/b"]),
        ("/a/*", ["/a/b", "/a/.b", "/a/b\nc"], ["/a", "/a/b/c"]),
        ("/a/*.y", ["/a/.y", "/a/x.y", "/a/.y.y"], ["/a/b/x.y", "/a/x.yz", "/a/xy"]),
        ("/a/b*c*d", ["/a/bcd", "/a/bccdd"], ["/a/bc/d", "/a/bdc"]),
        ("/a/?", ["/a/b", "/a/ü"], ["/a/bc", "/a/b/"]),
        ("/a/**", ["/a/b", "/a/b/c"], ["/a", "/ab"]),
        ("/**", ["/a", "/a/b"], []),
        ("/a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b", "/a/b/b"], ["/a/xb", "/a/x/bc", "/ab"]),
        ("/a/**/b/**/c", ["/a/b/c", "/a/x/b/y/c"], ["/a/c", "/a/c/b"]),
        ("/a/**/*", ["/a/b", "/a/b/c"], ["/a"]),
        ("/a/**/**", ["/a/b", "/a/b/c"], ["/a"]),
        ("/a/x**", ["/a/x", "/a/xy", "/a/x/y", "/a/xy/z"], ["/a/y"]),
        ("/a/**.y", ["/a/x.y", "/a/b/x.y", "/a/b/c/.y"], ["/a/b/x.z"]),
        ("/a/x**y", ["/a/xy", "/a/x/y", "/a/x1/2/3y"], ["/a/x/z", "/x/y"]),
        ("/{a,b/c}/d", ["/a/d", "/b/c/d"], ["/b/d", "/{a,b/c}/d"]),
        ("/a{,.bak}", ["/a", "/a.bak"], ["/ab"]),
        ("/{a,{b,c}x}", ["/a", "/bx", "/cx"], ["/b", "/ax"]),
        ("/{*,x}*y", ["/y", "/xy", "/zy", "/z/y"], ["/z/x"]),
        ("/a/***/b", ["/a/b", "/a/x/y/b"], ["/a"]),
        ("/{**,b}/c", ["/c", "/a/c", "/b/c"], ["/a/b"]),
        ("/[ab]", ["/a", "/b"], ["/c", "/ab"]),
        ("/[a-c]", ["/a", "/b", "/c"], ["/d", "/-"]),
        ("/[a-]", ["/a", "/-"], ["/b"]),
        ("/[]x]", ["/]", "/x"], ["/a"]),
        ("/[!a]", ["/b", "/!", "/\n"], ["/a", "/"]),
        ("/[^a]", ["/b"], ["/a"]),
        ("/a[.-0]b", ["/a.b", "/a0b"], ["/a/b"]),
        ("/a[!x]b", ["/a.b"], ["/a/b"]),
        ("/a[{,]", ["/a{", "/a,"], ["/a["]),
        (r"/[\]\-a]", ["/]", "/-", "/a"], ["/\\", "/b"]),
        (r"/\*\{\[", ["/*{["], ["/a{["]),
        ("/a,b}", ["/a,b}"], ["/a"]),
        ("/a.b+(c)|^$", ["/a.b+(c)|^$"], ["/axb"]),
        ("~/x", ["/home/ann/x"], ["~/x", "/x"]),
        ("~/**", ["/home/ann/x/y"], ["/home/ann", "/home/anna/x"]),
        ("/a/~", ["/a/~"], ["/a/home/ann"]),
        ("./**", [], ["/x", "./x", "x"]),
        ("/é", ["/é"], ["/e\u0301"]),
        ("/\udcff*", ["/\udcff", "/\udcffa"], ["/a"]),
    ],
)
def test_what_a_pattern_covers(pattern: str, inside: list[str], outside: list[str]) -> None:
    assert covered(pattern, *inside, *outside) == inside


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/./b", "/a//b", "/a/", "a/b", "", "/", "/a/b\0", "//a", "/..", "."]
)
def test_a_path_that_does_not_go_straight_to_its_end_is_never_covered(path: str) -> None:
    assert [covered(pattern, path) for pattern in ("/**", "/*", "/a/**", "/*/*/b")] == [[]] * 4


def test_a_home_of_odd_letters_is_taken_by_letter_and_so_is_the_root() -> None:
    assert [
        covers("~/x", "/a.b*/x", home="/a.b*"),
        covers("~/x", "/aab/x", home="/a.b*"),
        covers("~/x", "/x", home="/"),
        covers("./x/*", "/w/x/y", home=HOME, here="/w"),
        covers("./x/*", "/v/x/y", home=HOME, here="/w"),
    ] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", "`` begins with none of `/`, `~/`, `./`"),
        ("a/b", "`a/b` begins with none of `/`, `~/`, `./`"),
        ("~ann/x", "`~ann/x` begins with none of `/`, `~/`, `./`"),
        ("../x", "`../x` begins with none of `/`, `~/`, `./`"),
        ("{/a,/b}", "`{/a,/b}` begins with none of `/`, `~/`, `./`"),
        ("/", "`/` ends in `/`, all that is in a directory is `/**`"),
        ("/a/", "`/a/` ends in `/`, all that is in a directory is `/**`"),
        ("/a//b", "`/a//b` has `//` in it"),
        ("/a/../b", "`/a/../b` has `.` or `..` in it"),
        ("/a/{.,b}/c", "`/a/{.,b}/c` has `.` or `..` in it"),
        ("/a{b", "`{b` is never closed, a `{` itself is written `\\{`"),
        ("/a{b}", "`{b}` gives no choice, a `{` itself is written `\\{`"),
        ("/a[b", "`[b` is never closed, a `[` itself is written `\\[`"),
        ("/[[:alpha:]]", "`[[:alpha:]` has a class in it: write its letters"),
        ("/[z-a]", "`z-a` is a range from the end to the beginning"),
        ("/a\\", "a backslash stands before nothing that it could make plain"),
        ("/a\0", "no path contains U+0000"),
        ("/" + "a" * 1000, "a pattern has 1000 letters at most, found 1001"),
        ("/" + "{a,b}" * 7, "its braces and stars stand for too many patterns: write several"),
        ("/" + "{a,b}" * 150, "its braces and stars stand for too many patterns: write several"),
        ("/" + "a**" * 300, "its braces and stars stand for too many patterns: write several"),
        ("/{" + "," * 200 + "}", "its braces and stars stand for too many patterns: write several"),
        (
            "/" + "{a,b}" * 6 + "x" * 300,
            "its braces and stars stand for too many patterns: write several",
        ),
        ("/" + "{a," * 300, "its braces are nested deeper than 10 levels"),
    ],
)
def test_what_is_no_pattern_says_why(pattern: str, expected: str) -> None:
    assert pattern_fault(pattern) == expected


LONG = 200_000

HOSTILE = [
    ("/" + "a*" * 400 + "b", "/" + "a" * LONG),
    ("/" + "*a" * 400 + "b", "/" + "a" * LONG),
    ("/" + "?*" * 400 + "b", "/" + "a" * LONG),
    ("/**" * 1 + "/a/**/a" * 100 + "/b", "/a" * LONG),
    ("/" + "**/a*/" * 100 + "b", "/aa" * LONG),
    ("/**/*a*a*a*b/**/c", "/aaaaaaaaaaaa" * (LONG // 12)),
    ("/x**x**x**x**x", "/x" * LONG + "y"),
    ("/{a*,*a,a}{a*,*a,a}{a*,*a,a}b", "/" + "a" * LONG),
    ("/[!b]*[!b]*[!b]*b", "/" + "a" * LONG),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE)
def test_no_pattern_takes_more_than_time_in_proportion_to_the_path(pattern: str, path: str) -> None:
    # With tries within tries each of these would take hours; the test's own bound is a minute.
    assert not covers(pattern, path, home=HOME)


def slow(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path, as obviously as can be."""
    return any(_fits(re.sub(r"\*{3,}", "**", each), path) for each in _unbraced(pattern))


def _unbraced(pattern: str) -> Iterator[str]:
    """The patterns that a shell makes of braces, which are not nested here."""
    before, brace, rest = pattern.partition("{")
    if not brace:
        yield pattern
        return
    inside, _, after = rest.partition("}")
    for choice in inside.split(","):
        yield from _unbraced(before + choice + after)


def _fits(pattern: str, path: str) -> bool:
    if not pattern or not path:
        return not path and pattern in ("", "*", "**")
    if pattern.startswith("/**/"):
        ends = [n for n in range(len(path)) if path[n] == "/"]
        return path[0] == "/" and any(_fits(pattern[3:], path[n:]) for n in ends)
    if pattern == "/**":
        return path[0] == "/" and len(path) > 1
    if pattern.startswith("**"):
        rest = pattern.lstrip("*")
        return any(_fits(rest, path[n:]) for n in range(len(path) + 1))
    if pattern[0] == "*":
        within = len(path.partition("/")[0])
        return any(_fits(pattern[1:], path[n:]) for n in range(within + 1))
    if pattern[0] == "?":
        return path[0] != "/" and _fits(pattern[1:], path[1:])
    return pattern[0] == path[0] and _fits(pattern[1:], path[1:])


PIECES = st.sampled_from(
    ["a", "b", "ab", "*", "?", "**", "a*", "*b", "**b", "a**", "{a,b}", "{a,b/a}", "{,ab}", "{*,b}"]
)
PATTERNS = st.lists(st.lists(PIECES, min_size=1, max_size=2).map("".join), min_size=1, max_size=4)
PATHS = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5)


@settings(max_examples=500, deadline=None)
@given(PATTERNS, PATHS)
@example(["**", "a", "**", "b"], ["a", "b", "a", "b"])
@example(["a**b"], ["a", "a", "b"])
@example(["**b", "**a"], ["b", "b", "a", "a"])
def test_a_pattern_covers_what_the_slow_way_says(pattern: list[str], path: list[str]) -> None:
    text, whole = "/" + "/".join(pattern), "/" + "/".join(path)
    if pattern_fault(text) is None:
        assert covers(text, whole, home=HOME) == slow(text, whole)
