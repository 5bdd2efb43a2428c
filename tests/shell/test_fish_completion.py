"""What Tab offers in fish after `axium`, read from what is published."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene
from tests.shell.shells import make_scene
from tests.shell.test_completion import CATALOGUE, write_plugins
from tests.support import Tmux
from tests.support.scratch import make_scratch

SHOW = "complete --do-complete="
TOOL = "complete -c recording-tool -f -a 'list sync'"

TYPED = {
    "axium env se": "axium env set",
    "axium env set --gl": "axium env set --global",
    "axium env set us": "axium env set user@x",
    "axium env set a": "axium env set a\\ b",
    "axium run recording-tool sy": "axium run recording-tool sync",
    "axium env exec dev -- recording-tool sy": "axium env exec dev -- recording-tool sync",
    "recording-tool sy": "recording-tool sync",
}


def offer(scene: Scene) -> Scene:
    """A catalogue, environments, wrapped names, and a tool with its own completion."""
    scene.prod()
    scene.publish("../catalogue", *CATALOGUE, "plug in deep\tspokes\tDeep.\tenv text --kind={a,b}")
    scene.publish("envs", "dev", "prod", "prod:eu", "a b", "user@x")
    scene.commands("aws", "recording-tool")
    scene.tool("recording-tool")
    (scene.scratch.user / "a dir").mkdir()
    scene.publish("links", "nas", "my-nas")
    scene.publish("methods", "nas pool.query", "nas core.ping")
    write_plugins(scene)
    return scene


@pytest.fixture
def offering(fish: Scene) -> Scene:
    return offer(fish)


@pytest.fixture(scope="module")
def kept() -> Iterator[Scene]:
    """One such home for all words that are completed."""
    scratch = make_scratch()
    yield offer(make_scene(scratch, "fish"))
    scratch.close()


def tab(scene: Scene, line: str, *before: str, env: dict[str, str] | None = None) -> dict[str, str]:
    """Each word that is offered at the end of `line`, and what is said of it."""
    typed = scene.type(*before, f"{SHOW}{shlex.quote(line)}", env=env)
    assert typed.stderr == ""
    rows = (row.partition("\t") for row in typed.stdout.splitlines())
    return {word: said for word, _, said in rows}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("axium e", ["env", "explain"]),
        ("ax env s", ["set"]),
        ("axium env ", ["-", "exec", "get", "set"]),
        ("axium -v env s", ["set"]),
        ("axium spoke reload m", ["mine", "my-own"]),
        ("axium gear reload ", ["cog", "my-wheel"]),
        ("axium call ", ["my-nas", "nas"]),
        ("axium call nas pool", ["pool.query"]),
        ("axium -", ["--help", "--verbose", "--version", "-v"]),
        ("command axium env s", ["set"]),
        ("X=1 axium env s", ["set"]),
        ("time axium env s", ["set"]),
        ("true; and axium env s", ["set"]),
        ("echo x | axium env s", ["set"]),
        ("axium env set ", ["a b", "dev", "prod", "prod:eu", "user@x"]),
        ("axium env set p", ["prod", "prod:eu"]),
        ("axium env set prod:", ["prod:eu"]),
        ("axium env set user@", ["user@x"]),
        ("axium env set 'p", ["prod", "prod:eu"]),
        ("axium env set prod ", []),
        ("axium env set --", ["--global", "--help", "--pane", "--shell", "--verbose"]),
        ("axium env set prod --g", ["--global"]),
        ("axium env set -- --", []),
        ("axium env set --pane ", []),
        ("axium env set --pane %3 d", ["dev"]),
        ("axium env set --pane=%3 d", ["dev"]),
        ("axium env nosuch ", []),
        ("axium nosuch ", []),
        ("axium wrapper remove ", ["aws", "recording-tool"]),
        ("axium init z", ["zsh"]),
        ("axium completions list --shell ", ["bash", "fish", "zsh"]),
        ("axium completions list --shell=f", ["--shell=fish"]),
        ("axium completions list e", ["env", "explain"]),
        ("axium completions list env ", ["-", "exec", "get", "set"]),
        ("axium completions list env s", ["set"]),
        ("axium jobs ", ["show"]),
        ("axium jobs --", ["--help", "--json"]),
        ("axium daemon logs -n ", []),
        ("axium daemon logs -n 5 --f", ["--follow"]),
        ("axium env exec d", ["dev"]),
        ("axium run recordin", ["recording-tool"]),
        ("axium env exec dev recordin", ["recording-tool"]),
        ("axium env exec dev -- recordin", ["recording-tool"]),
        ("axium explain --pane %1 recordin", ["recording-tool"]),
        ("axium gear install a", ["a dir/"]),
        ("axium plug ", ["in"]),
        ("axium plug in ", ["deep"]),
        ("axium plug in deep d", ["dev"]),
        ("axium plug in deep dev --kind ", ["a", "b"]),
    ],
)  # fmt: skip
def test_each_place_offers_what_can_stand_there(kept: Scene, line: str, offered: list[str]) -> None:
    assert sorted(tab(kept, line)) == offered


def test_what_is_offered_is_described(kept: Scene) -> None:
    assert tab(kept, "axium env ")["set"] == "Set."


def test_panes_are_those_of_tmux(offering: Scene, tmux: Tmux) -> None:
    tmux.cmd("split-window", "-t", "main")
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0", "AXIUM_TMUX": "x"}

    assert sorted(tab(offering, "axium env set --pane ", env=around)) == ["%0", "%1"]
    assert sorted(tab(offering, "axium env set --pane=%1", env=around)) == ["--pane=%1"]


@pytest.mark.parametrize(
    "before", ["", "axium run ", "axium run -- ", "axium  env exec prod -- ", "axium explain "]
)
def test_a_wrapped_tool_keeps_its_own_completion(offering: Scene, before: str) -> None:
    offering.start_file(TOOL)

    assert sorted(tab(offering, f"{before}recording-tool l")) == ["list"]
    assert sorted(tab(offering, f"{before}recording-tool ")) == ["list", "sync"]


def test_hostile_names_are_offered_as_they_are(offering: Scene) -> None:
    for word in hostile_words(offering.canary):
        if word in (b"", b"end") or len(word) > 200:
            continue
        offering.publish("envs", b"x" + word)

        typed = offering.type(f"{SHOW}'axium env set x' >offered")

        offered = (offering.scratch.user / "offered").read_bytes()
        # A name that has control characters is not offered.
        is_plain = word.isascii() and word.decode("ascii").isprintable()
        wanted = [b"x" + word + b"\n"] if is_plain else [b"x" + word + b"\n", b""]
        assert (typed.stderr, offered in wanted) == ("", True), (word, offered)
    assert not offering.canary.exists()


@pytest.mark.parametrize("damage", ["", "axium1\0env set\ta\tb\tc", "axium2\0x\ta\tb\tc\0end\0"])
def test_a_catalogue_that_is_none_offers_nothing(offering: Scene, damage: str) -> None:
    (offering.home / "catalogue").write_text(damage)

    assert tab(offering, "axium ") == {}


def test_a_completion_of_fish_itself_may_source_the_file_alone(offering: Scene) -> None:
    file = offering.rc.parent / "completions" / "axium.fish"
    file.parent.mkdir()
    file.write_text(f"source {offering.home}/fish/complete.fish\n")
    offering.rc.write_text(offering.shell.quiet)

    assert sorted(tab(offering, "axium env set d")) == ["dev"]


def test_no_process_is_started(offering: Scene) -> None:
    trace = offering.scratch.root / "trace"
    script = offering.shell.script(
        ("builtin echo begin", f"{SHOW}'axium env set p'", "builtin echo end")
    )

    offering.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,fork,vfork,execve,write",
        *offering.shell.argv(offering), stdin=script, env=offering.shell.environ(offering),
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    assert "prod:eu" in text
    assert "execve" not in text


def complete(tmux: Tmux, typed: str, shown: str) -> None:
    """Type, then Tab; wait until the line shows this."""
    tmux.cmd("send-keys", "-t", "main", "C-e", "C-u")
    tmux.cmd("send-keys", "-t", "main", "-l", "--", typed)
    tmux.cmd("send-keys", "-t", "main", "Tab")
    tmux.wait_for(lambda: f"$ {shown}" in tmux.capture())


def test_tab_completes_at_a_terminal(offering: Scene) -> None:
    offering.rc.write_text(
        f"set fish_greeting; function fish_prompt; echo -n '$ '; end\n{TOOL}\n"
        f"{offering.shell.source(offering)}\n"
    )
    fish = "exec env -u TMUX fish -i"
    tmux = Tmux(offering.scratch, shell=fish)
    try:
        tmux.wait_for(lambda: tmux.capture().startswith("$"))
        for typed, shown in TYPED.items():
            complete(tmux, typed, shown)
    finally:
        tmux.close()
