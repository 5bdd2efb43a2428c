"""What the published protocol promises to be there, name by name, in literal lists."""

from __future__ import annotations

from typing import get_args

import axium.daemon.commands  # noqa: F401  (registers every command)
from axium.daemon.text import WHOLE_LINES, WITH_REST
from axium.wire.errors import Code
from axium.wire.registry import registry

CORE = "ping hello get_state daemon_status stop reload pause resume subscribe unsubscribe stats"
ENVIRONMENTS = "set_env set_pane_env get_pane_env clear_pane_env list_envs get_env_data explain"
PREFIXES = "apply_prefixes list_prefixed_commands register_prefix"
HUD = "get_hud hud_segment_value update_hud_segment get_hud_segments"
CONFIGURATION = "get_config"
NOTIFICATIONS = "notify notify_list notify_drain notify_clear"
PROMISED = f"{CORE} {ENVIRONMENTS} {PREFIXES} {HUD} {CONFIGURATION} {NOTIFICATIONS}".split()

# The page's tables of plugins, links and gears come with those.
FIELDS = {
    "hello": "version capabilities",
    "subscribe": "events since",
    "set_env": "value env",
    "set_pane_env": "pane env value server",
    "get_pane_env": "pane server",
    "clear_pane_env": "pane server",
    "get_env_data": "name pane",
    "explain": "command args pane cwd",
    "apply_prefixes": "command args context",
    "register_prefix": "command wrapper strategy config",
    "get_hud": "pane format",
    "hud_segment_value": "value",
    "update_hud_segment": "value",
    "get_config": "key default_filename env",
    "notify": "title body message level",
    "notify_list": "limit",
    "notify_drain": "drain",
}
REPLIES = {
    "ping": "pong version protocol pid",
    "hello": "version protocol capabilities",
    "get_state": "state",
    "daemon_status": "status",
    "stop": "stopping",
    "reload": "reloaded problems",
    "pause": "state",
    "resume": "state",
    "subscribe": "seq",
    "get_pane_env": "env source",
    "list_envs": "envs active",
    "get_env_data": "env_data",
    "apply_prefixes": "command env_vars",
    "list_prefixed_commands": "commands",
    "get_hud": "hud",
    "get_hud_segments": "segments",
    "get_config": "value",
    "notify": "seq",
    "notify_list": "notifications",
    "notify_drain": "notifications",
    "notify_clear": "cleared",
}


def test_every_promised_command_is_registered() -> None:
    assert [name for name in PROMISED if registry.named(name) is None] == []


def test_every_command_may_be_asked_for_a_spoke_and_with_an_id() -> None:
    requests = [request for command in registry for request in command.requests]
    assert [r for r in requests if not {"id", "spoke"} <= set(r.__struct_fields__)] == []


def test_every_promised_field_of_a_request_is_known() -> None:
    missing = {
        name: unknown
        for name, fields in FIELDS.items()
        for command in [registry.named(name)]
        if command is None
        or (unknown := set(fields.split()) - set(command.requests[0].__struct_fields__))
    }
    assert missing == {}


def test_every_promised_field_of_a_reply_is_there() -> None:
    missing = {
        name: unknown
        for name, fields in REPLIES.items()
        for command in [registry.named(name)]
        if command is None
        or (unknown := set(fields.split()) - set(command.reply.__struct_fields__))
    }
    assert missing == {}


def test_every_command_says_what_it_promises() -> None:
    assert [command.name for command in registry if not command.promise.endswith(".")] == []


def test_the_codes_are_the_published_ones() -> None:
    published = (
        "bad_request invalid unknown_command not_found unknown_env denied conflict timeout"
        " too_large busy not_loaded unavailable failed paused unknown_link"
    )
    assert sorted(get_args(Code)) == sorted(published.split())


def test_every_text_verb_is_known() -> None:
    assert sorted(WHOLE_LINES | WITH_REST) == sorted(
        ["STATUS", "PAUSE", "RESUME", "RELOAD", "NEW_SESSION", "NEW-SESSION", "HUD", "ENV", "PLAN"]
    )
