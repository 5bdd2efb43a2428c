"""`axium discover`: what is there, by name, with and without a daemon; nothing of it is loaded."""

from __future__ import annotations

import json

from tests.support import Daemon, Scratch

ENVS = "envs: {dev: {}, 'a b': {}}\n"
CODE = "raise SystemExit('this was run')\n"


def said(scratch: Scratch, *args: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium discover ARGS`, which may start nothing."""
    done = scratch.axium("discover", *args)
    return done.returncode, done.stdout, done.stderr


def fill(scratch: Scratch) -> None:
    """A home with one of everything, and with what only looks like it."""
    home = scratch.home
    (home / "envs.yaml").write_text(ENVS)
    (home / "links.yaml").write_text("links:\n  nas: {uri: wss://nas}\n  lab: {uri: wss://lab}\n")
    for kind, name, manifest in (
        ("spokes", "aws", "spoke.yaml"),
        ("spokes", "old", "manifest.yaml"),
        ("gears", "notes", "gear.yaml"),
    ):
        (home / kind / name).mkdir(parents=True)
        (home / kind / name / manifest).write_text("not: [even yaml")
        (home / kind / name / "__init__.py").write_text(CODE)
    (home / "spokes" / "empty").mkdir()
    (home / "spokes" / ".hidden").mkdir()
    (home / "spokes" / ".hidden" / "spoke.yaml").touch()
    (home / "gears" / "file").touch()


FOUND = {
    "environments": ["dev", "a b"],
    "spokes": ["aws", "old"],
    "gears": ["notes"],
    "links": ["nas", "lab"],
    "wrappers": ["aws", "terraform"],
}


def test_all_that_is_there_is_named_without_a_daemon(scratch: Scratch) -> None:
    fill(scratch)
    assert said(scratch) == (
        0,
        (
            "environments  dev, a b\n"
            "spokes        aws, old\n"
            "gears         notes\n"
            "links         nas, lab\n"
            "wrappers      aws, terraform\n"
        ),
        "",
    )
    assert scratch.processes() == {}


def test_programs_get_one_document_with_and_without_a_daemon(scratch: Scratch) -> None:
    fill(scratch)
    without = said(scratch, "--json")
    Daemon(scratch)
    code, data, talk = said(scratch, "--json")
    assert (code, talk, json.loads(data)) == (0, "", FOUND)
    assert without == (code, data, talk)


def test_what_is_not_there_is_told_with_what_to_do(scratch: Scratch) -> None:
    (scratch.home / "envs.yaml").write_text("envs: {}\n")
    (scratch.home / "prefixes.yaml").write_text("prefixes: []\n")
    home = scratch.home
    assert said(scratch) == (
        0,
        (
            f"environments  none: write them into {home}/envs.yaml\n"
            f"spokes        none: each is a directory in {home}/spokes with a spoke.yaml\n"
            "gears         none: `axium gear install SOURCE` installs one, once you said yes\n"
            "links         none: `axium link add NAME URI` makes one\n"
            "wrappers      none: `axium wrapper add NAME WRAPPER` makes one\n"
        ),
        "",
    )


def test_a_fault_of_the_links_is_told_and_the_rest_is_shown(scratch: Scratch) -> None:
    (scratch.home / "links.yaml").write_text("links: [nas]\n")
    code, data, talk = said(scratch)
    assert (code, talk) == (1, "✗ links.yaml:1:8: `links` must be a mapping, found a list\n")
    assert data.startswith("environments  root, builder\n")


def test_many_names_stand_below_one_another(scratch: Scratch) -> None:
    names = [f"environment-{n}" for n in range(20)]
    (scratch.home / "envs.yaml").write_text("envs: {" + ": {}, ".join(names) + ": {}}\n")
    lines = said(scratch)[1].split("spokes")[0].splitlines()
    assert max(map(len, lines)) <= 80
    assert [line[:14].strip() for line in lines] == ["environments", *[""] * (len(lines) - 1)]
    assert ", ".join(names) == " ".join(line[14:] for line in lines)


def test_a_name_cannot_steer_the_terminal(scratch: Scratch) -> None:
    (scratch.home / "spokes" / "a\x1b[2J").mkdir(parents=True)
    (scratch.home / "spokes" / "a\x1b[2J" / "spoke.yaml").touch()
    assert "spokes        a\\x1b[2J\n" in said(scratch)[1]
