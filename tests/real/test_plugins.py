"""Spokes in a real daemon: loaded, called at events, shown in the HUD, loaded again, ended."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator

import pytest

from axium.thin.paths import Home
from axium.thin.published import read
from tests.real.client import Client
from tests.real.spokes import Plugged, write_spoke
from tests.support import Daemon, Scratch, Tmux, until

Plug = Callable[..., Plugged]

LISTENER = """
    def register(app, events):
        for name in {names!r}:
            events.on(name, lambda *args, name=name, **kwargs: print(name, args, kwargs))
"""
SEGMENT = """
    from axium.core.hud import register_hud_segment
    from axium.core.hud_segments import HudSegment

    class Where(HudSegment):
        name = "where"
        cached = {cached}
        def render(self, context):
            return context["env"] + "/" + str(context["pane_id"])

    def register(app, events):
        register_hud_segment(Where())
"""
COMMANDS = """
    import typer

    def register(app, events):
        aws = typer.Typer()
        app.add_typer(aws, name={group!r})

        @aws.command()
        def whoami():
            "Tell who one is."

        @aws.command()
        def info():
            "Tell more."
"""


@pytest.fixture
def plug(scratch: Scratch) -> Iterator[Plug]:
    """Starts the daemon with these spokes."""
    running: list[Plugged] = []

    def plugged(**spokes: str) -> Plugged:
        running.append(Plugged(scratch, **spokes))
        return running[-1]

    yield plugged
    for daemon in running:
        daemon.close()


def listener(*names: str) -> str:
    """A spoke that prints what its listeners are called with."""
    return LISTENER.format(names=names)


def printed(daemon: Plugged, name: str) -> list[str]:
    """What a spoke printed."""
    return [line.partition("] [OUTPUT] ")[2] for line in daemon.log(name).splitlines()]


def test_listeners_get_what_the_event_s_page_says(plug: Plug) -> None:
    daemon = plug(
        zeal=listener("env_change", "notification", "hud_segment_updated", "daemon_ready")
    )
    until(lambda: printed(daemon, "zeal") == ["daemon_ready () {}"])
    daemon.ask("set_env", value="builder")
    daemon.ask("notify", title="T", body="B", spoke="core")
    daemon.ask("hud_segment_value", spoke="x", value="1")
    until(lambda: len(printed(daemon, "zeal")) == 4)
    assert printed(daemon, "zeal")[1:] == [
        "env_change ('builder', 'root') {'pane': None, 'generation': 1}",
        "notification ('core', 'T', 'B', 'info', 1) {}",
        "hud_segment_updated ('x', '1') {}",
    ]


def test_a_reply_comes_when_listeners_are_done(plug: Plug) -> None:
    daemon = plug(
        zeal="""
            import time
            def register(app, events):
                events.on("env_change", heard)
            def heard(new_env):
                time.sleep(0.3)
                print("done")
        """
    )
    daemon.ask("set_env", value="builder")
    until(lambda: printed(daemon, "zeal") == ["done"], timeout=0.2)


def test_custom_events_reach_other_plugins_with_their_origin(plug: Plug) -> None:
    emitter = """
        from axium.core.ipc import send_request_sync
        def register(app, events):
            events.on("env_change", heard)
        def heard(new_env):
            reply = send_request_sync({"cmd": "emit_event", "event": "x.y", "args": [1, "a"],
                                       "kwargs": {"k": None}})
            print(reply)
    """
    daemon = plug(one=emitter, two=listener("x.y"))
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", id=1, events=["x.*"])
        assert client.reply()["ok"]
        daemon.ask("set_env", value="builder")
        event = client.reply()
    assert event == {
        "id": 1,
        "seq": event["seq"],
        "event": "x.y",
        "origin": "one",
        "args": [1, "a"],
        "kwargs": {"k": None},
    }
    until(lambda: printed(daemon, "two") == ["x.y (1, 'a') {'k': None}"])
    until(lambda: printed(daemon, "one") == ["{'ok': True}"])


@pytest.mark.parametrize(
    ("event", "code"), [("env_change", "denied"), ("", "invalid"), ("a b", "invalid")]
)
def test_no_event_of_the_core_s_and_none_without_a_name_is_emitted(
    daemon: Daemon, event: str, code: str
) -> None:
    assert daemon.request({"cmd": "emit_event", "event": event})["code"] == code


def test_events_are_held_while_paused_and_come_in_order(plug: Plug) -> None:
    daemon = plug(zeal=listener("env_change"))
    daemon.ask("pause")
    for name in ("builder", "root", "builder"):
        daemon.quick("set_env", value=name)
    assert printed(daemon, "zeal") == []
    daemon.ask("resume")
    until(lambda: len(printed(daemon, "zeal")) == 3)
    assert [line[13:20] for line in printed(daemon, "zeal")] == ["builder", "root', ", "builder"]


def test_others_are_told_of_what_is_loaded_loaded_again_and_unloaded(plug: Plug) -> None:
    names = ("spoke_loaded", "spoke_reloaded", "spoke_unloaded")
    daemon = plug(aa=listener(*names), zz="def register(app): pass\n")
    until(lambda: len(printed(daemon, "aa")) == 2)
    daemon.ask("reload_spoke", spoke="zz")
    daemon.ask("unload_spoke", spoke="zz")
    until(lambda: len(printed(daemon, "aa")) == 4)
    assert printed(daemon, "aa") == [
        "spoke_loaded ('aa',) {}",
        "spoke_loaded ('zz',) {}",
        "spoke_reloaded ('zz',) {}",
        "spoke_unloaded ('zz',) {}",
    ]
    assert daemon.names() == ["aa"]


def test_the_end_of_the_daemon_is_told_before(plug: Plug, scratch: Scratch) -> None:
    daemon = plug(aa=listener("spoke_unloaded"))
    scratch.stop_daemon()
    until(lambda: "spoke_unloaded ('aa',) {}" in printed(daemon, "aa"))


def test_a_reload_loads_new_ones_and_unloads_those_that_are_gone(plug: Plug) -> None:
    daemon = plug(aa=listener("env_change"), bb=listener("env_change"))
    write_spoke(daemon.scratch, "cc", listener("env_change"))
    shutil.rmtree(daemon.scratch.home / "spokes" / "aa")
    assert daemon.ask("reload_spokes") == {"ok": True, "spokes": ["bb", "cc"]}
    assert [daemon.row(name)["status"] for name in daemon.names()] == ["active", "active"]
    assert daemon.ask("daemon_status")["status"]["plugins"] == 2
    assert len([p for p in daemon.scratch.processes().values() if "spoke" in p]) == 2


def test_a_new_spoke_is_loaded_by_its_name(plug: Plug) -> None:
    daemon = plug()
    write_spoke(daemon.scratch, "cc", listener("env_change"))
    assert daemon.ask("reload_spoke", spoke="cc") == {"ok": True, "spoke": "cc"}
    assert daemon.row("cc")["status"] == "active"


@pytest.mark.parametrize("command", ["reload_spoke", "unload_spoke"])
def test_an_unknown_spoke_is_not_loaded(plug: Plug, command: str) -> None:
    daemon = plug(aws="def register(app): pass\n")
    assert daemon.ask(command, spoke="awz") == {
        "ok": False,
        "error": "spoke not loaded",
        "code": "not_loaded",
        "hint": "did you mean `aws`?",
    }
    assert daemon.ask(command)["error"] == "spoke name required"


def test_a_reload_of_everything_keeps_its_order(plug: Plug) -> None:
    names = ("hud_refresh", "spoke_reloaded", "daemon_reload", "config_reloaded")
    daemon = plug(aa="def register(app): pass\n", zz="def register(app): pass\n")
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", id=1, events=list(names))
        assert client.reply()["ok"]
        assert daemon.ask("reload")["ok"]
        told = [client.reply()["event"] for _ in range(6)]
    assert told == [
        "hud_refresh",
        "spoke_reloaded",
        "spoke_reloaded",
        "daemon_reload",
        "config_reloaded",
        "hud_refresh",
    ]


def test_a_listener_may_have_all_loaded_again_its_own_plugin_too(plug: Plug) -> None:
    main = """
        from axium.core.ipc import send_request_sync
        def register(app, events):
            events.on("env_change", heard)
        def heard(new_env):
            print(send_request_sync({"cmd": "reload_spokes"}))
    """
    daemon = plug(aa=main, zz=listener("spoke_reloaded"))
    pid = daemon.row("aa")["pid"]
    daemon.quick("set_env", value="builder")
    until(lambda: daemon.row("aa")["pid"] not in (None, pid))
    until(lambda: printed(daemon, "aa") == ["{'ok': True, 'spokes': ['aa', 'zz']}"])


def test_what_one_needs_no_process_for_leaves_none(plug: Plug) -> None:
    daemon = plug(aa="def register(app): pass\n")
    until(lambda: daemon.row("aa")["status"] == "active")
    until(lambda: not [p for p in daemon.scratch.processes().values() if "spoke aa" in p])
    assert daemon.row("aa") == daemon.row("aa") | {"pid": None, "restarts": 0, "error": None}


@pytest.mark.parametrize("cached", [True, False])
def test_a_segment_is_shown_for_each_place(plug: Plug, tmux: Tmux, cached: bool) -> None:  # noqa: FBT001
    daemon = plug(aa=SEGMENT.format(cached=cached))
    until(lambda: "where:root/None" in daemon.hud())
    place = {"pane": tmux.new_pane(), "server": tmux.variable}
    assert daemon.ask("set_pane_env", env="builder", **place)["ok"]
    until(lambda: f"where:builder/{place['pane']}" in daemon.ask("get_hud", **place)["hud"])
    assert "where:root/None" in daemon.hud()
    assert {"name": "where", "priority": 100, "spoke": "aa"} in daemon.ask("get_hud_segments")[
        "segments"
    ]

    def shown() -> str:
        return tmux.cmd("show-environment", "-gh")

    until(lambda: "where:root/None" in shown())
    daemon.ask("unload_spoke", spoke="aa")
    assert "where" not in daemon.hud()
    until(lambda: "where" not in shown())


def test_a_provider_is_shown_as_it_returned(plug: Plug) -> None:
    main = """
        from axium.core.hud import register_hud_provider
        def register(app, events):
            register_hud_provider(lambda *context: "#[fg=red]so")
    """
    daemon = plug(aa=main)
    until(lambda: daemon.hud().endswith("  #[fg=red]so"))
    assert "##[fg=red]so" in daemon.ask("get_hud", format="tmux")["hud"]


def test_commands_are_in_the_catalogue_and_in_the_tables(plug: Plug) -> None:
    daemon = plug(aws=COMMANDS.format(group="aws"))
    home = Home(str(daemon.scratch.home))
    until(lambda: _records(home) == ["aws info", "aws whoami"])
    names = json.loads((daemon.scratch.home / "completions.json").read_text())["commands"]
    assert {"aws info", "aws whoami"} <= set(names)
    until(lambda: _subcommands(home, "aws") == ["@whoami", "@info"])
    explained = daemon.ask("explain", command="aws", args=["info", "-x"])
    assert explained["argv"] == ["axium", "aws", "info", "-x"]
    assert (explained["plugin"], explained["rules"]) == ("spoke:aws", [])
    assert daemon.ask("explain", command="aws", args=["s3", "info"])["plugin"] is None
    daemon.ask("unload_spoke", spoke="aws")
    assert _records(home) == []
    assert _subcommands(home, "aws") == []


def test_a_command_that_is_taken_is_left_out_and_told(plug: Plug) -> None:
    daemon = plug(
        aa=COMMANDS.format(group="aws"),
        bb=COMMANDS.format(group="aws"),
        cc=COMMANDS.format(group="env"),
    )
    rows = {name: daemon.row(name) for name in daemon.names()}
    assert [row["status"] for row in rows.values()] == ["active"] * 3
    assert rows["aa"]["error"] is None
    assert "the command `aws whoami` is left out: `aa` has it already" in rows["bb"]["error"]
    assert "`env` is a command of axium itself" in rows["cc"]["error"]


def test_prefixes_of_the_manifest_go_with_their_plugin(plug: Plug) -> None:
    daemon = plug()
    write_spoke(
        daemon.scratch,
        "aa",
        "def register(app): pass\n",
        "prefixes: [{command: vault, wrapper: axium run vault}, {command: aws, wrapper: awx}]\n",
    )
    daemon.ask("reload_spokes")
    assert "vault" in daemon.ask("list_prefixed_commands")["commands"]
    assert "command already registered by user" in daemon.row("aa")["error"]
    daemon.ask("unload_spoke", spoke="aa")
    assert "vault" not in daemon.ask("list_prefixed_commands")["commands"]


def test_a_plugin_may_while_it_registers_what_its_manifest_grants(plug: Plug) -> None:
    main = """
        from axium.core import api
        def register(app):
            print(api.notify("up", "b"), api.check_permission("aa", "notify"), flush=True)
            raise SystemError("and then it fails")
    """
    daemon = plug()
    write_spoke(daemon.scratch, "aa", main, "permissions: {notify: true}\n")
    daemon.ask("reload_spokes")
    until(lambda: "True True" in printed(daemon, "aa"))
    assert daemon.ask("get_permissions", spoke="aa")["code"] == "not_loaded"


def test_what_is_registered_on_the_channel_goes_with_its_plugin(plug: Plug) -> None:
    main = """
        from axium.core.ipc import send_request_sync
        def register(app, events):
            events.on("env_change", print)
            send_request_sync({"cmd": "hud_segment_value", "value": "up"})
            send_request_sync({"cmd": "register_prefix", "command": "vault", "wrapper": "run-it"})
            print(send_request_sync({"cmd": "hud_segment_value", "spoke": "zz", "value": "up"}))
    """
    daemon = plug(aa=main)
    assert "aa:up" in daemon.hud()
    assert "vault" in daemon.ask("list_prefixed_commands")["commands"]
    assert "'code': 'denied'" in printed(daemon, "aa")[0]
    daemon.ask("unload_spoke", spoke="aa")
    assert "aa:up" not in daemon.hud()
    assert "vault" not in daemon.ask("list_prefixed_commands")["commands"]


def test_a_loading_is_noted_beside_what_the_install_wrote(plug: Plug) -> None:
    path = "spokes/.spoke_metadata.json"
    daemon = plug()
    write_spoke(daemon.scratch, "aa", "def register(app): pass\n", "version: 1.2.3\n")
    known = {"aa": {"source": "git:x", "manifest_name": "aa"}, "other": {"source": "y"}}
    (daemon.scratch.home / path).write_text(json.dumps(known))
    daemon.ask("reload_spokes")
    until(lambda: "last_loaded" in (daemon.scratch.home / path).read_text())
    written = json.loads((daemon.scratch.home / path).read_text())
    row = daemon.row("aa")
    assert written["other"] == {"source": "y"}
    assert written["aa"] == written["aa"] | {
        "source": "git:x",
        "manifest_name": "aa",
        "version": "1.2.3",
        "status": "active",
        "last_loaded": row["last_loaded"],
    }


def _subcommands(home: Home, command: str) -> list[str]:
    stamp = (read(home.run + "/global") or [])[1]
    return [w for w in read(f"{home.run}/t/{stamp}/{command}") or [] if w.startswith("@")]


def _records(home: Home) -> list[str]:
    return sorted(
        record.partition("\t")[0]
        for record in read(home.catalogue) or []
        if "\tspoke:aws\t" in record
    )


def test_without_spokes_there_is_nothing_of_them(plug: Plug) -> None:
    daemon = plug()
    assert daemon.ask("reload_spokes") == {"ok": True, "spokes": []}
    assert daemon.ask("list_spokes") == {"ok": True, "spokes": []}
    assert daemon.ask("list_gears") == {"ok": True, "gears": []}
    assert list(daemon.scratch.processes()) == [daemon.pid]


def test_one_that_was_at_fault_is_tried_again_when_its_files_change(plug: Plug) -> None:
    daemon = plug(aa="def register(app):\n    raise ValueError\n")
    assert daemon.row("aa")["status"] == "error"
    write_spoke(daemon.scratch, "aa", "def register(app): pass\n")
    until(lambda: daemon.row("aa")["status"] == "active")
