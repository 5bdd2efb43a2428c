"""The catalogue: every command and what it takes, written for whoever must not start Python."""

from __future__ import annotations

import json
import os
from pathlib import Path

from axium.cli.catalogue import records
from axium.thin.catalogue import Command, shipped
from axium.thin.words import frame, unframe
from tests.support import Daemon, Scratch, until


def written(scratch: Scratch) -> list[str]:
    """The records that a shell would read."""
    return unframe((scratch.home / "catalogue").read_bytes())


def test_what_is_shipped_is_the_command_line_itself() -> None:
    assert shipped() == records()


def test_a_record_has_what_completion_asks_for() -> None:
    found = {command.name: command for command in map(Command, records())}
    assert found["env set"].section == "environments"
    assert found["env set"].help.startswith("Make an environment active")
    assert found["env set"].words[0] == "env"
    assert {"--pane=pane", "--global", "-v", "--verbose", "--help"} <= {*found["env set"].words}
    assert found["run"].words[0] == "rest"
    assert found["init"].words[0] == "{bash,zsh,fish}"
    assert (found["wrapper add"].words[:2], found["wrapper remove"].words[0]) == (
        ["wrappable", "text"],
        "wrapped",
    )
    assert found["completions list"].words[:2] == ["command*", "--shell={bash,zsh,fish}"]
    assert "ipc" not in found


def test_a_record_says_what_must_be_there_and_what_need_not() -> None:
    found = {command.name: command.words for command in map(Command, records())}
    assert [found[name][0] for name in ("env set", "env show", "help")] == [
        "env",
        "env?",
        "command*",
    ]
    assert {"-t=text", "--title=text!", "--body=text"} < {*found["notify send"]}


def test_a_new_home_has_the_catalogue_and_the_same_names_for_programs(scratch: Scratch) -> None:
    assert scratch.axium("bootstrap").returncode == 0
    names = sorted(record.partition("\t")[0] for record in shipped())
    told = json.loads((scratch.home / "completions.json").read_text())
    assert written(scratch) == shipped()
    assert told == {
        "commands": names,
        "generated_at": told["generated_at"],
        "command_count": len(names),
    }
    assert len(told["generated_at"]) == len("2025-10-07T16:30:00Z")


def test_a_daemon_that_starts_writes_what_is_missing(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    catalogue = scratch.home / "catalogue"
    catalogue.unlink()
    Daemon(scratch)
    until(catalogue.exists)
    assert written(scratch) == shipped()


def test_plugins_write_and_read_the_names_by_the_published_functions(scratch: Scratch) -> None:
    script = """
import json
from axium.core.completions import *
done = [generate_completion_cache(), load_completion_cache(), get_completions("ENV S")]
print(json.dumps(done))
"""
    names = sorted(record.partition("\t")[0] for record in shipped())
    done = json.loads(scratch.run("python", "-c", script).stdout)
    assert done == [True, names, ["env set", "env show"]]
    assert written(scratch) == shipped()
    nowhere = scratch.run("python", "-c", script, env={"AXIUM_HOME": "/dev/null/axium"})
    assert json.loads(nowhere.stdout) == [False, names, ["env set", "env show"]]


def test_what_is_current_is_not_written_again(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    before = (scratch.home / "catalogue").stat().st_ino
    scratch.axium("bootstrap")
    assert (scratch.home / "catalogue").stat().st_ino == before


def test_the_catalogue_of_a_home_wins_over_what_is_shipped(scratch: Scratch) -> None:
    more = [*shipped(), "aws whoami\tspoke aws\tSay who you are.\t--help"]
    (scratch.home / "catalogue").write_bytes(frame(more))
    assert "  aws whoami " in scratch.axium("help").stdout
    assert "aws whoami\n" in scratch.axium("completions", "list").stdout


def test_a_damaged_catalogue_is_as_good_as_none(scratch: Scratch) -> None:
    for damage in (b"", b"axium1\0run\tcore", b"\xff" * 100, frame(["no record"])):
        (scratch.home / "catalogue").write_bytes(damage)
        done = scratch.axium("completions", "list", "env s")
        assert (done.stdout, done.stderr) == ("env set\nenv show\n", "")


def test_an_older_catalogue_gives_way_to_a_newer_package(scratch: Scratch, tmp_path: Path) -> None:
    script = """
import sys
from axium.thin import catalogue, paths
catalogue.SHIPPED = sys.argv[1]
print([c.name for c in catalogue.catalogue(paths.home_of(paths.environ()))])
"""
    (scratch.home / "catalogue").write_bytes(frame(["old\tcore\tOld.\t--help"]))
    newer = tmp_path / "catalogue.tsv"
    until(lambda: newer.write_text("new\tcore\tNew.\t--help\n") and _is_newer(newer, scratch))
    assert scratch.run("python", "-c", script, newer).stdout == "['new']\n"


def _is_newer(path: Path, scratch: Scratch) -> bool:
    return os.stat(path).st_ctime_ns > os.stat(scratch.home / "catalogue").st_ctime_ns
