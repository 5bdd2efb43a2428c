"""The one screen that says what a gear is and may do; a stranger's words are marked as such.

Nothing that a manifest says can look like a line of ours: it never begins a line, has no colour,
and is not wider than the screen.
"""

import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from axium import __version__
from axium.cli import show
from axium.config.permissions import override_name
from axium.core.gear_installing import Proposal, is_strict
from axium.core.gear_places import places
from axium.core.gear_standing import level_of
from axium.core.sandbox_level import ENFORCED
from axium.model import foreign
from axium.model.exposures import exposures
from axium.model.gear_rules import final_argv
from axium.model.gear_words import TITLES, Grant, grants
from axium.model.grants import Label, labels
from axium.model.manifests import Manifest
from axium.model.permissions import Effective
from axium.model.versions import is_in_range, range_fault
from axium.thin.paths import environ, home_of

NARROWEST, WIDEST = 40, 100
TITLE = 11
"""Columns of what stands before a row."""
ENTRY = 28
"""Columns of an entry that has what is said of it beside it."""

HOLDERS = {"kernel": "kernel", "daemon": "axium"}

Ink = str
PLAIN, BOLD, DIM, RED, GREEN, YELLOW = "", "1", "2", "1;31", "32", "33"


class Line(NamedTuple):
    """One line of the screen, and how it is drawn."""

    text: str
    ink: Ink = PLAIN

    def drawn(self, *, in_colour: bool) -> str:
        """As it is written to a terminal."""
        return f"\033[{self.ink}m{self.text}\033[0m" if in_colour and self.ink else self.text


def screen(proposal: Proposal, columns: int) -> list[Line]:
    """All of it; `columns` is how wide it may be."""
    columns = max(NARROWEST, min(WIDEST, columns))
    rights, approval = proposal.rights, proposal.approval
    rows = granted(proposal.name, rights, approval.programs)
    level = level_of(rights)
    return [
        *_what_it_is(proposal, columns),
        *_what_changed(proposal, columns),
        Line(""),
        Line("it may", BOLD),
        *what_it_may(rights, rows, columns),
        *what_it_wraps(proposal.manifest, columns),
        Line(""),
        *what_holds_it(proposal.name, level, columns, is_permissive=_is_permissive(proposal)),
        *told_dangers(dangers(proposal.manifest, rights), columns),
    ]


def dangers(manifest: Manifest, rights: Effective) -> list[Label]:
    """The grants that amount to anything, and those that hand over secrets."""
    known = places(home_of(environ()), environ())
    amounts = labels(
        rights,
        home=known.home,
        has_prefixes=bool(manifest.prefixes),
        is_gear=True,
        starting=known.starting,
    )
    return [*amounts, *exposures(rights, home=known.home)]


def granted(name: str, rights: Effective, programs: Mapping[str, str]) -> list[Grant]:
    """Everything that a gear of this home may do."""
    home = home_of(environ())
    directory = f"{home.root}/gears/{name}"
    return grants(rights, places(home, environ()), directory=directory, programs=programs)


def level_ink(level: str) -> Ink:
    """In which colour a level is said."""
    return {ENFORCED: GREEN, "partial": YELLOW}.get(level.partition(":")[0], RED)


def _what_it_is(proposal: Proposal, columns: int) -> Iterator[Line]:
    row, manifest, approval = proposal.row, proposal.manifest, proposal.approval
    yield Line(f"gear {proposal.name}", BOLD)
    yield from _row("version", foreign.shown(row.version), columns)
    if row.description:
        yield from _row("it says", _quoted(row.description), columns)
    yield from _row("author", _quoted(manifest.author) if manifest.author else "unnamed", columns)
    yield from _row("from", foreign.shown(show.address(row.source)), columns)
    count = len(approval.files)
    files = "its manifest alone" if approval.is_editable else f"{count} file{'s' * (count != 1)}"
    yield from _row("digest", f"{approval.digest[:23]} of {files}", columns)
    if approval.is_editable:
        told = "editable: its code may change, and nobody asks you again"
        yield from _row("", told, columns, YELLOW)
    if manifest.requires and (range_fault(manifest.requires) or _is_other(manifest.requires)):
        told = f"axium {foreign.shown(manifest.requires)}, and this is {__version__}"
        yield from _row("needs", told, columns, RED)


def _is_other(requires: str) -> bool:
    return not is_in_range(__version__, requires)


def _what_changed(proposal: Proposal, columns: int) -> Iterator[Line]:
    if proposal.former is None:
        return
    yield Line("")
    yield Line(f"since you approved it ({foreign.shown(proposal.former.approved_at)})", BOLD)
    if not proposal.changes:
        yield Line("  nothing has changed")
    # What it asks for now comes first: files may be thousands.
    told = [each.removeprefix("permissions: ") for each in proposal.changes]
    for each in sorted(told, key=lambda text: {"+": 0, "-": 1}.get(text[0], 2)):
        ink = {"+": YELLOW, "-": GREEN}.get(each[0], PLAIN)
        yield from _hanging("  ", each, columns, ink)
    if proposal.approval.is_editable and not proposal.former.is_editable:
        yield Line("  it becomes editable", YELLOW)


def what_it_may(
    rights: Effective, rows: list[Grant], columns: int, *, is_full: bool = False
) -> Iterator[Line]:
    """A row for each grant; `is_full` has who said it, and why the kernel does not hold it."""
    if not rows:
        yield Line("  nothing, but read its own files and keep some in directories of its own")
    before = None
    for grant in rows:
        title = TITLES[grant.field] if grant.field != before else ""
        before = grant.field
        said = _said(rights, grant, is_full=is_full)
        yield from _triple(title, foreign.entry(grant.entry), said, columns)
    for field, title in TITLES.items():
        if rights.sources[field] == "override" and not getattr(rights, field):
            told = f"nothing, you said ({'override' if is_full else 'your override'})"
            yield from _row(title, told, columns)


def _said(rights: Effective, grant: Grant, *, is_full: bool) -> str:
    """`with all that is in it (kernel)`."""
    entry = grant.entry.removeprefix("!")
    source = rights.origins.get(grant.field, {}).get(entry, rights.sources[grant.field])
    tail = [HOLDERS[grant.holder]]
    tail += [f"the kernel can't: {grant.why}"] if grant.why and is_full else []
    tail += [source] if is_full else ["your override"] if source == "override" else []
    return f"{grant.words} ({'; '.join(tail)})".strip()


def what_it_wraps(manifest: Manifest, columns: int) -> Iterator[Line]:
    """The commands that it stands for, with what runs instead."""
    for number, rule in enumerate(manifest.prefixes):
        words = shlex.join(final_argv(rule))
        told = f"{rule.command} ...  ->  {foreign.shown(words)} ..."
        yield from _row("" if number else "wraps", told, columns)


def what_holds_it(name: str, level: str, columns: int, *, is_permissive: bool) -> Iterator[Line]:
    """How far it is held here, and what that means for it."""
    yield Line(
        "(kernel): Linux keeps it to this. (axium): axium does this for it, on request.", DIM
    )
    yield from _row("sandbox", foreign.shown(level), columns, level_ink(level))
    if is_permissive:
        told = f"PERMISSIVE: {override_name(name)} has it started also where nothing holds it"
        yield from _row("", told, columns, RED)
    elif level != ENFORCED:
        yield from _row("", "so it is not started on this machine", columns, RED)


def told_dangers(found: list[Label], columns: int) -> Iterator[Line]:
    """What is dangerous, each marked."""
    for label in found:
        yield from _hanging("! ", f"{label.grant}: {label.why}", columns, RED)


def _is_permissive(proposal: Proposal) -> bool:
    return proposal.override is not None and proposal.override.is_permissive and not is_strict()


def _row(title: str, text: str, columns: int, ink: Ink = PLAIN) -> Iterator[Line]:
    """A title and what belongs to it, folded beside it."""
    for number, part in enumerate(foreign.folded(text, columns - TITLE - 2)):
        yield Line(f"  {'' if number else title:<{TITLE}}{part}", ink)


def _triple(title: str, entry: str, said: str, columns: int) -> Iterator[Line]:
    """A title, an entry and what is said of it, each beside the one before where there is room."""
    room = columns - TITLE - ENTRY - 4
    if not entry or foreign.width(entry) > ENTRY or room < ENTRY:
        yield from _row(title, entry, columns) if entry else ()
        lead = "" if entry else title
        yield from _row(lead, ("  " if entry else "") + said, columns)
        return
    blank = " " * (ENTRY - foreign.width(entry) + 2)
    for number, part in enumerate(foreign.folded(said, room)):
        head = " " * (ENTRY + 2) if number else entry + blank
        yield Line(f"  {'' if number else title:<{TITLE}}{head}{part}")


def _hanging(lead: str, text: str, columns: int, ink: Ink) -> Iterator[Line]:
    """A text behind `lead`, what is folded further in."""
    for number, part in enumerate(foreign.folded(foreign.shown(text), columns - 4)):
        yield Line(f"{'    ' if number else lead}{part}", ink)


def _quoted(text: str) -> str:
    return '"' + foreign.shown(text).replace('"', "'") + '"'
