"""Grants that amount to running anything as the user, and the words that label them."""

from collections.abc import Iterator
from typing import NamedTuple

from axium.model.permissions import Effective

_ACTIONS = {
    "exec_unconfined": "starts programs outside of its confinement",
    "register_prefix": "decides what a wrapped command becomes",
    "set_env": "decides in which environment every command runs",
    "set_pane_env": "decides in which environment a pane's commands run",
    "tmux_send_keys": "types into any pane, as you do",
    "tmux_split_run": "runs any command in a pane",
    "tmux_split_unconfined": "runs any command in a pane, outside of its confinement",
}
_NOT_OF_GEARS = {"register_prefix", "tmux_split_run"}
"""What is no such grant to a gear: it has the prefixes of its manifest without it, and no others
with it; and its commands are confined as it is."""

START_FILES = (
    ".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_logout",
    ".zshrc", ".zshenv", ".zprofile", ".zlogin",
    ".config/fish/config.fish", ".config/fish/conf.d/a.fish",
    ".tmux.conf", ".config/tmux/tmux.conf", ".gitconfig", ".config/git/config",
    ".ssh/config", ".ssh/authorized_keys", ".ssh/rc",
    ".config/autostart/a.desktop", ".config/systemd/user/a.service",
    ".local/bin/a", "bin/a", ".config/axium/envs.yaml", ".config/axium/spokes/a/main.py",
)  # fmt: skip
"""Files under the home directory that start programs; `a` stands for any name."""


class Label(NamedTuple):
    """A grant, `exec` or `ipc: set_env`, and what it amounts to."""

    grant: str
    why: str


def labels(
    rights: Effective, *, home: str, has_prefixes: bool = False, is_gear: bool = False
) -> list[Label]:
    """The grants with which a plugin can do anything that the user can."""
    return list(_labels(rights, home, has_prefixes=has_prefixes, is_gear=is_gear))


def _labels(rights: Effective, home: str, *, has_prefixes: bool, is_gear: bool) -> Iterator[Label]:
    if rights.exec and not is_gear:
        yield Label("exec", "starts programs, which may do whatever you may")
    for action in rights.ipc:
        if action.startswith("call:"):
            yield Label(
                f"ipc: {action}", f"does whatever {action.removeprefix('call:')} lets you do"
            )
        elif action in _ACTIONS and not (is_gear and action in _NOT_OF_GEARS):
            yield Label(f"ipc: {action}", _ACTIONS[action])
    for file in START_FILES:
        if rights.allows("fs_write", f"{home.rstrip('/')}/{file}", home=home):
            yield Label("fs_write", f"writes ~/{file}, which starts programs")
            break
    if has_prefixes:
        yield Label("prefixes", "decides what a wrapped command becomes")
