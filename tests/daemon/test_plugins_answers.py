"""What hosts answer, also where hostile code wrote it: bounded, and on lines of its own."""

from __future__ import annotations

from axium.daemon.services.plugins.answers import (
    LONGEST_RECORD,
    LONGEST_VALUE,
    MOST_COMMANDS,
    MOST_EVENTS,
    MOST_FAULTS,
    MOST_SEGMENTS,
    modest,
    of_gear,
    sane,
)
from axium.wire.channel import Answer, Fault, Report, Segment


def test_an_ordinary_answer_stays_as_it_is() -> None:
    answer = Answer(
        answer=1,
        report=Report(
            commands=["aws whoami\tspoke:aws\tWho am I\t"],
            events=["env_change"],
            segments=[Segment(name="aws", refresh=5.0)],
        ),
        values=[["a", None]],
        faults=[Fault(what="listener `f`", error="main.py:1: KeyError: 'x'", trace="a\n  b\n")],
    )
    assert sane(answer) == answer


def test_too_much_is_left_out_and_told() -> None:
    report = Report(
        commands=["c" * (LONGEST_RECORD + 1), *["c\ts\th\t"] * (MOST_COMMANDS + 2)],
        events=["e"] * (MOST_EVENTS + 3),
        segments=[Segment(name=f"s{n}") for n in range(MOST_SEGMENTS + 4)],
    )
    kept = sane(Answer(answer=1, report=report))
    assert kept.report is not None
    assert [len(kept.report.commands), len(kept.report.events), len(kept.report.segments)] == [
        MOST_COMMANDS,
        MOST_EVENTS,
        MOST_SEGMENTS,
    ]
    assert [fault.error for fault in kept.faults] == [
        "1 commands are left out: over 4000 characters",
        "2 commands are left out: at most 5000 are taken",
        "3 events are left out: at most 1000 are taken",
        "4 segments are left out: at most 100 are taken",
    ]


def test_segments_that_no_hud_could_name_are_left_out() -> None:
    names = ["", "a\nb", "\x1b[2J", "n" * 101, "fine"]
    kept = sane(Answer(answer=1, report=Report(segments=[Segment(name=name) for name in names])))
    assert kept.report == Report(segments=[Segment(name="fine")])
    assert [fault.error for fault in kept.faults] == [
        "4 segments are left out: without a name that can be shown"
    ]


def test_a_time_of_refreshing_that_is_none_is_no_time() -> None:
    segments = [Segment(name="s", refresh=secs) for secs in (-1.0, 0.0, 1e308)]
    kept = sane(Answer(answer=1, report=Report(segments=segments)))
    assert kept.report == Report(segments=[Segment(name="s")] * 3)


def test_faults_are_few_and_each_is_one_line() -> None:
    forged = Fault(
        what="a\n2026 INFO all is well", error="x\x1b[2J\ny" + "z" * 5000, trace="t" * 99999
    )
    kept = sane(Answer(answer=1, faults=[forged] * 100_000)).faults
    assert len(kept) == MOST_FAULTS + 1
    assert kept[0].what == "a 2026 INFO all is well"
    assert kept[0].error.startswith("x[2J y")
    assert len(kept[0].error) < 2001
    assert len(kept[0].trace) == 20_000
    assert kept[-1].error == "99980 faults are left out: at most 20 are taken"


def test_values_are_cut() -> None:
    assert sane(Answer(answer=1, values=[["x" * 10_000_000]])).values == [["x" * LONGEST_VALUE]]


def test_what_help_shows_of_a_command_does_not_steer_a_terminal() -> None:
    report = Report(commands=["x y\tgear:x\tHelp \u202eples\x9b2J é.\t--all"])
    kept = sane(Answer(answer=1, report=report)).report
    assert kept == Report(commands=["x y\tgear:x\tHelp ples2J é.\t--all"])


def test_a_segment_of_a_gear_s_looks_like_nobody_else_s() -> None:
    given = [
        Segment(name="build", priority=120, refresh=5.0),
        Segment(name="first", priority=1),
        Segment(name="text", is_verbatim=True),
        Segment(name="env:dev"),
        Segment(name="env dev"),
        Segment(name="aws"),
        Segment(name="creds"),
    ]
    kept, left_out = of_gear(given, {"creds"})
    assert kept == [
        Segment(name="build", priority=120, refresh=5.0),
        Segment(name="first", priority=100),
        Segment(name="text", priority=100),
    ]
    assert [fault.split("`")[1] for fault in left_out] == [
        "env:dev",
        "env dev",
        "aws",
        "creds",
    ]


def test_a_value_of_a_gear_s_is_one_segment_s() -> None:
    rows: list[list[str | None]] = [
        ["ok  env:prod", None, "", "[deploy:Y]", "at 12:30, \u2800faults:9"]
    ]
    assert modest(Answer(answer=1, values=rows)).values == [
        ["ok env=prod", None, "", "[deploy:Y]", "at 12:30, faults=9"]
    ]
