"""Words are those of a POSIX shell."""

import re
import shlex
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from axium.model.words import split

# What a shell would act upon is left out, and so are `#` (a comment) and `~` and `=` (expansion).
INERT = st.text(alphabet="abzä-/.,:@ \t\n'\"\\", max_size=24)


def words(text: str) -> list[str]:
    return [word.text for word in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n", []),
        ("wrapx exec prod --", ["wrapx", "exec", "prod", "--"]),
        ("a 'b c' \"d e\" f\\ g", ["a", "b c", "d e", "f g"]),
        ("a''b '' \"\"", ["ab", "", ""]),
        (r'"a\"b\\c\$d\`e\n"', [r'a"b\c$d`e\n']),
        ('"a\\\nb" c\\\nd', ["ab", "cd"]),
        ("a\\\n b", ["a", "b"]),
        ("$(rm -rf /) `x` ; | & > *", ["$(rm", "-rf", "/)", "`x`", ";", "|", "&", ">", "*"]),
        ("a\rb\u00a0c", ["a\rb\u00a0c"]),
    ],
)
def test_quotes_and_backslashes_mean_what_they_mean_to_a_shell(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 'b", "a quote `'` is never closed"),
        ('a "b\\"', 'a quote `"` is never closed'),
        ("a \\", "a backslash stands at the end with nothing after it"),
    ],
)
def test_what_is_never_closed_is_an_error_that_shows_it(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        split(text)


@given(INERT.filter(lambda text: "\\" not in text))
def test_words_without_backslashes_are_those_of_shlex(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(ValueError, match="never closed"):
            split(text)
    else:
        assert words(text) == expected


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=12), max_size=6))
def test_any_words_quoted_for_a_shell_come_back(expected: list[str]) -> None:
    assert words(shlex.join(expected)) == expected


@settings(max_examples=20, deadline=None)
@given(st.lists(INERT, min_size=20, max_size=40))
@example(['"a\\$b"', 'c\\\nd "e\\\nf"', '"\\x"', "a''", '""'])
def test_words_are_those_of_a_real_shell(texts: list[str]) -> None:
    whole = [text for text in texts if _can_be_cut(text)]
    script = "show() { for word; do printf 'w%s\\0' \"$word\"; done; printf 'end\\0'; }\n"
    script += "".join(f"show {text}\n" for text in whole)
    ran = subprocess.run(["sh", "-fc", script], capture_output=True, timeout=20, check=True)
    seen: list[list[str]] = [[]]
    for word in ran.stdout.decode().split("\0")[:-1]:
        if word == "end":
            seen.append([])
        else:
            seen[-1].append(word[1:])
    # A newline ends a command in a script; in a prefix it is a blank like any other.
    assert seen == [*(words(text) for text in whole), []]


@given(st.text(max_size=30))
def test_each_word_tells_the_stretch_that_it_was_read_from(text: str) -> None:
    if not _can_be_cut(text, newline=True):
        return
    found = split(text)
    ends = [0, *(word.end for word in found)]
    between = [text[end : word.start] for end, word in zip(ends, found, strict=False)]
    assert not "".join(between).replace("\\\n", "").strip(" \t\n")
    assert [words(text[word.start : word.end]) for word in found] == [[w.text] for w in found]


def _can_be_cut(text: str, *, newline: bool = False) -> bool:
    try:
        found = split(text)
    except ValueError:
        return False
    bare = text
    for word in reversed(found):
        bare = bare[: word.start] + bare[word.end :]
    return newline or "\n" not in bare
