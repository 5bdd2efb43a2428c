"""What files without a fault become."""

import pytest

from axium.config import envs, hud, prefixes
from axium.config.findings import Findings
from axium.model.environments import Environment
from axium.model.hud import HudConfig, ThemeChoice
from axium.model.marks import Mark
from axium.model.rules import ArgsAppend, EnvVars, Prefix, Rule, Wrapper
from axium.model.templates import Template


def at(line: int, column: int, file: str = "envs.yaml") -> Mark:
    return Mark(file, line, column)


def environments(text: str) -> dict[str, Environment]:
    findings = Findings()
    made = envs.parse(text, findings)
    assert findings.faults == ()
    return made


def test_properties_are_typed_and_their_texts_stay_as_written() -> None:
    text = """\
envs:
  prod:
    version: 1.10
    account: 0123
    quoted: "0123"
    none:
    aws: {region: eu, on: yes}
    list: [1, a]
    unset: [A, B]
"""
    assert environments(text)["prod"] == Environment(
        "prod",
        at(2, 3),
        {
            "version": 1.1,
            "account": 123,
            "quoted": "0123",
            "none": None,
            "aws": {"region": "eu", "on": "yes"},
            "list": [1, "a"],
            "unset": ["A", "B"],
        },
        {
            "version": "1.10",
            "account": "0123",
            "quoted": "0123",
            "none": "",
            "aws.region": "eu",
            "aws.on": "yes",
        },
        {
            "version": at(3, 14),
            "account": at(4, 14),
            "quoted": at(5, 13),
            "none": at(6, 10),
            "aws": at(7, 10),
            "aws.region": at(7, 19),
            "aws.on": at(7, 27),
            "list": at(8, 11),
            "unset": at(9, 12),
        },
        ("A", "B"),
    )


def test_names_are_texts_whatever_they_look_like() -> None:
    assert list(environments("envs:\n  no:\n  12:\n  1.10: {}\n")) == ["no", "12", "1.10"]


def test_merged_properties_lie_under_an_environments_own() -> None:
    text = "envs:\n  a: &a {x: 1, y: 2}\n  b: {<<: *a, y: 3}\n  c: {y: 4, <<: [{y: 5, z: 6}, *a]}\n"
    made = environments(text)
    assert (made["b"].texts, made["c"].texts) == (
        {"y": "3", "x": "1"},
        {"y": "4", "z": "6", "x": "1"},
    )
    assert made["b"].marks["x"] == at(2, 13)


def test_each_way_to_write_a_rule() -> None:
    text = """\
prefixes:
  - command: a
    prefix: ${env.prefix}
    unset: [X, X]
    fallback: plain
  - {command: b, wrapper: w b}
  - {command: b, strategy: args_append, config: {args: [1.10, yes]}}
  - {command: c, strategy: env_vars, config: {env: {N: 0123, E: }}}
  - {command: d, strategy: wrapper, config: {command: w d}}
  - {command: e, prefix: }
"""
    findings = Findings()
    made = prefixes.parse(text, findings)
    assert findings.faults == ()

    def template(text: str, line: int, column: int) -> Template:
        return Template.parse(text, at(line, column, "prefixes.yaml"))

    def rule(command: str, line: int, form: object, *, column: int = 15, **more: object) -> Rule:
        where = at(line, column, "prefixes.yaml")
        return Rule(command, where, "user", form, **more)  # type: ignore[arg-type]

    assert made == [
        rule(
            "a",
            2,
            Prefix(template("${env.prefix}", 3, 13)),
            column=14,
            unset=("X",),
            fallback="plain",
        ),
        rule("b", 6, Wrapper(template("w b", 6, 27))),
        rule("b", 7, ArgsAppend((template("1.10", 7, 57), template("yes", 7, 63)))),
        rule("c", 8, EnvVars({"N": template("0123", 8, 56), "E": template("", 8, 65)})),
        rule("d", 9, Wrapper(template("w d", 9, 55))),
        rule("e", 10, Prefix(template("", 10, 26))),
    ]


def test_a_list_that_is_commented_out_is_empty() -> None:
    findings = Findings()
    assert (prefixes.parse("prefixes:\n# - command: a\n", findings), findings.faults) == ([], ())


def test_a_hud_takes_what_is_there_and_defaults_for_the_rest() -> None:
    text = """\
layout: [env, env.region]
hide: [creds]
style:
  color: red
  wrapper: {prefix: "<", suffix: ">"}
  theme: {enabled: true, name: soft}
"""
    findings = Findings()
    assert hud.parse(text, findings) == HudConfig(
        layout=("env", "env.region"),
        hide=("creds",),
        color="red",
        left="<",
        right=">",
        theme=ThemeChoice(enabled=True, name="soft"),
    )
    assert (hud.parse("", findings), findings.faults) == (HudConfig(), ())


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("[env, uptime, session, pane, aws, env.region, env.owner.mail, creds]", []),
        (
            "[uptme]",
            [
                (
                    "hud.yaml:1:10: axium has no segment `uptme`",
                    "did you mean `uptime`? Only a program of yours could fill `uptme`",
                )
            ],
        ),
        (
            "[env.regoin, env.owner]",
            [
                (
                    (
                        "hud.yaml:1:10: no environment has the property `regoin`,"
                        " or it is a list or a mapping"
                    ),
                    "did you mean `env.region`?",
                ),
                (
                    (
                        "hud.yaml:1:22: no environment has the property `owner`,"
                        " or it is a list or a mapping"
                    ),
                    "did you mean `env.owner.mail`?",
                ),
            ],
        ),
    ],
)
def test_segments_that_look_mistyped_are_warned_of(
    layout: str, expected: list[tuple[str, str | None]]
) -> None:
    known = environments("envs: {dev: {}, prod: {region: eu, owner: {mail: a@example.org}}}")
    findings = Findings()
    made = hud.parse(f"layout: {layout}\n", findings, known)
    told = [(str(fault), fault.hint) for fault in findings.faults if fault.severity == "warning"]
    assert (told, findings.has_errors, made.layout) == (
        expected,
        False,
        tuple(layout.strip("[]").split(", ")),
    )
