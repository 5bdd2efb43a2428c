"""The text of a path pattern made into components of tokens, its braces multiplied out."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, product

MOST_LETTERS = 1000
"""Of one pattern."""

MOST_ALTERNATIVES = 100
"""Patterns without braces that one may stand for."""

MOST_TOKENS = 10_000
"""Of all its alternatives together, so that a foreign manifest keeps nobody busy."""

ANY, ACROSS = "*", "**"
_SLASH = "/"
_DEEPEST = 10
# Not compiled here: a daemon without plugins never needs them.
_DOT = r"\."
_ROOT = r"[~.]?(?=/)"
_SET = r"(?s)\[([!^]?)((?:\\.|[^\\])(?:\\.|[^]\\])*)\]"
_ITEM = r"(?s)(\\.|[^\\])(?:-(\\.|[^\\]))?"
_WITHIN_OR_ACROSS = ((ANY,), (ANY, _SLASH, ACROSS, _SLASH, ANY))

Token = str
"""`*`, `**`, `/`, or a regular expression of exactly one letter."""

Components = tuple[tuple[Token, ...], ...]
"""Those of a path; `**` is one by itself."""


def alternatives(text: str) -> list[Components]:
    """What follows the root (`~`, `.` or nothing) of a pattern, for each choice of its braces.

    ValueError for what is no pattern.
    """
    root = re.match(_ROOT, text)
    if root is None:
        raise ValueError(f"`{text}` begins with none of `/`, `~/`, `./`")
    if len(text) > MOST_LETTERS:
        raise ValueError(f"a pattern has {MOST_LETTERS} letters at most, found {len(text)}")
    if "\0" in text:
        raise ValueError("no path contains U+0000")
    found: dict[Components, None] = {}
    count = 0
    for tokens in _Reader(text, root.end()).choices(0):
        for spelled in _spelled_out(tokens):
            count += len(spelled)
            found[_components(spelled, text)] = None
            _bound(count, MOST_TOKENS)
            _bound(len(found), MOST_ALTERNATIVES)
    return list(found)


def _bound(count: int, most: int) -> None:
    if count > most:
        raise ValueError("its braces and stars stand for too many patterns: write several")


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def choices(self, depth: int) -> list[list[Token]]:
        """What may stand here, up to the end of this part of a brace, or of the pattern."""
        found: list[list[Token]] = [[]]
        while self.at < len(self.text) and not (depth and self.text[self.at] in ",}"):
            if self.text[self.at] == "{":
                options = self._brace(depth + 1)
                _bound(len(found) * len(options), MOST_ALTERNATIVES)
                found = [before + option for before in found for option in options]
            else:
                token = self._token()
                for before in found:
                    before.append(token)
        return found

    def _brace(self, depth: int) -> list[list[Token]]:
        start = self.at
        if depth > _DEEPEST:
            raise ValueError(f"its braces are nested deeper than {_DEEPEST} levels")
        found: list[list[Token]] = []
        parts = 0
        while self.at == start or self.text[self.at : self.at + 1] == ",":
            self.at += 1
            found += self.choices(depth)
            _bound(len(found), MOST_ALTERNATIVES)
            parts += 1
        self.at += 1
        brace = self.text[start : self.at]
        if not brace.endswith("}"):
            raise ValueError(f"`{brace}` is never closed, a `{{` itself is written `\\{{`")
        if parts == 1:
            raise ValueError(f"`{brace}` gives no choice, a `{{` itself is written `\\{{`")
        return found

    def _token(self) -> Token:
        letter = self.text[self.at]
        if letter == "[":
            return self._set()
        self.at += 1
        if letter == "?":
            return "[^/]"
        return letter if letter in (ANY, _SLASH) else re.escape(self._escaped(letter))

    def _escaped(self, letter: str) -> str:
        """The letter, or the one that a backslash makes stand for itself."""
        if letter != "\\":
            return letter
        if self.text[self.at : self.at + 1] in ("", "/"):
            raise ValueError("a backslash stands before nothing that it could make plain")
        self.at += 1
        return self.text[self.at - 1]

    def _set(self) -> Token:
        """`[a-z]`, `[!a-z]`: never a slash."""
        found = re.match(_SET, self.text[self.at :])
        if found is None:
            rest = self.text[self.at :]
            raise ValueError(f"`{rest}` is never closed, a `[` itself is written `\\[`")
        if "[:" in found[2]:
            raise ValueError(f"`{found[0]}` has a class in it: write its letters")
        self.at += found.end()
        items = "".join([_range(*item) for item in re.findall(_ITEM, found[2])])
        return f"(?!/)[{'^' if found[1] else ''}{items}]"


def _range(first: str, last: str) -> str:
    """One letter of a set, or a range of them, as a regular expression has it."""
    low, high = first[-1], last[-1:]
    if high and high < low:
        raise ValueError(f"`{low}-{high}` is a range from the end to the beginning")
    return f"{re.escape(low)}-{re.escape(high)}" if high else re.escape(low)


def _spelled_out(tokens: list[Token]) -> Iterator[list[Token]]:
    """The same with each `**` as one token, alone between slashes.

    Where others stand beside it, what it takes is within a component, or crosses slashes:
    `a**b` is `a*b` or `a*/**/*b`.
    """
    tokens = list(_with_runs(tokens))
    beside = [n for n, token in enumerate(tokens) if token == ACROSS and not _is_alone(tokens, n)]
    _bound(1 << len(beside), MOST_ALTERNATIVES)
    for choice in product(_WITHIN_OR_ACROSS, repeat=len(beside)):
        chosen = dict(zip(beside, choice, strict=True))
        yield [each for n, token in enumerate(tokens) for each in chosen.get(n, (token,))]


def _with_runs(tokens: list[Token]) -> Iterator[Token]:
    for token, run in groupby(tokens):
        length = len(list(run))
        yield from [ACROSS] if token == ANY and length > 1 else [token] * length


def _is_alone(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at - 1] == _SLASH and tokens[at + 1 : at + 2] in ([], [_SLASH])


def _components(tokens: Sequence[Token], text: str) -> Components:
    """What is between the slashes. ValueError where no path has it."""
    parts: list[list[Token]] = []
    for token in tokens:
        if token == _SLASH:
            parts.append([])
        else:
            parts[-1].append(token)
    if not parts[-1]:
        raise ValueError(f"`{text}` ends in `/`, all that is in a directory is `/**`")
    if [] in parts:
        raise ValueError(f"`{text}` has `//` in it")
    if any([part in ([_DOT], [_DOT, _DOT]) for part in parts]):
        raise ValueError(f"`{text}` has `.` or `..` in it")
    return tuple(map(tuple, parts))
