"""The shims on PATH, where there are any: whether they start this axium, and are found."""

import os
import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from axium.cli.checks.finding import Finding
from axium.core.shims import LAUNCHER, Shims
from axium.thin import published
from axium.thin.paths import Home


def look(home: Home, around: Mapping[str, str]) -> Iterator[Finding]:
    """Findings of the shims in the home, and of those on PATH; nothing where there are none."""
    own = Shims(home)
    if own.names():
        yield from _own(own, _wrapped(home), around)
    for part in dict.fromkeys(around.get("PATH", "").split(":")):
        is_chosen = part.startswith("/") and Path(part) != own.directory
        if is_chosen and os.path.lexists(f"{part}/{LAUNCHER}"):
            yield from _gone(Shims(home, Path(part)))


def _wrapped(home: Home) -> set[str] | None:
    """The names that have to have a shim; None where that can't be known."""
    try:
        names = published.commands(home)
    except ValueError:
        return None  # told where the shell is looked at
    return None if names is None else set(names)


def _own(shims: Shims, wrapped: set[str] | None, around: Mapping[str, str]) -> Iterator[Finding]:
    unfit = _gone(shims) or _another(shims) or _hidden(shims, around)
    found = [*unfit, *_names(shims, wrapped)]
    yield from found
    if not found:
        count = len(shims.names())
        yield Finding("shims", "good", f"{count} in {shims.directory}, found before the tools")


def _gone(shims: Shims) -> list[Finding]:
    """Whether what every shim leads to is there."""
    starts = shims.starts()
    if not shims.names() or (starts and all(map(os.path.exists, starts))):
        return []
    (missing, *_rest) = [path for path in starts if not os.path.exists(path)] or [LAUNCHER]
    text = f"those in {shims.directory} run nothing: {missing} is gone"
    return [_to_install(shims, text)]


def _another(shims: Shims) -> list[Finding]:
    """Whether the launcher is the one that this axium writes for this home."""
    if not shims.changes(shims.names()).launcher:
        return []
    text = f"those in {shims.directory} are of another axium or home: {shims.starts()[-1]}"
    return [_to_install(shims, text)]


def _to_install(shims: Shims, text: str) -> Finding:
    fix = f"`axium shim install --dir {shlex.quote(str(shims.directory))}` writes it anew"
    return Finding("shims", "fault", text, fix, partial(_install, shims))


def _install(shims: Shims) -> None:
    shims.apply(shims.changes(shims.names()))


def _names(shims: Shims, wrapped: set[str] | None) -> Iterator[Finding]:
    there = set(shims.names())
    wanted = there if wrapped is None else wrapped
    gone, missing = sorted(there - wanted), sorted(wanted - there)
    if gone:
        text = f"not wrapped any more: {', '.join(gone)}"
        fix = f"`axium shim remove {' '.join(gone)}`"
        yield Finding("shims", "warning", text, fix, partial(shims.remove, gone))
    if missing:
        yield Finding("shims", "note", f"none of: {', '.join(missing)}", "`axium shim install`")


def _hidden(shims: Shims, around: Mapping[str, str]) -> list[Finding]:
    """Whether a script that has this PATH comes to them."""
    text = shims.off_path(around)
    fix = "put it there in your shell's start file: `axium shim install` says the line"
    return [] if text is None else [Finding("shims", "fault", text, fix)]
