"""Functions of the API in a plugin's own process, and in its command."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.core.test_api import ENVS
from tests.real.spokes import Plugged
from tests.support import Scratch, Tmux, until

MAIN = """
import json, os
from axium.core import api, env, prefix
from axium.core.registry import list_all_commands

OUT = os.path.expanduser("~/told.json")

def ask():
    return {
        "active": api.get_active_env(),
        "own": api.get_env_data("watcher"),
        "named": api.get_env_data("dev"),
        "region": env.get("region"),
        "hud": api.hud_get(),
        "notified": [api.notify("a", "b"), api.send_notification("other", "a", "b")],
        "segment": api.update_hud_segment("watcher", "on"),
        "prefix": api.register_prefix("watcher", "helm", "helm --debug"),
        "applied": prefix.apply_prefixes("helm", ["ls"], {})[0],
        "permissions": api.get_permissions(),
        "file": api.read_file("watcher", "/etc/hostname")["error"],
        "log": api.write_log("watcher", "text"),
        "set": api.set_active_env("prod") if api.get_active_env() == "dev" else None,
        "then": api.get_active_env(),
        "commands": "asked" in list_all_commands(),
        "spokes": api.list_spokes(),
    }

def told(new_env, old_env):
    if new_env == "dev":
        found = ask()
        with open(OUT + "~", "w") as file:
            json.dump(found, file)
        os.rename(OUT + "~", OUT)

def register(app, events):
    events.on("env_change", told)

    @app.command()
    def asked():
        '''Tell.'''
        print(json.dumps(ask()))
"""

MANIFEST = "permissions: {notify: true}\n"


def _plugged(scratch: Scratch) -> Plugged:
    (scratch.home / "envs.yaml").write_text(ENVS)
    daemon = Plugged(scratch, watcher=MAIN)
    (scratch.home / "spokes" / "watcher" / "spoke.yaml").write_text(f"name: watcher\n{MANIFEST}")
    daemon.ask("reload_spoke", spoke="watcher")
    until(lambda: "asked" in scratch.axium("completions", "list").stdout)
    return daemon


DEV: dict[str, Any] = {"region": "eu-central-1", "name": "dev"}

TOLD: dict[str, Any] = {
    "active": "dev",
    "own": {"ok": True, "env_data": DEV},
    "named": DEV,
    "region": "eu-central-1",
    "notified": [True, False],
    "segment": True,
    "prefix": True,
    "applied": ["helm", "--debug", "ls"],
    "permissions": {"notify": ["watcher"]},
    "file": "permission denied: fs_read",
    "log": True,
    "set": True,
    "then": "prod",
    "commands": True,
    "spokes": ["watcher"],
}


def _without_hud(found: dict[str, Any]) -> dict[str, Any]:
    assert "env:dev" in found.pop("hud")
    found["permissions"] = {name: who for name, who in found["permissions"].items() if who}
    return found


def test_a_listener_asks_and_changes_the_environment_again(scratch: Scratch) -> None:
    daemon = _plugged(scratch)
    try:
        daemon.ask("set_env", value="dev")
        told = scratch.user / "told.json"
        until(told.exists)
        assert _without_hud(json.loads(told.read_text())) == TOLD
        assert "text" in daemon.log("watcher")
    finally:
        daemon.close()


def test_a_command_answers_for_the_pane_that_it_was_typed_in(scratch: Scratch, tmux: Tmux) -> None:
    daemon = _plugged(scratch)
    pane = {"TMUX": f"{tmux.socket},{tmux.pid},0", "TMUX_PANE": "%0"}
    try:
        daemon.ask("set_env", value="prod")
        assert scratch.axium("env", "set", "dev", env=pane).returncode == 0
        done = scratch.axium("asked", env=pane)
        found = _without_hud(json.loads(done.stdout))
        # The global environment is another one, and setting that leaves the pane as it is.
        assert found == TOLD | {"then": "dev"}
    finally:
        daemon.close()


def test_a_host_starts_no_daemon(scratch: Scratch) -> None:
    done = scratch.run(sys.executable, "-c", GONE)
    assert done.stdout.splitlines() == ["False", "None"], done.stderr
    assert scratch.processes() == {}


GONE = """
from axium.core import api, transport
def gone(payload, timeout):
    raise ConnectionRefusedError("the daemon is gone")
transport.use(gone)
print(api.notify("a", "b"))
print(api.get_active_env())
"""


def test_importing_the_api_costs_next_to_nothing(scratch: Scratch) -> None:
    code = "import sys; from axium.core import api; print(*sys.modules)"
    loaded = set(scratch.run(sys.executable, "-I", "-c", code).stdout.split())
    heavy = {"typing", "typer", "msgspec", "yaml", "asyncio", "subprocess", "logging", "inspect"}
    assert loaded & heavy == set()
