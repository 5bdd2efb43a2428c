"""`axium wrapper add` and `remove`: the user's rules are edited, and in force at once."""

from __future__ import annotations

from tests.cli.saying import said
from tests.support import Scratch


def test_a_wrapper_is_added_used_and_removed(home: Scratch) -> None:
    before = (home.home / "prefixes.yaml").read_text()
    home.tool("wrapx", '#!/bin/sh\necho "$@"\n')
    assert said(home, "wrapper", "add", "kubectl", "wrapx exec --") == (0, "", "")
    assert said(home, "wrapper", "list")[1].split() == ["aws", "kubectl", "terraform"]
    assert said(home, "run", "kubectl", "get") == (0, "exec -- get\n", "")
    assert said(home, "wrapper", "add", "kubectl", "other")[0] == 1
    assert said(home, "wrapper", "remove", "kubectl", "-v") == (
        0,
        "",
        "✓ `kubectl` is not wrapped any more\n",
    )
    assert said(home, "wrapper", "list")[1].split() == ["aws", "terraform"]
    assert (home.home / "prefixes.yaml").read_text() == before


def test_a_wrapper_is_added_and_removed_beside_a_fault_which_is_told(home: Scratch) -> None:
    (home.home / "hud.yaml").write_text("layout: env\n")
    code, data, talk = said(home, "wrapper", "add", "kubectl", "wrapx exec --")
    assert (code, data, talk.splitlines()[0]) == (
        1,
        "",
        "hud.yaml:1:9: `layout` must be a list, found `env`",
    )
    assert said(home, "wrapper", "list")[1].split() == ["aws", "kubectl", "terraform"]
    assert said(home, "wrapper", "remove", "kubectl") == (code, data, talk)
    assert said(home, "wrapper", "list")[1].split() == ["aws", "terraform"]


def test_a_command_without_a_rule_cannot_be_unwrapped(home: Scratch) -> None:
    assert said(home, "wrapper", "remove", "terrafrom") == (
        1,
        "",
        "✗ `terrafrom` has no rule in prefixes.yaml\n  did you mean `terraform`?\n",
    )


def test_what_a_plugin_wraps_is_not_in_the_users_file(home: Scratch) -> None:
    assert said(home, "wrapper", "remove", "deploy") == (
        1,
        "",
        (
            "✗ `deploy` has no rule in prefixes.yaml\n"
            "  what a plugin wraps goes away with it: `axium explain deploy` names it\n"
        ),
    )


def test_what_cannot_be_wrapped_leaves_the_file_alone(home: Scratch) -> None:
    before = (home.home / "prefixes.yaml").read_text()
    code, _, talk = said(home, "wrapper", "add", "cd", "wrapx")
    assert (code, (home.home / "prefixes.yaml").read_text()) == (1, before)
    assert "`cd` can't be wrapped" in talk
