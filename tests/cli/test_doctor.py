"""What `axium doctor` finds, that it changes nothing unless told to, and what `--fix` mends."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from axium import __version__
from tests.support import Scratch, Tmux

QUIET = {"AXIUM_NO_AUTOSTART": "1"}


@pytest.fixture
def home(scratch: Scratch) -> Scratch:
    """A home that is as it should be, without a daemon."""
    scratch.run("axium", "bootstrap", check=True)
    return scratch


def findings(
    scratch: Scratch, *options: str, env: dict[str, str] | None = None
) -> list[tuple[Any, ...]]:
    """What was found: area, state, text and fix; and the exit code last."""
    done = scratch.run("axium", "doctor", "--json", *options, env=QUIET | (env or {}))
    found = json.loads(done.stdout)["findings"]
    told = [(each["area"], each["state"], each["text"], each["fix"]) for each in found]
    return [*told, ("exit", done.returncode)]


def bad(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [finding for finding in found if finding[1] in ("fault", 1)]


@pytest.mark.parametrize(
    ("shell", "unset"),
    [("bash", "unset"), ("zsh", "unset"), ("fish", "set --erase"), ("", "unset")],
)
def test_what_is_to_be_typed_is_said_in_the_words_of_the_shell(
    home: Scratch, shell: str, unset: str
) -> None:
    hook = {"AXIUM_HOOK": f"{shell} {__version__}"} if shell else {}
    around = {"AXIUM_OFF": "1", "AXIUM_SHELL_ENV": "x", "AXIUM_SHELL_PLACE": "elsewhere"}
    (home.home / "run").mkdir(exist_ok=True)

    fixes = [fix for *_rest, fix in findings(home, env=hook | around)[:-1]]

    assert f"`{unset} AXIUM_OFF`" in fixes


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of the home, with its mode."""
    return {
        str(path.relative_to(root)): (path.lstat().st_mode, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def open_home(root: Path) -> None:
    root.chmod(0o755)


def break_yaml(root: Path) -> None:
    (root / "prefixes.yaml").write_text("prefixes:\n  - {command: aws, prefx: x}\n")


def damage_state(root: Path) -> None:
    (root / "state.json").write_text("{")


def age_hook(root: Path) -> None:
    (root / "bash" / "wrap.bash").write_text("# of another version\n")


def without_powers(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` as somebody whom modes of files keep out, also where the tests are root's."""
    root_only = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    return (*root_only, *words) if os.geteuid() == 0 else words


@pytest.mark.parametrize(
    ("name", "mode"),
    [("", 0), ("", 0o500), ("logs", 0o500), ("state.json", 0), ("logs/axiumd.log", 0o400)],
)
def test_what_is_closed_to_its_owner_is_named_and_opened(
    home: Scratch, name: str, mode: int
) -> None:
    for words in (("daemon", "start"), ("daemon", "stop")):
        home.run("axium", *words, check=True)
    path = home.home / name if name else home.home
    path.chmod(mode)
    look = without_powers(("axium", "doctor"))
    try:
        told = home.run(*look, env=QUIET)
        mended = home.run(*look, "--fix", env=QUIET)
        again = home.run(*look, env=QUIET)
    finally:
        home.home.chmod(0o700)

    fixes = [line for line in told.stdout.splitlines() if line.startswith("          `chmod ")]
    assert [fix.endswith(f" {path}`") for fix in fixes] == [True]
    assert (told.returncode, mended.returncode, again.returncode) == (1, 0, 0)


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "an open home": (open_home, "is open to others (mode 755)", "chmod 700"),
    "a file at fault": (break_yaml, "prefixes.yaml:2:15: ", "mend it there"),
    "a damaged state": (damage_state, "state.json is damaged", "restart the daemon"),
    "an old hook": (age_hook, "not of this version: bash/wrap.bash", "axium bootstrap --force"),
}
MENDED = ["an open home", "an old hook"]


def test_a_good_home_has_no_fault(home: Scratch) -> None:
    assert bad(findings(home)) == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_named_with_what_to_do_and_nothing_is_changed(home: Scratch, kind: str) -> None:
    make, text, fix = FAULTS[kind]
    make(home.home)
    before = snapshot(home.home)

    found = bad(findings(home))

    assert [(text in told, fix in todo) for _, _, told, todo in found[:-1]] == [(True, True)]
    assert (found[-1], snapshot(home.home)) == (("exit", 1), before)


@pytest.mark.parametrize("kind", FAULTS)
def test_fix_mends_what_is_safe_and_leaves_what_is_the_users(home: Scratch, kind: str) -> None:
    FAULTS[kind][0](home.home)
    mine = {name: text for name, text in snapshot(home.home).items() if name.endswith("yaml")}

    first, second = findings(home, "--fix"), findings(home)

    assert (bad(first) == [], bad(second) == []) == ((kind in MENDED,) * 2)
    assert {name: snapshot(home.home)[name] for name in mine} == mine


def test_without_a_home_only_that_is_said(scratch: Scratch) -> None:
    nowhere = str(scratch.user / "nowhere")

    found = findings(scratch, env={"AXIUM_HOME": nowhere})

    fix = "`axium bootstrap` makes one, as does the first start of the daemon"
    text = f"no config home {nowhere}: No such file or directory"
    assert found == [("home", "fault", text, fix), ("exit", 1)]
    assert not os.path.exists(nowhere)


def test_a_directory_that_is_no_home_is_not_mended_into_one(scratch: Scratch) -> None:
    place = scratch.user / "precious"
    place.mkdir(mode=0o755)

    found = findings(scratch, "--fix", env={"AXIUM_HOME": str(place)})

    text = f"{place} is no config home: no file of axium is in it"
    assert found == [
        ("home", "fault", text, "look at AXIUM_HOME; `axium bootstrap` makes one"),
        ("exit", 1),
    ]
    assert (place.stat().st_mode & 0o777, list(place.iterdir())) == (0o755, [])


def test_an_open_socket_and_its_directory_are_closed(home: Scratch) -> None:
    home.run("axium", "daemon", "start", check=True)
    places = [Path(os.path.realpath(home.home / name)) for name in ("run", "daemon.sock")]
    for place in places:
        place.chmod(0o755)
    try:
        first, _, second = bad(findings(home)), findings(home, "--fix"), bad(findings(home))
    finally:
        home.run("axium", "daemon", "stop", check=True)

    assert ([" is open to others " in each[2] for each in first[:-1]], second) == ([True] * 2, [])


def test_what_a_killed_process_left_is_found_and_taken_away(home: Scratch) -> None:
    left = home.home / "state.json.4194999.new"
    left.write_text("half")

    (warning,) = [each for each in findings(home) if each[1] == "warning" and "left" in each[2]]
    findings(home, "--fix")

    assert (str(left) in warning[2], left.exists()) == (True, False)


def test_a_copy_that_somebody_keeps_is_not_taken_for_a_left_over(home: Scratch) -> None:
    for name in ("envs.yaml.20260101", "notes.4194999"):
        (home.home / name).write_text("mine")
    before = snapshot(home.home)

    findings(home, "--fix")

    assert snapshot(home.home) == before


def test_a_running_daemon_is_told_with_its_version(home: Scratch) -> None:
    home.run("axium", "daemon", "start", check=True)
    try:
        told = [each[2] for each in findings(home) if each[:2] == ("daemon", "good")]
    finally:
        home.run("axium", "daemon", "stop", check=True)

    assert [text.endswith(f"answers, version {__version__}") for text in told] == [True]


def test_a_shell_that_holds_an_environment_that_is_gone_is_at_fault(home: Scratch) -> None:
    home.run("axium", "daemon", "start", check=True)
    try:
        found = bad(findings(home, env={"AXIUM_SHELL_ENV": "gone", "AXIUM_SHELL_PLACE": ":"}))
    finally:
        home.run("axium", "daemon", "stop", check=True)

    text = "this shell holds `gone`, which is not in envs.yaml: no command runs"
    assert found == [("shell", "fault", text, "`axium env clear --shell`"), ("exit", 1)]


def test_an_exported_key_that_beats_the_rule_is_a_fault(home: Scratch) -> None:
    (home.home / "envs.yaml").write_text("envs:\n  prod: {profile: prod-admin}\n")
    rule = "{command: aws, strategy: env_vars, config: {env: {AWS_PROFILE: '${env.profile}'}}}"
    (home.home / "prefixes.yaml").write_text(f"prefixes:\n  - {rule}\n")
    home.tool("aws", "#!/bin/sh\n")
    for words in (("daemon", "start"), ("env", "set", "prod")):
        home.run("axium", *words, check=True)
    try:
        found = bad(findings(home, env={"AWS_ACCESS_KEY_ID": "AKIA", "AWS_PROFILE": "dev"}))
    finally:
        home.run("axium", "daemon", "stop", check=True)

    text = "`aws` minds AWS_ACCESS_KEY_ID, exported here, before the AWS_PROFILE that its rule sets"
    fix = "add `unset: [AWS_ACCESS_KEY_ID]` at prefixes.yaml:2:15"
    assert found == [("shell", "fault", text, fix), ("exit", 1)]


def test_it_is_told_whose_the_environment_is(home: Scratch, tmux: Tmux) -> None:
    pane = {"TMUX": f"{tmux.socket},{tmux.pid},0", "TMUX_PANE": "%0"}
    home.run("axium", "env", "set", "builder", "--global", check=True)

    def told() -> list[str]:
        found = findings(home, env=pane)
        return [text for _, _, text, _ in found[:-1] if text.startswith("the environment is")]

    before = told()
    home.run("axium", "env", "set", "builder", env=pane, check=True)

    assert before == ["the environment is builder, the global one"]
    assert told() == ["the environment is builder, the pane's"]


def hook_findings(home: Scratch, *argv: str | Path) -> list[str]:
    """What a shell that is given one line to run says of its hook."""
    printed = home.run(*argv, stdin="axium doctor --json\n", env=QUIET).stdout
    return [each["text"] for each in json.loads(printed)["findings"] if "hook" in each["text"]]


def test_bash_and_zsh_tell_of_their_hook(home: Scratch) -> None:
    bash = ("bash", "--noediting", "--noprofile", "--rcfile", home.user / "rc", "-i")
    (home.user / "rc").write_text("PS1=\n")
    without = hook_findings(home, *bash)
    (home.user / "rc").write_text('PS1=\neval "$(axium init bash)"\n')
    (home.user / ".zshrc").write_text('PS1=\neval "$(axium init zsh)"\n')

    told = [hook_findings(home, *bash), hook_findings(home, "zsh", "-i", "-o", "no_zle")]

    assert without == ["not typed in a shell, so no hook was looked for"]
    assert told == [["bash has the hook"], ["zsh has the hook"]]


def test_plugins_are_looked_at_where_there_are_some(home: Scratch) -> None:
    spokes = home.home / "spokes"
    for name, text in {"good": "name: good", "bad": "nme: bad", "odd": "name: odd\nx: 1"}.items():
        (spokes / name).mkdir(parents=True)
        (spokes / name / "spoke.yaml").write_text(text)
    (home.home / "permissions.yaml").write_text('goood: {}\ngood: {exec: ["!git"]}\n')

    told = [each[1:] for each in findings(home) if each[0] == "spokes"]

    assert told == [
        ("warning", "spokes/bad/spoke.yaml:1:1: unknown key `nme`", "did you mean `name`?"),
        ("fault", "spokes/bad/spoke.yaml:1:1: the file has no `name`", "add `name:`"),
        (
            "warning",
            "spokes/odd/spoke.yaml:2:1: unknown key `x`",
            (
                "known are `name`, `version`, `description`, `entrypoint`, `author`,"
                " `permissions`, `prefixes`"
            ),
        ),
        ("warning", "permissions.yaml has `goood`, which is no spoke", "did you mean `good`?"),
        (
            "warning",
            "permissions.yaml: `!git` of `good.exec` takes nothing away",
            "`axium perms show good` shows what holds",
        ),
    ]


def test_plugins_without_a_fault_are_counted(home: Scratch) -> None:
    for name in ("a", "b"):
        (home.home / "spokes" / name).mkdir(parents=True)
        (home.home / "spokes" / name / "spoke.yaml").write_text(f"name: {name}")
    told = [each[1:] for each in findings(home) if each[0] == "spokes"]
    assert told == [("good", "2 manifests of spokes and gears without a fault", "")]
