"""What is told of each kind of fault: file, line, column, what was found, what to do."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.config import envs, hud, prefixes
from axium.config.findings import Findings

Parse = Callable[[str, Findings], object]
Told = list[tuple[str, str | None]]

BOMB = "a: &a0 [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 30)
)


def told(parse: Parse, text: str) -> Told:
    findings = Findings()
    parse(text, findings)
    return [(f"{fault.severity} {fault}", fault.hint) for fault in findings.faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", ["1:5: mapping values are not allowed in this context"]),
        (
            "envs:\n  a: 'x\n",
            [
                (
                    "3:1: found unexpected end of stream,"
                    " while scanning a quoted scalar that begins at 2:6"
                )
            ],
        ),
        (
            "envs:\n\ta: 1",
            ["2:1: found character that cannot start any token, while scanning for the next token"],
        ),
        (
            "envs: {}\n---\nb: 1",
            ["2:1: a second document begins here, and one file is one document"],
        ),
        ("envs: \0", ["1:7: the character U+0000 may not stand in YAML"]),
        ("envs: &a {b: *a}", ["1:14: `*a` contains itself"]),
        ("envs: *x", ["1:7: `*x` is an alias of no anchor before it"]),
        (BOMB, ["6:15: `*a4` makes more than 50000 values of this file"]),
        ("envs: !x {}", ["1:7: the tag `!x` means nothing here"]),
        ("envs: {a: {b: !!int x}}", ["1:15: `x` does not fit its tag `!!int`"]),
        ("envs: {a: {b: !y x}}", ["1:15: the tag `!y` means nothing here"]),
        ("", ["1:1: the file has no `envs`"]),
        ("- a", ["1:1: the file must be a mapping, found a list"]),
        ("envs: []", ["1:7: `envs` must be a mapping, found a list"]),
        ("envs: {a: 3}", ["1:11: `envs.a` must be a mapping, found `3`"]),
        ("envs: {a: {}, a: {}}", ["1:15: the key `a` is there twice, first at envs.yaml:1:8"]),
        (
            "envs: {a: {1: x, '1': y}}",
            ["1:18: the key `1` is there twice, first at envs.yaml:1:12"],
        ),
        ("envs: {[a]: {}}", ["1:8: a key must be a single value, found a list or mapping"]),
        ("envs: {a: {~: 1}}", ["1:12: a key must have a name, found nothing"]),
        ("envs: {-: {}}", ["1:8: `-` can't name an environment: it means the one before"]),
        ('envs: {"a\\n": {}}', ["1:8: 'a\\n' can't name an environment: it can't be shown"]),
        ('envs: {"": {}}', ["1:8: '' can't name an environment: it can't be shown"]),
        (
            'envs: {a: {b: "x\\0"}}',
            ["1:15: `b` contains U+0000, which can't be handed to a program"],
        ),
        (
            'envs: {a: {"b\\0": x}}',
            ["1:12: a key contains U+0000, which can't be handed to a program"],
        ),
        (
            "envs: {a: {b.c: 1, b: {c: 2}}}",
            ["1:27: `b.c` is there twice, once as a key with a dot in it"],
        ),
        ("envs: {a: {<<: 3}}", ["1:16: `<<` takes a mapping or a list of mappings to be merged"]),
        ("envs: {a: {unset: X}}", ["1:19: `unset` of `a` must be a list of variables, found `X`"]),
        (
            "envs: {a: {unset: [1X, [Y], AXIUM_ENV]}}",
            [
                "1:20: `1X` is no name of a variable: it takes letters, digits and `_`",
                "1:24: `unset` of `a` must be names of variables, found a list",
                "1:29: `AXIUM_ENV` is reserved: variables that begin with `AXIUM_` belong to axium",
            ],
        ),
    ],
)
def test_faults_of_environments(text: str, expected: list[str]) -> None:
    assert [line for line, _ in told(envs.parse, text)] == [
        f"error envs.yaml:{e}" for e in expected
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prefixes: {}", ["1:11: `prefixes` must be a list, found a mapping"]),
        ("prefixes: [x]", ["1:12: `prefixes[0]` must be a mapping, found `x`"]),
        ("prefixes: [{prefix: x}]", ["1:12: `prefixes[0]` has no `command`"]),
        (
            "prefixes: [{command: [a], prefix: x}]",
            ["1:22: `prefixes[0].command` must be a text, found a list"],
        ),
        (
            "prefixes: [{command: a b, prefix: x}]",
            ["1:22: `a b` can't be wrapped: a command is letters, digits and `_.+-`"],
        ),
        (
            "prefixes: [{command: a}]",
            ["1:22: the rule for `a` takes one of `prefix`, `wrapper`, `strategy`; found none"],
        ),
        (
            "prefixes: [{command: a, prefix: b, wrapper: c}]",
            [
                (
                    "1:22: the rule for `a` takes one of `prefix`, `wrapper`, `strategy`;"
                    " found `prefix` and `wrapper`"
                )
            ],
        ),
        (
            "prefixes: [{command: a, prefix: b, config: {}}]",
            ["1:22: `config` of `a` belongs to a `strategy`"],
        ),
        (
            "prefixes: [{command: a, strategy: env_vars}]",
            ["1:22: the strategy `env_vars` of `a` needs `config.env`"],
        ),
        (
            "prefixes: [{command: a, strategy: env_var}]",
            [
                "1:22: the rule for `a` takes one of `prefix`, `wrapper`, `strategy`; found none",
                (
                    "1:35: `prefixes[0].strategy` must be one of `args_append`, `args_prepend`,"
                    " `env_vars`, `wrapper`, found `env_var`"
                ),
            ],
        ),
        (
            "prefixes: [{command: a, prefix: b, fallback: plan}]",
            ["1:46: `prefixes[0].fallback` must be `plain`, found `plan`"],
        ),
        (
            "prefixes: [{command: a, prefix: b, unset: [1]}]",
            ["1:44: `1` is no name of a variable: it takes letters, digits and `_`"],
        ),
        (
            "prefixes: [{command: a, prefix: A=1 source x}]",
            ["1:33: `source` is part of the shell and no program"],
        ),
        (
            "prefixes: [{command: a, prefix: 'cd ${env.x}'}]",
            ["1:33: `cd` is part of the shell and no program"],
        ),
        (
            'prefixes: [{command: a, prefix: "b \'c"}]',
            ["1:33: `b 'c` can't be cut into words: a quote `'` is never closed"],
        ),
        (
            "prefixes: [{command: a, prefix: '${env.}'}]",
            ["1:33: `${env.}` is neither `${env.key}` nor `${VARIABLE}`"],
        ),
        (
            "prefixes: [{command: a, strategy: env_vars, config: {env: {AXIUM_X: 1, B: [c]}}}]",
            [
                "1:60: `AXIUM_X` is reserved: variables that begin with `AXIUM_` belong to axium",
                "1:75: `prefixes[0].config.env.B` must be a text, found a list",
            ],
        ),
        (
            "prefixes:\n- {command: a, prefix: b}\n- {command: a, wrapper: c}\n",
            ["3:13: `a` has a prefix or wrapper already, at prefixes.yaml:2:13"],
        ),
    ],
)
def test_faults_of_rules(text: str, expected: list[str]) -> None:
    found = [line for line, _ in told(prefixes.parse, text)]
    assert found == [f"error prefixes.yaml:{e}" for e in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layout: env", ["1:9: `layout` must be a list, found `env`"]),
        ("layout: ['']", ["1:10: a segment must have a name, found nothing"]),
        (
            "style: {padding: 9}",
            ["1:18: `style.padding` must be a whole number from 0 to 8, found `9`"],
        ),
        (
            "style: {padding: true}",
            ["1:18: `style.padding` must be a whole number from 0 to 8, found `true`"],
        ),
        ("style: {color: purple}", ["1:16: `purple` is no colour that can be shown"]),
        (
            "style: {theme: {enabled: yes}}",
            ["1:26: `style.theme.enabled` must be `true` or `false`, found `yes`"],
        ),
        (
            "style: {wrapper: {left: a, prefix: b}}",
            [
                (
                    "1:36: `style.wrapper` takes `left` and `right`, or `prefix` and `suffix`;"
                    " found both"
                )
            ],
        ),
    ],
)
def test_faults_of_the_hud(text: str, expected: list[str]) -> None:
    assert [line for line, _ in told(hud.parse, text)] == [f"error hud.yaml:{e}" for e in expected]


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (
            envs.parse,
            "envs: {}\nguards: {}",
            [("warning envs.yaml:2:1: unknown key `guards`", "known are `envs`")],
        ),
        (
            prefixes.parse,
            "prefixes: [{command: a, prefix: b, fallbak: plain}]",
            [
                (
                    "warning prefixes.yaml:1:36: unknown key `fallbak` in `prefixes[0]`",
                    "did you mean `fallback`?",
                )
            ],
        ),
        (
            hud.parse,
            "style: {colour: red}",
            [
                (
                    "warning hud.yaml:1:9: unknown key `colour` in `style`",
                    "did you mean `color`?",
                )
            ],
        ),
        (
            envs.parse,
            "envs: {a: {color: purple, anything: goes}}",
            [
                (
                    "warning envs.yaml:1:19: `purple` is no colour that can be shown",
                    "write `#RRGGBB` or `red`",
                )
            ],
        ),
        (
            hud.parse,
            "style: {theme: {name: clasic}}",
            [
                (
                    (
                        "error hud.yaml:1:23: `style.theme.name` must be one of `classic`, `dim`,"
                        " `inverted`, `mono`, `soft`, `teal`, found `clasic`"
                    ),
                    "did you mean `classic`?",
                )
            ],
        ),
    ],
)
def test_what_is_not_known_is_told_with_the_nearest_that_is(
    parse: Parse, text: str, expected: Told
) -> None:
    assert told(parse, text) == expected


def test_every_fault_of_a_file_is_told_in_the_order_of_the_lines() -> None:
    text = """\
prefixes:
  - command: cd
    prefix: eval x
  - comand: aws
  - command: k
    wrapper: [x]
    unset: [1]
"""
    assert [line.split(": ")[0] for line, _ in told(prefixes.parse, text)] == [
        "error prefixes.yaml:2:14",
        "error prefixes.yaml:3:13",
        "warning prefixes.yaml:4:5",
        "error prefixes.yaml:4:5",
        "error prefixes.yaml:5:14",
        "error prefixes.yaml:6:14",
        "error prefixes.yaml:7:13",
    ]


PIECES = (
    "envs: prefixes: style: - command: prefix: wrapper: unset: config: args: env: a b"
    " [ ] { } , & * ! | > ' \" ~ 1 <<: *x &x $ ${env.a} #"
)


@given(
    st.sampled_from([envs.parse, prefixes.parse, hud.parse]),
    st.lists(st.sampled_from([*PIECES.split(), "\n", "\n  "]), max_size=30).map(" ".join),
)
def test_no_text_ends_the_reading(parse: Parse, text: str) -> None:
    assert all(hint is None or hint for _, hint in told(parse, text))
