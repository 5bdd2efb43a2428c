"""What a gear may do, in words, and what of it is dangerous."""

from __future__ import annotations

import axium.daemon.commands  # noqa: F401 (it fills the registry)
from axium.model.confining import Places
from axium.model.exposures import exposures
from axium.model.gear_words import grants, has_words
from axium.model.grants import Label
from axium.model.permissions import Effective, Permissions, differences, effective
from axium.wire.registry import ALWAYS, NEVER, OWN, registry

PLACES = Places(home="/home/u", own=("/home/u/.config/axium",), programs=("/usr/lib/axium",))


def rights(override: Permissions | None = None, **asked: object) -> Effective:
    return effective(Permissions(**asked), override, strict=False)  # type: ignore[arg-type]


def told(found: Effective, programs: dict[str, str] | None = None) -> list[tuple[str, ...]]:
    made = grants(found, PLACES, directory="/home/u/.config/axium/gears/g", programs=programs or {})
    return [(each.field, each.entry, each.words, each.holder) for each in made]


def test_nothing_is_granted_by_nothing() -> None:
    assert told(rights()) == []


def test_every_entry_of_ipc_that_a_command_asks_for_has_words() -> None:
    asked = {each.gear for each in registry} - {ALWAYS, NEVER, OWN}
    own = {"tmux_split_run", "tmux_send_keys", "tmux_capture_pane", "register_prefix"}
    unconfined = {"exec_unconfined", "tmux_split_unconfined"}
    assert [name for name in sorted(asked | own | unconfined) if not has_words(name)] == []


def test_the_same_pattern_may_be_the_kernels_to_read_and_the_daemons_to_write() -> None:
    found = rights(fs_read=("/usr/lib/axium/**",), fs_write=("/usr/lib/axium/**",))
    assert told(found) == [
        ("fs_read", "/usr/lib/axium/**", "all that is in it", "kernel"),
        ("fs_write", "/usr/lib/axium/**", "not before it has `ipc: [write_file]` too", "daemon"),
    ]


def test_the_daemon_reads_for_who_may_ask_it_to() -> None:
    found = rights(fs_read=("~/a.json",), ipc=("read_file",))
    assert told(found)[0] == ("fs_read", "~/a.json", "axium reads it when asked", "daemon")


def test_what_the_user_takes_away_is_told() -> None:
    found = rights(Permissions(fs_read=("!~/a/b",)), fs_read=("~/a/**", "~/c/**"))
    assert told(found) == [
        ("fs_read", "~/a/**", "not before it has `ipc: [read_file]` too", "daemon"),
        ("fs_read", "~/c/**", "all that is in it", "kernel"),
        ("fs_read", "!~/a/b", "not this, you said", "daemon"),
    ]


def test_a_list_of_programs_is_told_with_what_each_leads_to() -> None:
    assert told(rights(exec=("git", "nosuch")), {"git": "/usr/bin/git"}) == [
        ("exec", "git", "/usr/bin/git, held to all of this too", "daemon"),
        ("exec", "nosuch", "it is not there", "daemon"),
    ]


def dangers(**asked: object) -> list[Label]:
    return exposures(rights(**asked), home="/home/u")  # type: ignore[arg-type]


def test_reading_keys_is_dangerous_and_more_so_with_the_network() -> None:
    keys = "reads keys and passwords (~/.aws/credentials, ~/.aws/sso/cache/a.json)"
    assert dangers(fs_read=("~/.aws/**",)) == [Label("fs_read", keys)]
    assert dangers(fs_read=("~/.aws/**",), net=("a.b:1",)) == [
        Label("fs_read", f"{keys}, and can send them away")
    ]
    assert dangers(fs_read=("~/**",))[0].why.endswith("and 20 more)")
    assert dangers(fs_read=("~/notes/**",), net=True) == []


def test_variables_that_sound_like_secrets_are_dangerous_and_those_that_lead_to_files_not() -> None:
    assert dangers(env=("GITHUB_TOKEN", "EDITOR", "VAULT_PASSWORD_FILE")) == [
        Label("env", "gets GITHUB_TOKEN: by the name a secret")
    ]


def test_programs_that_stay_in_a_terminal_are_dangerous_and_those_axium_runs_have_none() -> None:
    told = "can leave programs in your terminal that read what you type"
    assert dangers(exec=True) == [Label("exec", told)]
    assert dangers(exec=True, net=True) == [Label("exec", f"{told}, and can send them away")]
    assert dangers(exec=("git",), net=True) == []


def test_what_differs_between_two_manifests_is_told_entry_by_entry() -> None:
    before = Permissions(exec=True, fs_read=("~/a", "~/b"), notify=True)
    now = Permissions(exec=("git",), fs_read=("~/b",), net=True, notify=True)
    assert differences(before, now) == [
        "+ exec: git",
        "+ net: any",
        "- exec: any",
        "- fs_read: ~/a",
    ]


def test_what_a_gear_may_do_with_its_own_alone_is_no_danger() -> None:
    own = ("list_jobs", "register_prefix", "show_job", "stop_job", "unregister_prefixes")
    assert exposures(rights(ipc=own), home="/home/u") == []


def test_who_may_ask_what_a_command_becomes_learns_what_rules_are_filled_with() -> None:
    found = exposures(rights(ipc=("explain", "list_prefixed_commands")), home="/home/u")
    why = "reads what your rules take from envs.yaml, secrets among it"
    assert found == [Label("ipc: explain", why)]
