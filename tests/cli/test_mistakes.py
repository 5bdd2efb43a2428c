"""A mistyped command line: the error, what was meant, the whole help of the place, exit code 1."""

from __future__ import annotations

from contextlib import closing

import pytest

from axium.model.suggest import nearest
from tests.real.spokes import Plugged
from tests.support import Daemon, Scratch
from tests.support.scratch import VENV_BIN

ROOT = "axium NOUN VERB "
ENV = "Usage: axium env [OPTIONS] COMMAND"
ENV_SET = "Usage: axium env set "


def told(scratch: Scratch, *args: str, name: str = "axium") -> tuple[int, list[str], str]:
    """Exit code, error and hints, and the first line of the help, with its end cut off."""
    done = scratch.run(VENV_BIN / name, *args, env={"AXIUM_NO_AUTOSTART": "1"})
    said, _, shown = done.stderr.partition("\n\n")
    assert done.stdout == ""
    return done.returncode, said.splitlines(), shown.partition("\n")[0]


@pytest.mark.parametrize(
    ("typed", "error", "hint", "help_of"),
    [
        ("evn set prod", "unknown command `axium evn`", "did you mean `axium env set`?", ROOT),
        ("evn sett", "unknown command `axium evn`", "did you mean `axium env set`?", ROOT),
        ("daemno", "unknown command `axium daemno`", "did you mean `axium daemon`?", ROOT),
        ("env sett", "unknown command `axium env sett`", "did you mean `axium env set`?", ENV),
        ("env set x --panee %1", "no such option `--panee`", "did you mean `--pane`?", ENV_SET),
        ("--verbos", "no such option `--verbos`", "did you mean `--verbose`?", ROOT),
        ("help env sett", "unknown command `axium env sett`", "did you mean `axium env set`?", ENV),
        ("qqqqq", "unknown command `axium qqqqq`", None, ROOT),
        ("daemon bogus", "unknown command `axium daemon bogus`", None, "Usage: axium daemon "),
        ("env", "missing command", None, ENV),
        ("env set", "missing argument `NAME`", None, ENV_SET),
        ("env set --pane", "option `--pane` requires an argument", None, ENV_SET),
        ("env set a b c", "too many arguments: `b c`", None, ENV_SET),
        ("env list --bogus", "no such option `--bogus`", None, "Usage: axium env list "),
        ("notify send", "missing option `-t` / `--title`", None, "Usage: axium notify send "),
    ],
)
def test_a_mistake_is_told_with_the_nearest_name_and_the_whole_help(
    scratch: Scratch, typed: str, error: str, hint: str | None, help_of: str
) -> None:
    code, said, shown = told(scratch, *typed.split())
    assert (code, said) == (1, [f"✗ {error}", *([f"  {hint}"] if hint else [])])
    assert shown.startswith(help_of)


@pytest.mark.parametrize(
    ("number", "wrong"),
    [("x", "is no whole number"), ("1.5", "is no whole number"), ("", "is no whole number"),
     ("-3", "is less than 0"), ("a: b is not in", "is no whole number")],
)  # fmt: skip
def test_a_number_that_is_none_is_told_with_the_help(
    scratch: Scratch, number: str, wrong: str
) -> None:
    code, said, shown = told(scratch, "daemon", "logs", "-n", number)
    assert (code, said) == (1, [f"✗ invalid value for `-n` / `--lines`: `{number}` {wrong}"])
    assert shown.startswith("Usage: axium daemon logs ")


def test_the_short_name_says_the_same(scratch: Scratch) -> None:
    assert told(scratch, "evn", name="ax") == told(scratch, "evn")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("root", "`root` is an environment: `axium env set root`"),
        ("env builder", "`builder` is an environment: `axium env set builder`"),
        ("aws s3 ls", "`aws` is a wrapped command: `axium run aws s3 ls`"),
    ],
)
@pytest.mark.parametrize("is_published", [True, False])
def test_what_is_no_command_but_known_is_told_how_it_is_used(
    scratch: Scratch, typed: str, hint: str, *, is_published: bool
) -> None:
    scratch.axium("bootstrap")
    if is_published:
        Daemon(scratch)
    code, said, _shown = told(scratch, *typed.split())
    words = typed.split()
    path = " ".join(["axium", *words[: 1 + (words[0] == "env")]])
    assert (code, said) == (1, [f"✗ unknown command `{path}`", f"  {hint}"])


@pytest.mark.parametrize(
    ("main", "hint"),
    [
        (
            "import nothing_there",
            "`tools` is a spoke that has no commands now: `axium spoke list` tells how it is",
        ),
        (
            "def register(app, events):\n for n in range(6): app.command(f'c{n}')(lambda: None)",
            "`tools` is a spoke with `c0`, `c1`, `c2`, `c3`, `c4`, ...",
        ),
    ],
)
def test_a_spoke_that_is_no_command_is_told_with_what_it_has(
    scratch: Scratch, main: str, hint: str
) -> None:
    with closing(Plugged(scratch, tools=main)):
        assert told(scratch, "tools", "x")[1] == ["✗ unknown command `axium tools`", f"  {hint}"]


def test_a_gear_that_is_no_command_is_told_with_what_it_has(scratch: Scratch) -> None:
    source = scratch.user / "tools"
    source.mkdir()
    (source / "gear.yaml").write_text("name: tools\n")
    (source / "main.py").write_text("def register(app): app.command('saw')(lambda: None)\n")
    with closing(Daemon(scratch)):
        scratch.axium("gear", "install", "-y", str(source))
        hint = "`tools` is a gear with `saw`"
        assert told(scratch, "tools", "x")[1] == ["✗ unknown command `axium tools`", f"  {hint}"]
        scratch.axium("gear", "uninstall", "-f", "tools")
        assert told(scratch, "tools", "x")[1] == ["✗ unknown command `axium tools`"]


def test_what_was_typed_cannot_steer_the_terminal(scratch: Scratch) -> None:
    code, said, _shown = told(scratch, "a\x1b[2J")
    assert (code, said) == (1, ["✗ unknown command `axium a\\x1b[2J`"])


VERBS = ["start", "stop", "restart", "reload", "status", "logs", "pause", "resume"]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("strat", ["start"]),
        ("relaod", ["reload"]),
        ("lgos", ["logs"]),
        ("LOGS", ["logs"]),
        ("st", ["start", "stop", "status"]),
        ("stat", ["start", "status"]),
        ("bogus", []),
        ("x", []),
        ("", []),
        ("restar" * 100, []),
    ],
)
def test_slips_of_the_finger_are_seen_through_and_no_other_word_is(
    typed: str, near: list[str]
) -> None:
    assert nearest(typed, VERBS) == near
