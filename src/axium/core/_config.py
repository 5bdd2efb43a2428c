"""A plugin's configuration as it is in force: from the daemon, else from the files themselves."""

from axium.core._api.asking import Refused, ask, part
from axium.core._api.places import calling_pane, held_env
from axium.thin import published
from axium.thin.paths import environ, home_of, user_home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Kind = Literal["spoke", "gear"]

UNANSWERED = (OSError, ValueError)


class Config:
    """A configuration, and what is wrong with its files, as `FILE:LINE:COLUMN: message`.

    Of a file with a problem the last good content holds; one with warnings holds itself.
    """

    def __init__(self, content: "dict[str, Any]", problems: list[str], warnings: list[str]) -> None:
        self.content = content
        self.problems = problems
        self.warnings = warnings


def load(
    name: str, filename: str | None = None, *, env_aware: bool = True, kind: "Kind | None" = None
) -> Config:
    """The configuration of a plugin where the caller is; a spoke before a gear of that name.

    FileNotFoundError (no such plugin or file), PermissionError (another plugin's), ValueError.
    """
    asked: dict[str, Any] = {
        "gear" if kind == "gear" else "spoke": name,
        "default_filename": filename,
        "env": _env_here(),
        "env_aware": env_aware,
    }
    try:
        reply = ask("get_config", starts=False, **asked)
        return Config(
            part(reply, "config", dict),
            part(reply, "problems", list),
            part(reply, "warnings", list),
        )
    except Refused as refused:
        raise refusal(refused, name) from None
    except UNANSWERED:
        return _from_files(name, filename, env_aware=env_aware, kind=kind)


def refusal(refused: Refused, name: str) -> Exception:
    """A refusal of the daemon's as what a caller in Python expects."""
    if refused.code == "not_loaded":
        return _no_plugin(name)
    kinds = {"not_found": FileNotFoundError, "denied": PermissionError}
    return kinds.get(str(refused.code), ValueError)(str(refused))


def _no_plugin(name: str) -> FileNotFoundError:
    return FileNotFoundError(f"no plugin `{name}` in {home_of(environ()).root}")


def _env_here() -> str | None:
    """The environment of the shell or pane around this process; None means the global one."""
    held, pane = held_env(), calling_pane()
    if held is not None or pane is None:
        return held
    try:
        found = published.pointer(home_of(environ()), environ(), pane)
    except ValueError:
        return None
    return (found.env or None) if found else None


def _from_files(name: str, filename: str | None, *, env_aware: bool, kind: "Kind | None") -> Config:
    # 12 ms, for YAML.
    from axium.config.plugin_config import PluginFiles, files_of, find_plugin
    from axium.core._api.reading import active_env, configuration
    from axium.model.environments import Environment
    from axium.model.marks import Mark
    from axium.model.plugin_config import made
    from axium.model.templates import Scope

    root = home_of(environ()).root
    plugin = find_plugin(root, name, {"spoke": "spokes", "gear": "gears", None: None}[kind])
    if plugin is None:
        raise _no_plugin(name)
    reading, files = PluginFiles(), files_of(root, plugin, filename)
    parts = reading.parts(files, within=plugin.directory)
    known = configuration().environments
    active = active_env()
    env = known.get(active, Environment(active, Mark("state.json"))) if active else None
    scope = Scope(env, None, environ(), user_home(environ()))
    done = made(parts, scope, known, env_aware=env_aware)
    faults = [*reading.faults_of(files), *done.warnings]
    return Config(
        done.config,
        [str(fault) for fault in faults if fault.severity == "error"],
        [str(fault) for fault in faults if fault.severity == "warning"],
    )
