"""The root help, and the help of one command."""

from __future__ import annotations

import json

from axium.thin.catalogue import shipped
from axium.thin.words import frame
from tests.cli.saying import said
from tests.support import Scratch


def test_axium_alone_and_axium_help_show_every_command_grouped(scratch: Scratch) -> None:
    code, alone, talk = said(scratch)
    assert (code, talk) == (0, "")
    for asked in (("help",), ("--help",), ("-h",), ("-v", "--help")):
        assert said(scratch, *asked) == (0, alone, "")
    for line in ("core", "environments", "daemon and system"):
        assert line in alone.splitlines()
    for command in ("env set", "daemon start", "hud reload", "run", "explain", "notify drain"):
        assert f"\n  {command} " in alone
    assert "\n  ipc " not in alone
    assert max(map(len, alone.splitlines())) <= 80
    assert "…" not in alone


def test_help_can_be_read_by_programs(scratch: Scratch) -> None:
    told = json.loads(said(scratch, "help", "--json")[1])["commands"]
    assert list(told) == ["core", "environments", "plugins", "links", "daemon and system"]
    assert told["core"]["hud reload"] == "Read hud.yaml again and refresh every pane."
    some = json.loads(said(scratch, "help", "notify", "--json")[1])["commands"]
    assert some == {
        "core": {name: text for name, text in told["core"].items() if name[:7] == "notify "}
    }


def test_the_help_of_a_command_is_that_of_the_command(scratch: Scratch) -> None:
    for words in (("env", "set"), ("daemon",), ("run",)):
        shown = said(scratch, "help", *words)
        assert shown == said(scratch, *words, "--help") == said(scratch, *words, "-h")
        assert (shown[0], shown[1].split(" [")[0]) == (0, f"Usage: axium {' '.join(words)}")


def test_a_command_has_no_commands_of_its_own(scratch: Scratch) -> None:
    assert said(scratch, "help", "env", "set", "prod") == (
        1,
        "",
        "✗ `axium env set` has no commands of its own\n",
    )


def test_titles_are_bold_on_a_terminal_and_not_with_no_color(scratch: Scratch) -> None:
    shown = scratch.run("script", "-qec", "axium help; NO_COLOR=1 axium help", "/dev/null").stdout
    bold, plain = shown.replace("\r", "").split("axium NOUN VERB")[1:]
    assert "\n\033[1mcore\033[0m\n" in bold
    assert ("\n\ncore\n" in plain, "\033" in plain) == (True, False)


def test_the_help_that_follows_a_mistake_is_plain_on_a_terminal_too(scratch: Scratch) -> None:
    shown = scratch.run("script", "-qec", "axium bogus", "/dev/null").stdout.replace("\r", "")
    assert ("\n\ncore\n" in shown, "x1b" in shown) == (True, False)


def test_a_help_that_is_too_long_ends_with_a_clause_or_a_word(scratch: Scratch) -> None:
    clauses = "Do what takes many words to say; and much more than what fits here."
    words = "Do what takes many many many many many many many many many words to say."
    things = "Show the one thing, the other thing, the third thing and whatever else."
    said_of = {"one": clauses, "two": words, "three": things, "four": ""}
    more = [f"x {name}\tspoke x\t{text}\t-h" for name, text in said_of.items()]
    (scratch.home / "catalogue").write_bytes(frame([*shipped(), *more]))
    assert said(scratch)[1].partition("\nspoke x\n")[2].splitlines() == [
        "  x one                Do what takes many words to say.",
        "  x two                Do what takes many many many many many many many many …",
        "  x three              Show the one thing, the other thing, the third thing and …",
        "  x four",
    ]
