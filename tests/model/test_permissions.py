"""What manifest and override come to, who said it, and what a plugin may therefore do."""

from __future__ import annotations

from typing import Any

import pytest

from axium.model.grants import Label, labels
from axium.model.permissions import (
    Effective,
    Field,
    Permissions,
    Some,
    Source,
    effective,
    without_effect,
)

HOME = "/home/ann"


def merged(base: Some | None, over: Some | None) -> tuple[Some, Source, dict[str, Source]]:
    """What `exec` comes to, its source, and the source of each entry."""
    made = effective(Permissions(exec=base), Permissions(exec=over), strict=False)
    return made.exec, made.sources["exec"], dict(made.origins.get("exec", {}))


def rights(**said: Any) -> Effective:
    return effective(Permissions(**said), None, strict=False)


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (None, None, (False, "default", {})),
        (True, None, (True, "base", {})),
        (False, None, (False, "base", {})),
        (("a",), None, (("a",), "base", {"a": "base"})),
        (None, True, (True, "override", {})),
        (True, False, (False, "override", {})),
        (("a",), False, (False, "override", {})),
        (("a",), True, (True, "override", {})),
        (("a",), ("b",), (("a", "b"), "override", {"a": "base", "b": "override"})),
        (("a", "b"), ("!a",), (("b",), "override", {"b": "base"})),
        (("a",), ("a",), (("a",), "override", {"a": "base"})),
        (("a",), ("b", "!b"), (("a",), "override", {"a": "base"})),
        (("a",), (), (("a",), "override", {"a": "base"})),
        (None, ("b",), (("b",), "override", {"b": "override"})),
        (False, ("b",), (("b",), "override", {"b": "override"})),
        (True, ("b",), (("b",), "override", {"b": "override"})),
        (True, ("!b",), ((), "override", {})),
    ],
)
def test_booleans_replace_and_lists_add_or_take_away(
    base: Some | None, over: Some | None, expected: tuple[Some, Source, dict[str, Source]]
) -> None:
    assert merged(base, over) == expected


def test_strict_ignores_every_override() -> None:
    base = Permissions(exec=("a",), notify=True)
    over = Permissions(exec=True, notify=False, fs_read=("!/a/**",))
    assert effective(base, over, strict=True) == effective(base, None, strict=False)


def test_what_nobody_says_is_no() -> None:
    nothing: dict[Field, Some] = {"exec": False, "notify": False, "net": False, "ipc": ()}
    nothing |= {"env": (), "unix": (), "fs_read": (), "fs_write": ()}
    made = rights()
    assert (made.values(), set(made.sources.values())) == (nothing, {"default"})


@pytest.mark.parametrize(
    ("said", "action", "detail", "expected"),
    [
        ({}, "exec", "git", False),
        ({"exec": True}, "exec", "git", True),
        ({"exec": True}, "exec", None, True),
        ({"exec": ("git",)}, "exec", "git", True),
        ({"exec": ("git",)}, "exec", "rm", False),
        ({"exec": ("git",)}, "exec", None, False),
        ({"ipc": ("exec", "daemon_exec")}, "exec", "git", False),
        ({"net": ("a.b:1",)}, "net", "a.b:1", True),
        ({"net": ("a.b:1",)}, "net", "a.b:2", False),
        ({"net": ("a.b:1",)}, "net", None, False),
        ({"net": True}, "net", "a.b:2", True),
        ({}, "notify", None, False),
        ({"notify": True}, "notify", None, True),
        ({"ipc": ("notify",)}, "notify", None, True),
        ({"ipc": ("notify",), "notify": False}, "notify", None, False),
        ({"ipc": ("tmux_split_run",)}, "tmux_split_run", None, True),
        ({"ipc": ("tmux_split_run",)}, "tmux_send_keys", None, False),
        ({"ipc": ("read_file",)}, "fs_read", "/a/b", False),
        ({"fs_read": ("/a/*",)}, "fs_read", "/a/b", True),
        ({"fs_read": ("~/*",)}, "fs_read", f"{HOME}/b", True),
        ({"fs_read": ("/a/*",)}, "fs_read", "/a/../b", False),
        ({"fs_read": ("/a/*",)}, "fs_read", None, False),
        ({"fs_read": ("/a/*",)}, "fs_write", "/a/b", False),
        ({"fs_write": ("/b", "/a/*")}, "fs_write", "/a/b", True),
    ],
)
def test_what_a_spoke_may_do(
    said: dict[str, Any], action: str, detail: str | None, expected: object
) -> None:
    assert rights(**said).allows(action, detail, home=HOME) is expected


def test_a_false_of_the_users_wins_over_an_entry_of_the_manifest() -> None:
    made = effective(Permissions(ipc=("notify",)), Permissions(notify=False), strict=False)
    assert not made.allows("notify", None, home=HOME)


def test_a_pattern_that_is_taken_away_refuses_what_it_covers_whatever_else_does() -> None:
    base = Permissions(fs_read=("/a/**", "/b/*"))
    made = effective(base, Permissions(fs_read=("!/a/x/**", "!/b/*")), strict=False)
    paths = ["/a/y", "/a/x/y", "/a/x", "/b/y"]
    assert (made.fs_read, [made.allows("fs_read", path, home=HOME) for path in paths]) == (
        ("/a/**",),
        [True, False, True, False],
    )


def test_what_takes_nothing_away_is_found() -> None:
    base = Permissions(exec=True, ipc=("a", "b"))
    over = Permissions(exec=("!git",), ipc=("!a", "!c", "d"), fs_read=("!/x",), notify=False)
    assert without_effect(base, over) == [("exec", "!git"), ("ipc", "!c")]


def test_what_amounts_to_anything_is_labelled() -> None:
    made = rights(
        exec=("git",),
        ipc=("tmux_send_keys", "call:hub", "hud_update"),
        fs_write=("~/notes/*", "~/.config/**", "~/.bash*"),
    )
    assert labels(made, home=HOME, has_prefixes=True) == [
        Label("exec", "starts programs, which may do whatever you may"),
        Label("ipc: tmux_send_keys", "types into any pane, as you do"),
        Label("ipc: call:hub", "does whatever hub lets you do"),
        Label("fs_write", "writes ~/.bashrc, which starts programs"),
        Label("prefixes", "decides what a wrapped command becomes"),
    ]


def test_a_file_that_starts_programs_from_elsewhere_is_labelled_too() -> None:
    made = rights(fs_write=("~/dotfiles/**", "/opt/shims/*"))
    found = [
        labels(made, home=HOME, starting=(path,))
        for path in (f"{HOME}/dotfiles/bashrc", "/opt/shims/a")
    ]
    assert found == [
        [Label("fs_write", "writes ~/dotfiles/bashrc, which starts programs")],
        [Label("fs_write", "writes /opt/shims/a, which starts programs")],
    ]


def test_what_is_harmless_has_no_label_and_a_gears_own_programs_are_confined() -> None:
    harmless = rights(notify=True, fs_read=("/**",), fs_write=("~/notes/**",), ipc=("read_file",))
    confined = rights(exec=True, ipc=("tmux_split_run", "register_prefix"))
    assert (labels(harmless, home=HOME), labels(confined, home=HOME, is_gear=True)) == ([], [])
