"""What a host answers, held to what is sane: any code may have written it."""

import re
from collections.abc import Collection, Iterator
from itertools import chain

from msgspec.structs import replace

from axium.model import foreign
from axium.model.display import printable
from axium.model.hud import SEGMENTS
from axium.wire.channel import Answer, Fault, Report, Segment

MOST_FAULTS = 20
MOST_COMMANDS = 5000
MOST_EVENTS = 1000
MOST_SEGMENTS = 100

LONGEST_TEXT = 2000
LONGEST_TRACE = 20_000
LONGEST_RECORD = 4000
LONGEST_VALUE = 1000
"""Characters; a HUD shows 60 columns of a segment."""

_LONGEST_NAME = 100
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")
_FIRST_OF_GEARS = 100
"""Priority (spec: HUD segments)."""
_REFRESH_SECS = 86_400.0


def sane(answer: Answer) -> Answer:
    """The same, without what is too much or too long; what is left out is a fault of it."""
    report, left_out = _report(answer.report)
    faults = chain(map(_fault, answer.faults[:MOST_FAULTS]), left_out)
    return replace(
        answer,
        report=report,
        values=[[_value(value) for value in row] for row in answer.values],
        faults=[*faults, *_more("faults", len(answer.faults), MOST_FAULTS)],
    )


def modest(answer: Answer) -> Answer:
    """A gear's: no value looks like the segment of somebody else."""
    values = [[value and foreign.value(value) for value in row] for row in answer.values]
    return replace(answer, values=values)


def of_gear(segments: list[Segment], others: Collection[str]) -> tuple[list[Segment], list[str]]:
    """Those that a stranger may have in the HUD, and why others are left out.

    None of them has the name of one of axium's, or of the `others`, which are plugins.
    """
    whys = [_why_not(segment.name, others) for segment in segments]
    kept = [segment for segment, why in zip(segments, whys, strict=True) if why is None]
    faults = [
        f"the segment `{segment.name}` is left out: {why}"
        for segment, why in zip(segments, whys, strict=True)
        if why is not None
    ]
    return [
        replace(segment, priority=max(segment.priority, _FIRST_OF_GEARS), is_verbatim=False)
        for segment in kept
    ], faults


def _why_not(name: str, others: Collection[str]) -> str | None:
    if not _PLAIN_NAME.fullmatch(name):
        return "a gear names one with letters, digits, `_-`"
    if name in (*SEGMENTS, "faults") or name in others:
        return "somebody else has that name"
    return None


def _report(report: Report | None) -> tuple[Report | None, list[Fault]]:
    if report is None:
        return None, []
    commands = [_record(record) for record in report.commands if len(record) <= LONGEST_RECORD]
    segments = [segment for segment in report.segments if _is_named(segment)]
    left_out = [
        *_not(
            "commands", len(report.commands) - len(commands), f"over {LONGEST_RECORD} characters"
        ),
        *_not("segments", len(report.segments) - len(segments), "without a name that can be shown"),
        *_more("commands", len(commands), MOST_COMMANDS),
        *_more("events", len(report.events), MOST_EVENTS),
        *_more("segments", len(segments), MOST_SEGMENTS),
    ]
    kept = Report(
        commands=commands[:MOST_COMMANDS],
        events=report.events[:MOST_EVENTS],
        segments=[_segment(segment) for segment in segments[:MOST_SEGMENTS]],
    )
    return kept, left_out


def _record(record: str) -> str:
    """Of help, completion and palette, which show it as it is."""
    if record.isascii():
        return record
    return "\t".join([printable(field) for field in record.split("\t")])


def _is_named(segment: Segment) -> bool:
    name = segment.name
    return 0 < len(name) <= _LONGEST_NAME and printable(name) == name


def _segment(segment: Segment) -> Segment:
    if segment.refresh is None or 0 < segment.refresh <= _REFRESH_SECS:
        return segment
    return replace(segment, refresh=None)


def _fault(fault: Fault) -> Fault:
    return Fault(
        what=_line(fault.what), error=_line(fault.error), trace=fault.trace[-LONGEST_TRACE:]
    )


def _line(text: str) -> str:
    """On one line, so that nothing in a log looks like a line of ours."""
    return printable(" ".join(text[:LONGEST_TEXT].split()))


def _value(value: str | None) -> str | None:
    return None if value is None else value[:LONGEST_VALUE]


def _more(what: str, count: int, most: int) -> Iterator[Fault]:
    if count > most:
        text = f"{count - most} {what} are left out: at most {most} are taken"
        yield Fault(what=what, error=text)


def _not(what: str, count: int, why: str) -> Iterator[Fault]:
    if count:
        yield Fault(what=what, error=f"{count} {what} are left out: {why}")
