"""Programs that the daemon starts for a plugin, and panes of tmux."""

import posix

from axium.core._api.asking import ask, is_done, part
from axium.core._api.guard import or_else, or_false, or_none, said
from axium.core._api.places import calling_pane
from axium.core._api.spellings import also_named, also_without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import Any, overload

    Path = str | PathLike[str]
    Variables = Mapping[str, str] | None

LONGEST_WAIT = 70.0
"""Seconds for a program that is waited for; the daemon ends it after 60."""


@or_false
def daemon_exec(spoke: str, command: "str | Sequence[str]", mode: str = "background") -> bool:
    """Have the daemon start a program; needs the permission `exec`.

    With `mode` `wait` it is True when the program has ended with 0. Text goes to the shell where
    `exec` is `true`, else it is cut into words; a list is the words.
    """
    waits = mode in ("wait", "foreground")
    reply = ask(
        "daemon_exec",
        spoke=spoke,
        command=command if isinstance(command, str) else [*command],
        mode=mode,
        pane=calling_pane(),
        timeout=LONGEST_WAIT if waits else None,
    )
    return not waits or reply.get("returncode") == 0


def _not_opened(error: Exception) -> "dict[str, Any]":
    return {"ok": False, "error": said(error)}


if TYPE_CHECKING:

    @overload
    def tmux_split_run(
        command: str,
        /,
        *,
        height: int = 20,
        cwd: Path | None = None,
        env_vars: Variables = None,
    ) -> dict[str, Any]: ...
    @overload
    def tmux_split_run(
        spoke: str,
        command: str,
        height: int = 20,
        cwd: Path | None = None,
        env_vars: Variables = None,
    ) -> dict[str, Any]: ...
    @overload
    def tmux_split_run(
        *,
        gear_name: str,
        command: str,
        height: int = 20,
        cwd: Path | None = None,
        env_vars: Variables = None,
    ) -> dict[str, Any]: ...


@or_else(_not_opened)
@also_named(gear_name="spoke")
@also_without("spoke", "command")
def tmux_split_run(
    spoke: str,
    command: str,
    height: int = 20,
    cwd: "Path | None" = None,
    env_vars: "Variables" = None,
) -> "dict[str, Any]":
    """Run a command in a new pane below the calling one: `ok`, and `pane_id` or `error`.

    `height` is in percent; a leading `~` in `cwd` is the home directory. With one argument that
    is the command. `gear_name` is another word for `spoke`.
    """
    reply = ask(
        "tmux_split_run",
        spoke=spoke or None,
        command=command,
        height=height,
        target=calling_pane(),
        cwd=None if cwd is None else posix.fspath(cwd),
        env_vars=None if env_vars is None else dict(env_vars),
    )
    return {"ok": True, "pane_id": part(reply, "pane_id", str)}


@or_false
def tmux_send_keys(spoke: str, pane_id: str, keys: str) -> bool:
    """Type into a pane: one name of a key (`C-c`, `Enter`), else the text as it is."""
    return is_done("tmux_send_keys", spoke=spoke, pane=pane_id, keys=keys)


@or_none
def tmux_capture_pane(spoke: str, pane_id: str) -> str | None:
    """What is on the screen of a pane."""
    return part(ask("tmux_capture_pane", spoke=spoke, pane=pane_id), "content", str)
