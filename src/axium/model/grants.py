"""Grants that amount to running anything as the user, and the words that label them."""

from collections.abc import Iterator, Sequence
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
    ".xprofile", ".xsessionrc", ".xinitrc", ".pam_environment", ".config/environment.d/a.conf",
    ".cargo/bin/a", ".cargo/config.toml", "go/bin/a", ".local/lib/python3.11/site-packages/a.pth",
    ".vimrc", ".vim/plugin/a.vim", ".config/nvim/init.lua", ".emacs", ".emacs.d/init.el",
    ".config/Code/User/settings.json", ".vscode/extensions/a/a.js", ".gdbinit", ".npmrc",
    ".aws/config", ".kube/config", ".docker/config.json", ".terraformrc",
    ".ansible.cfg", ".ansible/plugins/modules/a.py", "/var/spool/cron/crontabs/a",
)  # fmt: skip
"""Files under the home directory, or any, that start programs; `a` stands for any name.

Those of tools have programs started that give them credentials, or that they are extended by.
"""


class Label(NamedTuple):
    """A grant, `exec` or `ipc: set_env`, and what it amounts to."""

    grant: str
    why: str


def start_files(home: str) -> list[str]:
    """The paths of `START_FILES`."""
    return [file if file.startswith("/") else f"{home.rstrip('/')}/{file}" for file in START_FILES]


def labels(
    rights: Effective,
    *,
    home: str,
    has_prefixes: bool = False,
    is_gear: bool = False,
    starting: Sequence[str] = (),
) -> list[Label]:
    """The grants with which a plugin can do anything that the user can.

    `starting` are files beside `START_FILES` that start programs.
    """
    found = list(_running(rights, is_gear=is_gear))
    files = (*start_files(home), *starting)
    written = next((file for file in files if rights.allows("fs_write", file, home=home)), None)
    if written is not None:
        found.append(Label("fs_write", f"writes {_shown(written, home)}, which starts programs"))
    if has_prefixes:
        found.append(Label("prefixes", "decides what a wrapped command becomes"))
    return found


def _running(rights: Effective, *, is_gear: bool) -> Iterator[Label]:
    """What has something run, or decides what runs."""
    if rights.exec and not is_gear:
        yield Label("exec", "starts programs, which may do whatever you may")
    for action in rights.ipc:
        if action.startswith("call:"):
            yield Label(
                f"ipc: {action}", f"does whatever {action.removeprefix('call:')} lets you do"
            )
        elif action in _ACTIONS and not (is_gear and action in _NOT_OF_GEARS):
            yield Label(f"ipc: {action}", _ACTIONS[action])


def _shown(path: str, home: str) -> str:
    below = home.rstrip("/") + "/"
    return f"~/{path.removeprefix(below)}" if path.startswith(below) else path
