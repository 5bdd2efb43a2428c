"""What the tests of tmux's lines share: running a script of the home, and reading a server."""

from __future__ import annotations

from tests.shell.scene import Scene
from tests.support import Tmux, until

TEXT = "#{E:#{E:@axium_tpl}}"
GAP = "#{l: }"
AFTER = GAP + TEXT
"""What follows a line that does not end in a blank."""


def script(scene: Scene, tmux: Tmux, name: str, *args: str, **env: str) -> str:
    """Run a tmux script of the home as in a pane; what it says."""
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0", **env}
    done = scene.scratch.run("sh", scene.home / "tmux" / name, *args, env=around)
    assert (done.returncode, done.stdout) == (0, "")
    return done.stderr


def everything(tmux: Tmux) -> list[str]:
    """All that a user can have set: options, environment, bindings, hooks, of all sessions too."""
    sessions = tmux.cmd("list-sessions", "-F", "#{session_id}").split()
    return [
        tmux.cmd("show-options", "-g"),
        tmux.cmd("show-options", "-gw"),
        tmux.cmd("show-options", "-s"),
        tmux.cmd("show-environment", "-g"),
        tmux.cmd("show-environment", "-gh"),
        tmux.cmd("list-keys"),
        tmux.cmd("show-hooks", "-g"),
        *(tmux.cmd("show-options", "-t", session) for session in sessions),
        tmux.cmd("show-options", "-p", "-t", "main"),
        tmux.cmd("show-options", "-w", "-t", "main"),
    ]


def line(tmux: Tmux) -> str:
    return tmux.cmd("show-options", "-gv", "status-right")


def length(tmux: Tmux) -> str:
    return tmux.cmd("show-options", "-gv", "status-right-length")


def told(scene: Scene) -> list[bytes]:
    """What the daemon was told in the background."""
    until(lambda: scene.calls() and (scene.seen / "calls").read_text().endswith("\n"))
    return scene.call().argv


def settle(tmux: Tmux) -> None:
    """Wait until the hook has nothing more to do."""
    until(lambda: "AXIUM_AGAIN" not in tmux.cmd("show-environment", "-gh"))
    until(lambda: "put.sh" not in " ".join(tmux.scratch.processes().values()))
