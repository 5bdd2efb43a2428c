"""What Tab offers in bash after `axium`, read from what is published."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene
from tests.support import Tmux

CATALOGUE = (
    "run\tcore\tRun a command.\trest -v --verbose --help",
    "explain\tcore\tShow.\trest --pane=pane --json -v --verbose --help",
    "env set\tenvironments\tSet.\tenv --pane=pane --global --shell -v --verbose --help",
    "env get\tenvironments\tGet.\tkey --pane=pane --json -v --verbose --help",
    "env -\tenvironments\tBack.\t--pane=pane --help",
    "env exec\tenvironments\tOne.\tenv rest --help",
    "wrapper remove\tenvironments\tRemove.\twrapped --help",
    "daemon logs\tdaemon\tLogs.\t-f --follow -n=text --lines=text --help",
    "init\tdaemon\tHook.\t{bash,zsh,fish} --help",
    "completions list\tdaemon\tList.\tcommand* --shell={bash,zsh,fish} --help",
    "jobs\tjobs\tJobs.\t--json --help",
    "jobs show\tjobs\tShow one.\ttext --help",
    "spoke reload\tplugins\tLoad.\tspoke? --help",
    "gear reload\tplugins\tLoad.\tgear? --help",
    "call\tlinks\tCall.\tlink method text* --job --help",
    "gear install\tgears\tInstall.\tpath -e -n=text --help",
)

# A completer in the manner of `complete -C aws_completer aws`: it answers by what it is told.
COMPLETER = """#!/bin/sh
[ "$COMP_LINE" = "aws s3 l" ] && [ "$COMP_POINT" = 8 ] && [ "$*" = "aws l s3" ] && echo ls
"""


@pytest.fixture
def offering(scene: Scene) -> Scene:
    """A catalogue, environments and wrapped names."""
    scene.prod()
    scene.publish("../catalogue", *CATALOGUE)
    scene.publish("envs", "dev", "prod", "prod:eu", "a b", "user@x")
    scene.publish("links", "nas", "my-nas")
    scene.publish("methods", "nas pool.query", "nas core.ping")
    write_plugins(scene)
    return scene


def write_plugins(scene: Scene) -> None:
    """Two spokes and two gears, and what is none."""
    spokes = ("mine/spoke.yaml", "my-own/manifest.yaml", "none/main.py", ".new-made/spoke.yaml")
    gears = ("cog/gear.yaml", "my-wheel/manifest.yaml", "none/spoke.yaml", ".approved/cog.json")
    for path in (*[f"spokes/{each}" for each in spokes], *[f"gears/{each}" for each in gears]):
        file = scene.scratch.home / path
        file.parent.mkdir(parents=True)
        file.touch()


def tab(scene: Scene, line: str, *before: str, env: dict[str, str] | None = None) -> list[str]:
    """What readline is offered at the end of `line`; `|` marks the cursor if it is elsewhere."""
    left, _, right = line.partition("|")
    words = scene.scratch.user / "words"
    # bash itself splits the line: its own `complete` is asked by a real Tab elsewhere.
    words.write_text("".join(f"{word}\n" for word in _split(left)))
    typed = scene.type(
        *before,
        f"mapfile -t COMP_WORDS <{words}",
        f"COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) COMP_LINE={shlex.quote(left + right)}",
        f"COMP_POINT={len(left)} COMP_WORDS[COMP_CWORD]+={shlex.quote(right)}",
        '_axium_complete axium "" ""; printf "%s\\n" "${COMPREPLY[@]}"',
        env=env,
    )
    assert typed.stderr == ""
    return sorted(set(typed.stdout.split("\n")) - {""})


def _split(line: str) -> list[str]:
    """The words of a line as bash splits them for completion, at blanks, `=`, `:` and `@`."""
    words, word = [], ""
    for sign in line:
        if sign in " =:@":
            words += [word] if word else []
            words += [sign] if sign != " " else []
            word = ""
        else:
            word += sign
    return [*words, word] if word or line.endswith(" ") else words


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("axium ", ["call", "completions", "daemon", "env", "explain", "gear", "init", "jobs",
                    "run", "spoke", "wrapper"]),
        ("axium e", ["env", "explain"]),
        ("axium -", ["--help", "--verbose", "--version", "-v"]),
        ("axium -v e", ["env", "explain"]),
        ("axium env ", ["-", "exec", "get", "set"]),
        ("axium env s", ["set"]),
        ("axium env set ", ["a\\ b", "dev", "prod", "prod:eu", "user@x"]),
        ("axium env set p", ["prod", "prod:eu"]),
        ("axium env set p|x", ["prod", "prod:eu"]),
        ("axium env set prod:", ["eu"]),
        ("axium env set prod:e", ["eu"]),
        ("axium env set user@", ["@x"]),
        ("axium env set 'p", ["prod", "prod:eu"]),
        ('axium env set "a', ["a b"]),
        ("axium env set prod ", []),
        ("axium env set --", ["--global", "--help", "--pane", "--shell", "--verbose"]),
        ("axium env set prod --g", ["--global"]),
        ("axium env set -- --", []),
        ("axium env set --pane ", []),
        ("axium spoke reload ", ["mine", "my-own"]),
        ("axium spoke reload mi", ["mine"]),
        ("axium gear reload ", ["cog", "my-wheel"]),
        ("axium call ", ["my-nas", "nas"]),
        ("axium call nas pool.q", ["pool.query"]),
        ("axium call --job nas ", ["core.ping", "pool.query"]),
        ("axium env set --pane %3 d", ["dev"]),
        ("axium env set --pane=%3 d", ["dev"]),
        ("axium env nosuch ", []),
        ("axium nosuch ", []),
        ("axium wrapper remove ", ["aws"]),
        ("axium init z", ["zsh"]),
        ("axium completions list --shell ", ["bash", "fish", "zsh"]),
        ("axium completions list --shell=f", ["fish"]),
        ("axium completions list e", ["env", "explain"]),
        ("axium completions list env ", ["-", "exec", "get", "set"]),
        ("axium completions list env s", ["set"]),
        ("axium jobs ", ["show"]),
        ("axium jobs --", ["--help", "--json"]),
        ("axium daemon logs -n ", []),
        ("axium daemon logs -n 5 --f", ["--follow"]),
        ("axium env exec d", ["dev"]),
        ("axium run no-such-prog", []),
        ("axium run recordin", ["recording-tool"]),
        ("axium run _axium_", []),
        ("axium run unti", []),
        ("axium run mapfi", []),
        ("axium run printe", ["printenv"]),
        ("axium run tru", ["true", "truncate"]),
        ("axium explain -- _ax", []),
        ("axium env exec dev recordin", ["recording-tool"]),
        ("axium env exec dev -- recordin", ["recording-tool"]),
        ("axium explain --pane %1 recordin", ["recording-tool"]),
        ("axium gear install ", ["a dir", "rc", "words"]),
    ],
)  # fmt: skip
def test_each_place_offers_what_can_stand_there(
    offering: Scene, line: str, offered: list[str]
) -> None:
    offering.tool("recording-tool")
    (offering.scratch.user / "a dir").mkdir()

    assert tab(offering, line) == offered


@pytest.mark.parametrize(
    "prelude",
    ["set -eu", "set -f", "set -a", "IFS=e", "set -o posix", "shopt -s nullglob failglob",
     "alias local=false case=false _axium_offer=false", "set -T", "COMP_WORDBREAKS=' '"],
)  # fmt: skip
def test_the_users_options_do_not_matter_to_completion(offering: Scene, prelude: str) -> None:
    wanted = ["prod", "prod:eu"]

    assert tab(offering, "axium env set p", prelude) == wanted
    assert tab(offering, "axium env set --pane=%3 p", prelude) == wanted


def test_a_colon_that_splits_no_words_is_not_taken_from_the_answer(offering: Scene) -> None:
    assert tab(offering, "axium env set prod:e", "COMP_WORDBREAKS=' '") == ["prod:eu"]


def test_hostile_names_are_offered_as_they_have_to_be_typed(offering: Scene) -> None:
    for word in hostile_words(offering.canary):
        if word in (b"", b"end") or b"\n" in word or len(word) > 200:
            continue
        offering.publish("envs", b"x" + word)

        typed = offering.type(
            "COMP_WORDS=(axium env set x) COMP_CWORD=3 COMP_LINE='axium env set x' COMP_POINT=15",
            '_axium_complete; eval "words=(${COMPREPLY[0]})"; printf %s "${words[@]}" >offered',
        )

        assert typed.stderr == ""
        offered = (offering.scratch.user / "offered").read_bytes()
        # What a terminal can't show as it is has no form that goes on from what was typed.
        is_plain = word.isascii() and word.decode("ascii").isprintable()
        assert offered in ([b"x" + word] if is_plain else [b"x" + word, b""])
    assert not offering.canary.exists()


@pytest.mark.parametrize("damage", ["", "axium1\0env set\ta\tb\tc", "axium2\0x\ta\tb\tc\0end\0"])
def test_a_catalogue_that_is_none_offers_nothing(offering: Scene, damage: str) -> None:
    (offering.home / "catalogue").write_text(damage)

    assert tab(offering, "axium ") == []


def test_a_catalogue_that_changes_is_read_again(offering: Scene) -> None:
    offering.publish("fresh", "pilot start\tx\ty\t--help")

    before = f"_axium_complete; mv {offering.published}/fresh {offering.home}/catalogue"

    assert tab(offering, "axium ", before) == ["pilot"]


SPECS = {
    "a function": '_aws() { COMPREPLY=("$1:$2:$3:${COMP_WORDS[*]}:$COMP_CWORD:$COMP_LINE"); }; '
    "complete -o nospace -F _aws aws",
    "words": "complete -W 'ls list sync' aws",
    "a command": "complete -C completer aws",
    "a command of several words": "complete -C 'env -u X completer' aws",
}
ANSWERS = {
    "a function": ["aws:l:s3:aws s3 l:2:aws s3 l"],
    "words": ["list", "ls"],
    "a command": ["ls"],
    "a command of several words": ["ls"],
}


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(
    "before", ["axium run", "axium run --", "axium  env exec prod --", "axium env exec a:b=c"]
)
def test_the_words_of_a_tool_are_completed_as_the_tools(
    offering: Scene, before: str, spec: str
) -> None:
    offering.scratch.tool("completer", COMPLETER)

    assert tab(offering, f"{before} aws s3 l", SPECS[spec]) == ANSWERS[spec]


def test_no_process_of_ours_is_started(offering: Scene) -> None:
    trace = offering.scratch.root / "trace"
    lines = (
        "COMP_WORDS=(axium env set p) COMP_CWORD=3 COMP_LINE='axium env set p' COMP_POINT=15",
        "_axium_complete",
        "echo begin",
        "_axium_complete",
        "echo end",
    )

    offering.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,clone3,fork,vfork,execve,write",
        "bash", "--noprofile", "--rcfile", offering.rc, "-i", stdin="\n".join(lines) + "\n",
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    assert (text.count("clone"), text.count("fork"), text.count("execve")) == (0, 0, 0)


def test_the_file_stands_by_itself_in_a_shell_without_the_hook(offering: Scene) -> None:
    offering.rc.write_text(f"PS1=\nsource {offering.home}/bash/complete.bash\n")

    assert tab(offering, "axium env set d") == ["dev"]


def test_panes_are_those_of_tmux(offering: Scene, tmux: Tmux) -> None:
    tmux.cmd("split-window", "-t", "main")
    around = {"TMUX": f"{tmux.socket},{tmux.pid},0", "TMUX_PANE": "%0", "AXIUM_TMUX": "x"}

    assert tab(offering, "axium env set --pane ", env=around) == ["%0", "%1"]
    assert tab(offering, "axium env set --pane=%1", env=around) == ["%1"]


PACKAGE = "/usr/share/bash-completion/bash_completion"
TYPED = {
    "axium env se\tpro\t\t": "axium env set prod",
    "axium env set --gl\tuser@\t": "axium env set --global user@x",
    "axium completions list --shell=f\t": "axium completions list --shell=fish",
    "axium run aws sy\t": "axium run aws sync",
    "axium env exec prod -- aws s\t": "axium env exec prod -- aws sync",
    "aws s\t": "aws sync",
}
TYPED_WITH_PACKAGE = {
    "find . -maxd\t": "find . -maxdepth",
    "axium run find . -maxd\t": "axium run find . -maxdepth",
}


def complete(tmux: Tmux, typed: str, shown: str) -> None:
    """Type, with each Tab as a key; wait until the line shows this."""
    tmux.cmd("send-keys", "-t", "main", "C-e", "C-u", "C-l")
    for part in re.split("(\t)", typed):
        if part:
            tmux.cmd("send-keys", "-t", "main", *(["Tab"] if part == "\t" else ["-l", part]))
    tmux.wait_for(lambda: f"$ {shown}" in tmux.capture())


@pytest.mark.parametrize("start", ["{hook}", "{package}\n{hook}", "{hook}\n{package}"])
def test_tab_works_with_and_without_the_package_bash_completion(
    offering: Scene, start: str
) -> None:
    hook = f"source {offering.home}/bash/init.sh"
    text = start.format(hook=hook, package=f"source {PACKAGE}")
    offering.rc.write_text(f"{text}\nPS1='$ '\ncomplete -W 'sync list' aws\n")
    offering.commands("aws", "find")
    bash = f"exec bash --noprofile --rcfile {offering.rc} -i"
    tmux = Tmux(offering.scratch, shell=bash)
    try:
        tmux.wait_for(lambda: tmux.capture().startswith("$"))
        for typed, shown in (TYPED | TYPED_WITH_PACKAGE if "package" in start else TYPED).items():
            complete(tmux, typed, shown)
    finally:
        tmux.close()
