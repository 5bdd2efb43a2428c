"""What a gear may wrap, and by what."""

import pytest

from axium.model import gear_rules
from axium.model.rules import Rule, rule_from_wire
from tests.model.making import env_vars, prefix, prepend, rule, wrapper

CORE = frozenset({"run", "env", "gear"})
OWN = frozenset({"ansible-run", "aws whoami"})


def faults(made: Rule) -> list[str]:
    return [fault.message for fault in gear_rules.faults(made, CORE)]


@pytest.mark.parametrize(
    "text",
    [
        "axium ansible-run",
        "axium ansible-run --profile 'a b' --",
        "axium aws whoami",
        '"axium" ansible-run A=b ~/x $$5',
    ],
)
def test_a_gear_wraps_by_a_command_of_its_own(text: str) -> None:
    made = rule("ansible", wrapper(text))
    assert (faults(made), gear_rules.is_of(made, OWN)) == ([], True)


@pytest.mark.parametrize(
    "text",
    [
        "axium aws",
        "axium ansible",
        "axium ansible-run2",
        "axium 'ansible-run --x'",
        "axium aws s3 whoami",
    ],
)
def test_words_that_are_no_command_of_the_gear_are_found_when_it_is_loaded(text: str) -> None:
    made = rule("ansible", wrapper(text))
    assert (faults(made), gear_rules.is_of(made, OWN)) == ([], False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ansible-run", "has to begin with `axium`, found `ansible-run`"),
        ("ax ansible-run", "has to begin with `axium`, found `ax`"),
        ("/tmp/axium ansible-run", "has to begin with `axium`, found `/tmp/axium`"),
        ("./axium ansible-run", "has to begin with `axium`, found `./axium`"),
        ("LD_PRELOAD=/tmp/x.so axium a", "has to begin with `axium`, found `LD_PRELOAD=/tmp/x.so`"),
        ("sh -c 'axium a'", "has to begin with `axium`, found `sh`"),
        ("env axium a", "has to begin with `axium`, found `env`"),
        ("axium", "has to go on with a command of the gear"),
        ("axium ''", "has to go on with a command of the gear, found ``"),
        ("axium -m a", "has to go on with a command of the gear, found `-m`"),
        ("axium PATH=/tmp a", "has to go on with a command of the gear, found `PATH=/tmp`"),
        ("axium run rm", "can't be `axium run`, which is axium's own"),
        ("axium ru'n' rm", "can't be `axium run`, which is axium's own"),
        ("axium env set", "can't be `axium env`, which is axium's own"),
        ("axium gear approve x", "can't be `axium gear`, which is axium's own"),
        ("axium a ${env.x}", "has something that is filled in, which a gear's has not"),
        ("axium a $HOME", "has something that is filled in, which a gear's has not"),
        ("axium a {{pane}}", "has something that is filled in, which a gear's has not"),
        ("axium a {{env}}", "has something that is filled in, which a gear's has not"),
        ("~/axium a", "has something that is filled in, which a gear's has not"),
        ("axium a \x1b[2J", "has characters that can't be shown"),
        ("axium a \u202e", "has characters that can't be shown"),
        ("axium a\nrun", "has characters that can't be shown"),
        ("axium " + "a" * 1000, "has 1006 letters, at most 1000"),
    ],
)
def test_a_gear_wraps_by_nothing_else(text: str, expected: str) -> None:
    assert faults(rule("aws", wrapper(text))) == [f"the wrapper of `aws` {expected}"]


@pytest.mark.parametrize(
    "form", [prefix("axium a"), prepend("a"), env_vars(LD_PRELOAD="/tmp/x.so"), env_vars(PATH="x")]
)
def test_a_gear_has_no_rule_of_another_form(form: object) -> None:
    expected = ["the wrapper of `aws` is more than words that stand instead of it"]
    assert faults(rule("aws", form)) == expected  # type: ignore[arg-type]


def test_a_gear_takes_no_variable_away() -> None:
    made = rule("aws", wrapper("axium a"), unset=("AWS_PROFILE",))
    assert faults(made) == ["the wrapper of `aws` is more than words that stand instead of it"]


@pytest.mark.parametrize(
    "name",
    [
        "sh", "bash", "zsh", "fish", "dash", "ksh", "csh", "tcsh", "nu", "pwsh",
        "sudo", "doas", "su", "ssh", "axium", "ax", "env", "scp", "pkexec",
    ],
)  # fmt: skip
def test_a_gear_never_wraps_shells_and_what_is_told_passwords(name: str) -> None:
    assert faults(rule(name, wrapper("axium a"))) == [f"`{name}` can't be wrapped by a gear"]


def test_a_command_is_wrapped_once() -> None:
    rules = [rule(name, wrapper("axium a")) for name in ("aws", "az", "aws")]
    assert [fault.message for fault in gear_rules.repeated(rules)] == [
        "`aws` is wrapped already, at prefixes.yaml:3:13"
    ]


def test_the_final_words_are_the_same_in_any_environment() -> None:
    made = rule("ansible", wrapper("axium ansible-run --profile 'a b' $$5"))
    assert gear_rules.final_argv(made) == ["axium", "ansible-run", "--profile", "a b", "$5"]


@pytest.mark.parametrize(
    ("command", "given", "expected"),
    [
        ("ansible", {"wrapper": "axium ansible-run"}, True),
        ("ansible", {"strategy": "wrapper", "config": {"command": "axium ansible-run"}}, True),
        ("ansible", {"wrapper": "axium ansible-run --all"}, False),
        ("ansible", {"wrapper": "LD_PRELOAD=/x.so axium ansible-run"}, False),
        ("ansible", {"strategy": "env_vars", "config": {"env": {"PATH": "/tmp"}}}, False),
        ("ansible", {"strategy": "args_prepend", "config": {"args": []}}, False),
        ("aws", {"wrapper": "axium ansible-run"}, False),
        ("bash", {"wrapper": "axium ansible-run"}, False),
    ],
)
def test_only_what_was_approved_is_among_what_was_approved(
    command: str, given: dict[str, object], *, expected: bool
) -> None:
    approved = [rule("ansible", wrapper("axium ansible-run"), owner="ansible")]
    fields = {"wrapper": None, "strategy": None, "config": None} | given
    made = rule_from_wire(command, owner="ansible", **fields)  # type: ignore[arg-type]
    assert gear_rules.is_among(made, approved) is expected
