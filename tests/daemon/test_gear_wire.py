"""Every command of the wire on a gear's channel: denied without its permission, done with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from axium.wire.registry import ALWAYS, NEVER, registry
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.support import Scratch


class Row(NamedTuple):
    """A command, what a gear needs for it, a request, and the outcome with the permission.

    An outcome is `ok`, or the code of a refusal that is no matter of permissions.
    """

    command: str
    needs: dict[str, Any] | str
    fields: Mapping[str, Any] = {}
    outcome: str = "ok"


def _ipc(*names: str, **more: Any) -> dict[str, Any]:
    return {"ipc": names, **more}


def _free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


PORT = _free_port()

ROWS = (
    Row("ping", ALWAYS),
    Row("hello", ALWAYS),
    Row("get_state", ALWAYS),
    Row("get_pane_env", ALWAYS, {"pane": "%1"}),
    Row("get_config", ALWAYS, {"key": "nowhere"}, "not_found"),
    Row("get_permissions", ALWAYS),
    Row("write_log", ALWAYS, {"message": "m"}),
    Row("stop", NEVER),
    Row("reload", NEVER),
    Row("pause", NEVER),
    Row("resume", NEVER),
    Row("reload_spoke", NEVER, {"spoke": "creds"}),
    Row("reload_spokes", NEVER),
    Row("unload_spoke", NEVER, {"spoke": "creds"}),
    Row("reload_gear", NEVER, {"gear": "creds"}),
    Row("reload_gears", NEVER),
    Row("unload_gear", NEVER, {"gear": "creds"}),
    Row("gear_channel", NEVER, {"gear": "creds"}),
    Row("get_usage", NEVER, {"gear": "creds"}),
    Row("load_spoke_permissions", NEVER, {"spoke": "creds"}),
    Row("daemon_status", _ipc("daemon_status")),
    Row("stats", _ipc("stats")),
    Row("subscribe", _ipc("subscribe")),
    Row("unsubscribe", _ipc("subscribe"), {"stream": 1}, "not_found"),
    Row("set_env", _ipc("set_env"), {"value": "dev"}),
    Row("set_pane_env", _ipc("set_pane_env"), {"pane": "%1", "env": "nope"}, "unknown_env"),
    Row("clear_pane_env", _ipc("clear_pane_env"), {"pane": "%1"}),
    Row("previous_env", _ipc("previous_env"), {}, "not_found"),
    Row("hold_env", _ipc("hold_env"), {"env": "dev"}),
    Row("list_envs", _ipc("list_envs")),
    Row("get_env_data", _ipc("get_env_data"), {"name": "dev"}),
    Row("explain", _ipc("explain"), {"command": "aws"}),
    Row("apply_prefixes", _ipc("apply_prefixes"), {"command": "ls"}),
    Row("list_prefixed_commands", _ipc("list_prefixed_commands")),
    Row(
        "register_prefix",
        {"prefixes": {"tool": "axium tool-run"}},
        {"command": "tool", "wrapper": "axium tool-run"},
    ),
    Row("unregister_prefixes", _ipc("unregister_prefixes")),
    Row("get_hud", _ipc("get_hud")),
    Row("hud_segment_value", _ipc("hud_update"), {"value": "up"}),
    Row("get_hud_segments", _ipc("get_hud_segments")),
    Row("forget_config", _ipc("forget_config")),
    Row("list_spokes", _ipc("list_spokes")),
    Row("list_gears", _ipc("list_gears")),
    Row("emit_event", _ipc("emit_event"), {"event": "mine"}),
    Row("notify", {"notify": True}, {"title": "t"}),
    Row("notify_list", _ipc("notify_list")),
    Row("notify_drain", _ipc("notify_drain")),
    Row("notify_clear", _ipc("notify_clear")),
    Row("read_file", _ipc("read_file", fs_read=("/tmp/no/*",)), {"path": "/tmp/no/x"}, "not_found"),
    Row(
        "write_file",
        _ipc("write_file", fs_write=("/dev/*",)),
        {"path": "/dev/null", "content": ""},
        "invalid",
    ),
    Row("daemon_exec", {"exec": ("nope",)}, {"command": "nope"}, "denied"),
    Row("net_connect", {"net": ("127.0.0.1:1",)}, {"host": "127.0.0.1", "port": 1}, "failed"),
    Row("net_listen", {"net": (f"listen:127.0.0.1:{PORT}",)}, {"port": PORT}),
    Row("list_jobs", _ipc("list_jobs")),
    Row("show_job", _ipc("show_job"), {"job": 1}, "not_found"),
    Row("stop_job", _ipc("stop_job"), {"job": 1}, "not_found"),
    Row("tmux_split_run", _ipc("tmux_split_run", exec=True), {"command": "ls"}, "unavailable"),
    Row("tmux_send_keys", _ipc("tmux_send_keys"), {"pane": "%1", "keys": "a"}, "unavailable"),
    Row("tmux_capture_pane", _ipc("tmux_capture_pane"), {"pane": "%1"}, "unavailable"),
    Row("tmux_attach", _ipc("tmux_attach"), {"server": "/no/such,1,0"}),
    Row("tmux_detach", _ipc("tmux_detach"), {"server": "/no/such,1,0"}),
    Row("call", _ipc("call:nas"), {"link": "nas", "method": "m"}, "unknown_link"),
    Row("link_ping", _ipc("call:nas"), {"link": "nas"}, "unknown_link"),
    Row("link_subscribe", _ipc("call:nas"), {"link": "nas", "event": "e"}, "unknown_link"),
    Row("link_unsubscribe", ALWAYS, {"stream": 1}, "not_found"),
    Row("link_cancel", ALWAYS, {"call": 1}, "not_found"),
    Row("link_list", _ipc("link_list")),
    Row("link_status", _ipc("link_status")),
    Row("link_add", NEVER, {"name": "nas", "uri": "wss://nas.example"}),
    Row("link_remove", NEVER, {"name": "nas"}),
)


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    load_gear(served)
    channel = GearChannel(served)
    yield channel
    channel.close()


def outcome(reply: dict[str, Any]) -> str:
    return "ok" if reply["ok"] else str(reply["code"])


def test_each_command_has_a_row() -> None:
    assert sorted(row.command for row in ROWS) == sorted(command.name for command in registry)


@pytest.mark.parametrize("row", ROWS, ids=[row.command for row in ROWS])
def test_a_command_is_done_with_its_permission_and_denied_without(
    served: Served, channel: GearChannel, row: Row
) -> None:
    without = channel.ask(row.command, **row.fields)
    load_gear(served, **(_ipc(row.command) if isinstance(row.needs, str) else row.needs))
    with_it = channel.ask(row.command, **row.fields)
    expected = {ALWAYS: (row.outcome,) * 2, NEVER: ("denied",) * 2}
    assert (outcome(without), outcome(with_it)) == (
        expected[row.needs] if isinstance(row.needs, str) else ("denied", row.outcome)
    )


@pytest.mark.parametrize("row", ROWS, ids=[row.command for row in ROWS])
def test_a_name_that_is_not_its_own_is_denied_whatever_is_granted(
    served: Served, channel: GearChannel, row: Row
) -> None:
    load_gear(served, **(_ipc(row.command) if isinstance(row.needs, str) else row.needs))
    for name in ("other", "user", "core"):
        assert outcome(channel.ask(row.command, **{**row.fields, "spoke": name})) == "denied"


_ABOUT_GEARS = {
    "forget_config", "gear_channel", "get_config", "get_pane_env", "get_permissions",
    "get_state", "get_usage", "hello", "link_add", "link_cancel", "link_remove",
    "link_unsubscribe", "list_jobs", "load_spoke_permissions", "pause", "ping",
    "reload", "reload_gear", "reload_gears", "reload_spoke", "reload_spokes", "resume",
    "show_job", "stop", "stop_job", "unload_gear", "unload_spoke", "unregister_prefixes",
    "write_log",
}  # fmt: skip
"""Commands in which the user may name a gear: they do nothing in its name."""


def test_a_command_is_about_a_gear_or_acts_in_its_name() -> None:
    assert {command.name for command in registry if command.is_about_gear} == _ABOUT_GEARS


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.command not in _ABOUT_GEARS], ids=lambda row: row.command
)
def test_nobody_acts_in_a_gears_name_on_the_public_socket(served: Served, row: Row) -> None:
    load_gear(served, **(_ipc(row.command) if isinstance(row.needs, str) else row.needs))
    client = served.client()
    reply = client.ask(row.command, **{**row.fields, "id": 1, "spoke": "creds"})
    assert (reply["code"], reply["error"]) == ("denied", f"permission denied: {row.command}")


def test_a_gear_is_told_of_the_state_what_is_in_force(served: Served, channel: GearChannel) -> None:
    served.ask("set_env", value="dev")
    told = channel.ask("get_state")["state"]
    assert told == {"active_env": "dev", "panes": {}, "started": served.services.life.started}


def test_text_is_refused_on_a_gears_channel_and_closes_it(
    served: Served, channel: GearChannel
) -> None:
    channel.send(b"PAUSE\n")
    assert channel.reply()["code"] == "bad_request"
    assert not channel.channel.is_open
    assert served.ask("daemon_status")["status"]["state"] == "monitoring"


def test_a_gear_that_is_gone_may_do_nothing_but_what_everybody_may(
    served: Served, channel: GearChannel
) -> None:
    load_gear(served, notify=True, ipc=("list_envs",))
    served.services.confinements.unload("creds")
    asked = [channel.ask("notify", title="t"), channel.ask("list_envs"), channel.ask("ping")]
    assert [outcome(reply) for reply in asked] == ["not_loaded", "not_loaded", "ok"]


def test_a_gear_sees_no_variable_of_the_users_through_a_rule(scratch: Scratch) -> None:
    scratch.environ["VAULT_USER"] = "me"
    served = Served(scratch)
    channel = GearChannel(served)
    load_gear(served, ipc=("apply_prefixes",))
    without = channel.ask("apply_prefixes", command="vault")
    load_gear(served, ipc=("apply_prefixes",), env=("VAULT_USER",))
    with_it = channel.ask("apply_prefixes", command="vault")
    channel.close()
    served.close()
    assert (without["code"], with_it["command"]) == ("failed", ["run-vault", "me"])
