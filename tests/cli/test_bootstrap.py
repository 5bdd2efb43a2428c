"""A fresh home: what is written into it, for whom, and that no rule in it is passed over."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from axium.config.defaults import SHIPPED
from tests.cli.saying import said
from tests.support import Scratch

RULE = "prefixes:\n  - {command: kubectl, prefix: vault --}\n"
FAULTY = {
    "a key without a value": "prefixes:\n  - {command: kubectl, prefix: [1}\n",
    "an unknown strategy": "prefixes:\n  - command: kubectl\n    strategy: no\n",
    "a tab": "prefixes:\n  - command: kubectl\n\tprefix: vault --\n",
    "no rule at all": "prefixes:\n  - command: 'kubectl'\n",
}
TOOL = '#!/bin/sh\necho "${0##*/} $*"\n'


def ensure(scratch: Scratch, call: str = "ensure_axium_config()") -> str:
    """What making the home says."""
    done = scratch.run(sys.executable, "-c", f"from axium.core.bootstrap import *; print({call})")
    return done.stdout or done.stderr


def names(scratch: Scratch) -> list[str]:
    """What a shell would wrap before any daemon ran."""
    found = json.loads((scratch.home / "state_cache.json").read_text())["prefixed_commands"]
    assert isinstance(found, list)
    return found


def shipped(scratch: Scratch) -> list[str]:
    return [name for name in SHIPPED if (scratch.home / name).exists()]


def typed(scratch: Scratch, hook: str, *lines: str) -> tuple[list[str], list[str]]:
    """What an interactive bash prints and says, given these lines."""
    rc = scratch.user / "rc"
    rc.write_text(f"PS1=\n{hook}\n")
    argv = ("bash", "--noediting", "--noprofile", "--rcfile", rc, "-i")
    done = scratch.run(*argv, stdin="\n".join(lines) + "\n", env={"AXIUM_NO_AUTOSTART": "1"})
    talk = [line for line in done.stderr.splitlines() if line[:1] in "!✗"]
    return done.stdout.splitlines(), talk


INIT = 'eval "$(axium init bash)"'


@pytest.fixture
def tools(scratch: Scratch) -> Scratch:
    """A home with a rule for `kubectl`, in which no daemon has run."""
    (scratch.home / "prefixes.yaml").write_text(RULE)
    for name in ("kubectl", "vault"):
        scratch.tool(name, TOOL)
    return scratch


def test_a_rule_holds_before_any_daemon_ran(tools: Scratch) -> None:
    assert typed(tools, INIT, "kubectl get") == (["vault -- kubectl get"], [])
    assert names(tools) == ["kubectl"]


@pytest.mark.parametrize("text", FAULTY.values(), ids=FAULTY)
def test_a_rule_at_fault_is_refused_before_any_daemon_ran(tools: Scratch, text: str) -> None:
    (tools.home / "prefixes.yaml").write_text(text)

    printed, talk = typed(tools, INIT, "kubectl get")

    assert printed == []
    assert [line.split(":")[0] for line in talk] == ["✗ prefixes.yaml"]
    assert names(tools) == ["aws", "kubectl", "terraform"]


def test_a_rule_that_was_written_after_the_home_was_made_holds_in_the_next_shell(
    tools: Scratch,
) -> None:
    (tools.home / "prefixes.yaml").unlink()
    ensure(tools)
    rules = tools.user / "rules"
    rules.write_text(RULE)
    os.utime(rules, (0, 0))
    os.replace(rules, tools.home / "prefixes.yaml")

    assert typed(tools, INIT, "kubectl get") == (["vault -- kubectl get"], [])
    assert names(tools) == ["aws", "kubectl", "terraform"]


def test_a_hook_that_is_sourced_tells_of_rules_that_no_daemon_has_read(tools: Scratch) -> None:
    ensure(tools)
    hook = f"source {shlex.quote(str(tools.home))}/bash/init.sh"
    rules, cache = tools.home / "prefixes.yaml", tools.home / "state_cache.json"
    at = cache.stat().st_mtime

    os.utime(rules, (at + 1, at + 1))
    newer = typed(tools, hook, "echo $AXIUM_WRAPPED_COMMANDS")
    cache.unlink()
    missing = typed(tools, hook, "echo $AXIUM_WRAPPED_COMMANDS")

    start = "run `axium daemon start`"
    assert newer == (
        ["kubectl"],
        [f"! new rules may not be in force: no daemon has read {rules}; {start}"],
    )
    assert missing == (
        [""],
        [f"! no command is wrapped: no daemon has run in {tools.home}; {start}"],
    )


def test_the_names_are_written_when_they_change_and_not_again(tools: Scratch) -> None:
    ensure(tools)
    cache = tools.home / "state_cache.json"
    before = cache.stat()

    ensure(tools)

    assert cache.stat().st_ino == before.st_ino
    assert set(json.loads(cache.read_text())) == {"prefixed_commands", "last_updated"}


def test_a_home_that_was_brought_along_is_completed_once(tools: Scratch) -> None:
    assert ensure(tools) == "True\n"
    assert shipped(tools) == list(SHIPPED)
    assert (tools.home / "prefixes.yaml").read_text() == RULE


def test_a_file_that_its_user_took_away_stays_away_until_it_is_asked_for(scratch: Scratch) -> None:
    assert ensure(scratch) == "True\n"
    (scratch.home / "prefixes.yaml").unlink()

    assert ensure(scratch) == "False\n"
    assert shipped(scratch) == ["envs.yaml", "hud.yaml"]
    assert ensure(scratch, "make_config_home(restore=True)") == "True\n"
    assert shipped(scratch) == list(SHIPPED)


def theirs(scratch: Scratch) -> tuple[Path, int]:
    """A directory of somebody else's, and whose."""
    if os.geteuid() != 0:
        return Path("/usr"), 0
    directory = scratch.root / "theirs"
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    return directory, 65534


@pytest.mark.parametrize("command", [("bootstrap",), ("bootstrap", "--force"), ("init", "bash")])
def test_nothing_is_written_into_the_home_of_somebody_else(
    scratch: Scratch, command: tuple[str, ...]
) -> None:
    directory, owner = theirs(scratch)
    before = sorted(directory.iterdir())

    done = scratch.axium(*command, env={"AXIUM_HOME": str(directory)})

    assert (done.returncode != 0, done.stdout) == (True, "")
    assert done.stderr == (
        f"✗ cannot make the config home {directory}: {directory} belongs to uid {owner}; "
        "use one of your own: unset AXIUM_HOME, or `sudo -H`\n"
    )
    assert sorted(directory.iterdir()) == before


@pytest.mark.parametrize("depth", ["axium", ".config/axium"])
def test_root_makes_no_home_in_the_directory_of_a_user(scratch: Scratch, depth: str) -> None:
    directory, owner = theirs(scratch)

    done = scratch.axium("bootstrap", env={"AXIUM_HOME": str(directory / depth)})

    assert (done.returncode != 0, not (directory / depth).exists()) == (True, True)
    assert f"belongs to uid {owner}" in done.stderr or os.geteuid() != 0


def test_a_dry_run_tells_what_would_be_written_and_writes_nothing(scratch: Scratch) -> None:
    told = scratch.axium("bootstrap", "-n").stdout.splitlines()
    assert list(scratch.home.iterdir()) == []
    assert scratch.axium("bootstrap").returncode == 0
    made = {f"would write {path}" for path in scratch.home.rglob("*") if path.is_file()}
    hook, rules = scratch.home / "bash" / "init.sh", scratch.home / "hud.yaml"

    assert made - {*told} == {
        f"would write {scratch.home / name}"
        for name in ("catalogue", "completions.json", "state_cache.json")
    }
    assert {*told} <= made
    assert scratch.axium("bootstrap", "-n", "--force").stdout == ""
    hook.write_text("old")
    rules.unlink()
    assert scratch.axium("bootstrap", "-n").stdout == f"would write {rules}\n"
    assert scratch.axium("bootstrap", "--dry-run", "--force").stdout == (
        f"would write {rules}\nwould write {hook}\n"
    )
    assert hook.read_text() == "old"


def test_bootstrap_makes_a_private_home_and_never_touches_a_users_file(scratch: Scratch) -> None:
    (scratch.home / "envs.yaml").write_text("envs: {mine: {}}\n")
    assert said(scratch, "bootstrap") == (0, "", "")
    made = {path.name for path in scratch.home.iterdir()}
    assert {"envs.yaml", "prefixes.yaml", "hud.yaml", "bash", "tmux", "logs"} <= made
    assert (scratch.home / "prefixes.yaml").stat().st_mode & 0o777 == 0o600
    hook = scratch.home / "bash" / "init.sh"
    hook.write_text("old")
    assert said(scratch, "bootstrap") == (0, "", "")
    assert hook.read_text() == "old"
    assert said(scratch, "bootstrap", "--force") == (0, "", "")
    assert (hook.read_text() != "old", (scratch.home / "envs.yaml").read_text()) == (
        True,
        "envs: {mine: {}}\n",
    )


def test_the_hook_is_printed_for_a_home_of_any_name(scratch: Scratch) -> None:
    home = scratch.root / "a 'home' $(touch canary) \"x\""
    script = 'eval "$(axium init bash)"; echo "$_axium_home"'
    done = scratch.run("bash", "-c", script, env={"AXIUM_HOME": str(home)})
    assert (done.stdout, done.stderr) == (f"{home}\n", "")
    assert not (scratch.user / "canary").exists()


def test_the_hook_of_another_shell_is_told_to_be_missing(scratch: Scratch) -> None:
    assert said(scratch, "init", "pash") == (
        1,
        "",
        "✗ no hook for the shell `pash`\n  did you mean `bash`?\n",
    )
