"""Functions of the API against a real daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from axium.core import api, registry
from tests.core.conftest import Inside, live_in
from tests.real.spokes import write_spoke
from tests.support import Daemon, Scratch, Tmux, until
from tests.support.scratch import make_scratch

ENVS = """
envs:
  dev: {region: eu-central-1}
  prod: {region: eu-west-1, owner: {team: web}}
"""


@pytest.fixture
def running(inside: Inside, scratch: Scratch) -> Any:
    """A daemon with two environments, and this process in its home."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    daemon = Daemon(scratch)
    yield daemon
    daemon.close()


def test_a_daemon_is_started_for_who_asks(inside: Inside, scratch: Scratch) -> None:
    inside(AXIUM_NO_AUTOSTART="")
    assert (api.hud_get(), api.daemon_status(), scratch.processes()) == (None, None, {})
    assert api.list_environments() == ["root", "builder"]
    assert api.daemon_start() is True
    assert api.daemon_stop() is True
    assert api.daemon_stop() is False


def test_the_environment_is_set_and_told(running: Daemon) -> None:
    assert api.set_active_env("prod") is True
    assert api.get_active_env() == "prod"
    assert api.list_environments() == ["dev", "prod"]
    assert api.get_env_data("dev") == {"region": "eu-central-1", "name": "dev"}
    assert api.get_env_data("nope") is None
    state = api.get_state()
    assert state is not None
    assert (state["active_env"], state["panes"]) == ("prod", {})


def test_a_pane_has_an_environment_of_its_own(inside: Inside, running: Daemon, tmux: Tmux) -> None:
    inside(TMUX=f"{tmux.socket},{tmux.pid},0", TMUX_PANE="%0")
    api.set_active_env("dev")
    assert api.get_active_env() == "dev"
    assert api.set_active_env("prod", "%0") is True
    assert (api.get_active_env(), api.get_pane_env("%0")) == ("prod", "prod")
    assert "env:prod" in str(api.hud_get())
    assert "env:dev" in str(api.hud_get("%99"))
    assert api.clear_pane_env("%0") is True
    assert (api.get_active_env(), api.get_pane_env("%0")) == ("dev", "dev")
    assert api.set_active_env("prod", pane_id="no pane") is False


def test_an_environment_that_the_shell_holds_comes_first(inside: Inside, running: Daemon) -> None:
    api.set_active_env("dev")
    inside(AXIUM_SHELL_ENV="prod", AXIUM_SHELL_PLACE=":")
    assert (api.get_active_env(), api.get_pane_env("%0")) == ("prod", "dev")
    assert "env:prod" in str(api.hud_get())


def test_notifications_are_kept_and_handed_out_once(running: Daemon) -> None:
    assert api.notify("one", "more of it", level="warning") is True
    assert api.show_toast("two", "soon gone") is True
    assert api.notify_send_cli(spoke_name="core", title="three", body="") is True
    assert api.send_notification("no-such", "four", "") is False
    assert api.notify("five", "", level="loud") is False
    rows = [(row["spoke"], row["title"], row["body"], row["level"]) for row in api.notify_drain()]
    assert rows == [
        ("core", "one", "more of it", "warning"),
        ("core", "two", "soon gone", "info"),
        ("core", "three", "", "info"),
    ]
    assert api.drain_notifications() == []
    api.notify("six", "")
    assert (api.clear_notifications(), api.drain_notifications()) == (True, [])


def test_a_value_stands_in_the_hud(running: Daemon) -> None:
    assert api.update_hud_segment("creds", "[creds:Y]") is True
    assert "creds:Y" in str(api.hud_get())
    api.update_hud_segment("creds", "")
    assert "creds" not in str(api.hud_get())


def test_the_daemon_is_told_of_and_read_again(running: Daemon, scratch: Scratch) -> None:
    status = api.daemon_status()
    assert status is not None
    assert (status["running"], status["pid"]) == (True, running.pid)
    (scratch.home / "envs.yaml").write_text("envs:\n  new: {}\n")
    assert api.reload_daemon() is True
    assert api.list_environments() == ["new"]
    logged = api.daemon_logs()
    assert logged is not None
    last = api.daemon_logs(tail=True, lines=1)
    assert (last, api.daemon_logs(lines=0)) == (logged.splitlines(keepends=True)[-1], "")


def test_a_log_that_is_no_file_is_none(inside: Inside, scratch: Scratch) -> None:
    (scratch.home / "logs" / "axiumd.log").mkdir(parents=True)
    assert api.daemon_logs() is None


def test_the_configuration_is_shown(running: Daemon) -> None:
    shown = yaml.safe_load(str(api.config_show()))
    assert shown["envs"]["dev"] == {"region": "eu-central-1"}
    assert {rule["command"] for rule in shown["prefixes"]} == {"aws", "terraform"}


EDIT = "from axium.core import api; print(api.config_edit())"


@pytest.mark.parametrize(("ends", "told"), [("", "True\n"), ("exit 1", "False\n")])
def test_the_configuration_is_edited_in_the_terminal(
    scratch: Scratch, ends: str, told: str
) -> None:
    editor = scratch.tool("edit", f'#!/bin/sh\necho "envs: {{}}" > "$1"\n{ends}\n')
    around = scratch.environ | {"EDITOR": str(editor)}
    ours, terminal = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", EDIT],
            stdin=terminal,
            stdout=subprocess.PIPE,
            env=around,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(terminal)
    assert done.stdout.decode() == told
    assert (scratch.home / "envs.yaml").read_text() == "envs: {}\n"


def test_a_prefix_is_registered_unless_somebody_has_it(running: Daemon) -> None:
    assert api.register_prefix("creds", "kubectl", "kubectl --context x") is True
    assert api.register_prefix("other", "kubectl", "other") is False
    assert api.register_prefix("creds", "aws", "mine") is False


MAIN = """
def register(app, events):
    @app.command()
    def hello():
        '''Say hello.'''
        print("hello")
"""

GRANTS = """
version: 1.0.0
description: d
entrypoint: main:register
permissions:
  exec: [sh]
  notify: true
  net: true
  ipc: [tmux_split_run, tmux_capture_pane, tmux_send_keys]
  fs_read: ["{root}/**"]
  fs_write: ["{root}/**"]
"""


@pytest.fixture(scope="module")
def able() -> Iterator[Scratch]:
    """A home with a spoke that may do much, and one that may do nothing; both are loaded."""
    scratch = make_scratch()
    write_spoke(scratch, "able", MAIN, GRANTS.format(root=scratch.user))
    write_spoke(scratch, "idle", "def register(app): pass\n")
    daemon = Daemon(scratch)
    until(lambda: _statuses(daemon) == {"able": "active", "idle": "active"})
    yield scratch
    scratch.close()


@pytest.fixture
def granted(able: Scratch, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Has this process live there."""
    registry._known = None
    live = partial(live_in, able, monkeypatch)
    live()
    return live


def _statuses(daemon: Daemon) -> dict[str, str]:
    return {row["name"]: row["status"] for row in daemon.request({"cmd": "list_spokes"})["spokes"]}


def test_what_spokes_may_do_is_told(granted: Inside) -> None:
    permissions = api.get_permissions()
    assert permissions is not None
    assert {name: found for name, found in permissions.items() if found} == {
        name: ["able"] for name in ("exec", "notify", "network", "ipc", "fs_read", "fs_write")
    }
    wanted = ("exec", "network", "net", "notify", "tmux_split_run", "set_env", "nonsense")
    assert [api.check_permission("able", one) for one in wanted] == [True] * 5 + [False] * 2
    assert [api.check_permission("idle", one) for one in wanted] == [False] * 7
    assert api.check_permission("no-such", "exec") is False


def test_spokes_are_listed_checked_and_loaded_again(granted: Inside, able: Scratch) -> None:
    assert api.list_spokes() == ["able", "idle"]
    assert (api.validate_spoke("able"), api.validate_spoke("idle")) == (True, False)
    assert api.spoke_reload_all() == ["able", "idle"]
    until(lambda: api.spoke_reload_one("able"))
    assert api.spoke_reload_one("no-such") is False
    assert api.reload_spokes() is True


def _commands_with_hello() -> dict[str, Any]:
    """Every command by name, once the catalogue has the spoke's."""
    registry._known = None
    rows = {row["name"]: row for row in api.list_commands()}
    return rows if "hello" in rows else {}


def test_commands_are_listed_with_whose_they_are(granted: Inside) -> None:
    rows = until(_commands_with_hello)
    assert (rows["hello"]["category"], rows["hello"]["help"]) == ("spoke:able", "Say hello.")
    assert (rows["env set"]["category"], rows["env set"]["group"]) == ("core", "environments")


RUN = """
from axium.core.api import run_command as run
print(run("hello", []), run("env set", ["no-such"]), run("printf", ["%s\\n", "text"]))
print(run("env clear", []), run("no-such-program", []), run("false", []))
"""


def test_a_command_is_run(granted: Inside, able: Scratch) -> None:
    until(_commands_with_hello)
    done = able.run(sys.executable, "-c", RUN)
    assert done.stdout.splitlines() == ["hello", "text", "True False True", "False False False"]


def test_a_spoke_is_made_and_installed(inside: Inside, running: Daemon, scratch: Scratch) -> None:
    made = api.spoke_new("watcher", "aws", check_type="command", check_command="true")
    assert made == str(scratch.home / "spokes" / "watcher")
    assert api.load_config("watcher", "watcher.yaml") == {
        "prefix": "aws",
        "check": {"type": "command", "command": "true"},
    }
    assert api.validate_spoke("watcher") is True
    assert api.spoke_new("watcher") is None
    source = scratch.root / "able"
    source.mkdir()
    (source / "spoke.yaml").write_text("name: able\n" + GRANTS.format(root="/x"))
    (source / "main.py").write_text(MAIN)
    installed = api.spoke_install_from_path(str(source))
    assert installed is not None
    assert (installed["name"], installed["source"]) == ("able", f"local:{source}")
    assert (api.list_spokes(), api.install_spoke(str(source))) == (["able", "watcher"], False)


def test_a_file_is_read_and_written_where_that_is_granted(granted: Inside, able: Scratch) -> None:
    path = able.user / "sub" / "file"
    written = api.write_file("able", str(path), "text\n")
    assert (bool(written), written["ok"], written.get("error"), repr(written)) == (
        True,
        True,
        None,
        "True",
    )
    text = api.read_file("able", str(path))
    assert (text, text["ok"], text["content"], text["error"], text[0:2]) == (
        "text\n",
        True,
        "text\n",
        None,
        "te",
    )
    refused = api.read_file("idle", str(path))
    assert (bool(refused), refused["ok"], refused["content"], refused.get("nothing", 7)) == (
        False,
        False,
        None,
        7,
    )
    assert refused["error"] == "permission denied: fs_read"
    unwritten = api.write_file("idle", str(path), "")
    assert (bool(unwritten), unwritten["error"]) == (False, "permission denied: fs_write")
    assert path.read_text() == "text\n"


def test_a_line_is_added_to_a_log(granted: Inside, able: Scratch) -> None:
    assert api.write_log("able", "two\nlines", "warning") is True
    log = able.home / "logs" / "able.log"
    until(lambda: log.exists() and "two" in log.read_text())
    assert log.read_text().endswith("[WARNING] two\\nlines\n")
    assert api.write_log("../x", "text") is False


def test_a_program_is_run_by_the_daemon(granted: Inside, able: Scratch) -> None:
    made = able.user / "made"
    assert api.daemon_exec("able", ["sh", "-c", f"echo yes > {made}"], "wait") is True
    assert made.read_text() == "yes\n"
    assert api.daemon_exec("able", ["sh", "-c", "exit 3"], "wait") is False
    assert api.daemon_exec("able", f"sh -c 'echo again > {made}'") is True
    until(lambda: made.read_text() == "again\n")
    assert api.daemon_exec("able", ["ls"], "wait") is False
    assert api.daemon_exec("idle", "true") is False


def test_a_pane_is_opened_typed_into_and_read(granted: Inside, tmux: Tmux, able: Scratch) -> None:
    granted(TMUX=f"{tmux.socket},{tmux.pid},0", TMUX_PANE="%0")
    opened = api.tmux_split_run(
        "able", "pwd; echo $MARK; exec cat", 30, cwd=Path("~"), env_vars={"MARK": "here"}
    )
    assert opened == {"ok": True, "pane_id": "%1"}
    until(lambda: "here" in str(api.tmux_capture_pane("able", "%1")))
    assert str(api.tmux_capture_pane("able", "%1")).splitlines()[0] == str(able.user)
    assert api.tmux_send_keys("able", "%1", "typed\n") is True
    until(lambda: str(api.tmux_capture_pane("able", "%1")).count("typed") == 2)
    assert api.tmux_send_keys("idle", "%1", "x") is False
    assert api.tmux_capture_pane("able", "%77") is None
    assert api.tmux_split_run("able", "true", height=0) == {
        "ok": False,
        "error": "height must be 1-99",
    }


def test_a_pane_is_opened_in_each_way_in_which_published_plugins_ask(
    granted: Inside, tmux: Tmux
) -> None:
    granted(TMUX=f"{tmux.socket},{tmux.pid},0", TMUX_PANE="%0")
    opened = [
        api.tmux_split_run("exec cat"),
        api.tmux_split_run(gear_name="able", command="exec cat"),
        api.tmux_split_run("able", command="exec cat", height=5),
    ]
    assert [one["ok"] for one in opened] == [True, True, True], opened
    assert api.tmux_split_run() == {  # type: ignore[call-overload]
        "ok": False,
        "error": "tmux_split_run() missing 1 required positional argument: 'command'",
    }
