"""Patterns of paths: `*`, `?`, `[..]` within a component, `**` across, `{a,b}`, `~` for home."""

import re
from collections.abc import Sequence
from functools import lru_cache

from axium.model.pattern_tokens import ACROSS, ANY, Components, Token, alternatives

_END = r"(?=/|\Z)"
"""Of a component."""


def pattern_fault(text: str) -> str | None:
    """Why `text` is no pattern; None if it is one."""
    try:
        alternatives(text)
    except ValueError as fault:
        return str(fault)
    return None


def covers(text: str, path: str, *, home: str, here: str | None = None) -> bool:
    """Whether a pattern covers a path; one with `.`, `..` or `//` in it never is.

    `home` is what a leading `~` means, `here` what a leading `.` does; without `here` such a
    pattern covers nothing. ValueError where `text` is no pattern.
    """
    return is_normal(path) and compiled(text, home, here).fullmatch(path) is not None


def is_normal(path: str) -> bool:
    """Whether a path is absolute and goes straight to what it names."""
    first, *others = path.split("/")
    return not first and bool(others) and not {"", ".", ".."} & set(others) and "\0" not in path


@lru_cache(maxsize=1000)
def compiled(text: str, home: str, here: str | None = None) -> re.Pattern[str]:
    """The one regular expression of a pattern, which takes time in proportion to a path.

    What a star took is never given back: the first place where the letters up to the next star
    fit, or the components up to the next `**`, is as good as any later one. So no try is
    nested in another one, whatever the pattern and the path are.
    """
    whole = "|".join([_of_path(each) for each in alternatives(text)])
    root = {"~": home, ".": here}.get(text[0], "")
    if root is None:
        return re.compile(r"(?!)")
    return re.compile(re.escape(root.rstrip("/")) + f"(?:{whole})", re.DOTALL)


def _of_path(components: Components) -> str:
    """The expression of components; `**` parts them into blocks."""
    blocks = [""]
    for component in components:
        if component == (ACROSS,):
            blocks.append("")
        else:
            blocks[-1] += "/" + _of_component(component)
    return _joined(blocks, some="(?:/[^/]++)", all_of_it="/.+")


def _of_component(tokens: Sequence[Token]) -> str:
    """The expression of one component; `*` parts it into stretches of fixed length."""
    stretches = [""]
    for token in tokens:
        if token == ANY:
            stretches.append("")
        else:
            stretches[-1] += token
    return _joined(stretches, some="[^/]", all_of_it="[^/]*") + _END


def _joined(parts: list[str], *, some: str, all_of_it: str) -> str:
    """Parts with any number of `some` between each two, and at the end `all_of_it`."""
    first, *others = parts
    if not others:
        return first
    *between, last = others
    found = "".join([f"(?>{some}*?{part})" for part in between if part])
    return f"{first}{found}{some}*?{last}{_END}" if last else first + found + all_of_it
