"""Where a program is that is named."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from axium.thin.launch import find


def located(program: str, environ: dict[str, str]) -> str | None:
    """The file that `program` means to whoever has this `environ`; None where there is none.

    Its directory is spelled out, its own name is kept: a program that goes by several names
    does by each of them something else.
    """
    path = find(program, environ)
    if path is None or not path.startswith("/"):
        return None
    directory, name = os.path.split(path)
    return os.path.join(os.path.realpath(directory), name)


class Approved(NamedTuple):
    """A program of a gear's: the word of its `exec`, and the file."""

    word: str
    file: str


def approved(
    program: str,
    words: Iterable[str],
    programs: Mapping[str, str],
    locate: Callable[[str], str | None],
) -> Approved | None:
    """What a gear means by `program`, if it is one of those `words` and still what was approved.

    `programs` has the real file of each word as it was then.
    """
    for word in words:
        file = _as_approved(word, programs.get(word), locate)
        if file is not None and (program == word or locate(program) == file):
            return Approved(word, file)
    return None


def _as_approved(word: str, real: str | None, locate: Callable[[str], str | None]) -> str | None:
    """The name by which a word is run now: what a program does may depend on it."""
    found = locate(word)
    if found is not None and os.path.realpath(found) == real:
        return found
    # Whoever approved had another PATH than the daemon has.
    is_itself = real is not None and os.path.realpath(real) == real
    return real if is_itself and os.path.basename(real or "") == os.path.basename(word) else None
