"""Spokes: which there are, what they may do, installing them and loading them again."""

from axium.core._api.asking import LONG_TIMEOUT, Refused, ask, is_done, part
from axium.core._api.guard import or_false, or_none, or_nothing, tell
from axium.thin.client import UNREACHABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NETWORK = {"network": "net"}
"""Another word for a permission."""


@or_false
def register_prefix(spoke: str, command: str, wrapper: str) -> bool:
    """Have `command` run by `wrapper`; False where somebody else has that command."""
    return is_done("register_prefix", spoke=spoke, command=command, wrapper=wrapper)


@or_none
def get_permissions() -> "dict[str, list[str]] | None":
    """By permission (`exec`, `notify`, `network`, `ipc`, ...) the spokes that have it, sorted."""
    found: dict[str, list[str]] = {}
    for name in _names():
        try:
            granted = _granted(name)
        except Refused:
            continue  # it could not be loaded: it may do nothing
        for field, value in granted.items():
            names = found.setdefault("network" if field == "net" else field, [])
            names += [name] if value else []
    return found


@or_false
def check_permission(spoke: str, permission: str) -> bool:
    """Whether a spoke has a permission, `network` among them, or may ask an action of `ipc`."""
    granted = _granted(spoke)
    field = NETWORK.get(permission, permission)
    return bool(granted[field]) if field in granted else field in (granted.get("ipc") or ())


@or_nothing
def list_spokes() -> list[str]:
    """The names of all spokes, those that could not be loaded too."""
    return _names()


@or_false
def install_spoke(name: str) -> bool:
    """Install a spoke of the index by its name, or from a directory or a git URL; and load it."""
    _installed(name)
    return True


@or_none
def spoke_install_from_path(path: str) -> "dict[str, Any] | None":
    """Install a spoke from a directory, and load it; its metadata."""
    return _installed(path)


@or_false
def validate_spoke(name: str) -> bool:
    """Whether the manifest of a spoke of this home is whole and without a fault."""
    from axium.core.spokes import validate_spoke as validate

    validate(_directory(name))
    return True


@or_none
def spoke_new(
    name: str,
    prefix: str | None = None,
    check_type: str | None = None,
    check_command: str | None = None,
) -> str | None:
    """Write a new spoke and load it; where its directory is.

    The other three, where given, are in its configuration `NAME.yaml`: `prefix`, `check.type`,
    `check.command`.
    """
    from axium.core.spokes import create_spoke

    check = {"type": check_type, "command": check_command}
    said = {"prefix": prefix, "check": {key: text for key, text in check.items() if text}}
    directory = create_spoke(name, interactive=False)
    if any(said.values()):
        _configure(f"{directory}/{name}.yaml", said)
    _loaded(name)
    return str(directory)


@or_nothing
def spoke_reload_all() -> list[str]:
    """Load all spokes again; their names. Nothing happens without a daemon."""
    return part(ask("reload_spokes", timeout=LONG_TIMEOUT, starts=False), "spokes", list)


@or_false
def spoke_reload_one(name: str) -> bool:
    """Load one spoke again; whether that could be done. Nothing happens without a daemon."""
    return is_done("reload_spoke", spoke=name, timeout=LONG_TIMEOUT, starts=False)


def _names() -> list[str]:
    return [row["name"] for row in part(ask("list_spokes", timeout=LONG_TIMEOUT), "spokes", list)]


def _granted(name: str) -> "dict[str, Any]":
    return part(ask("get_permissions", spoke=name), "permissions", dict)


def _directory(name: str) -> str:
    """Where a spoke of this home is. ValueError for what can't be a name."""
    from axium.model.names import plugin_fault  # 5 ms
    from axium.thin.paths import environ, home_of

    if fault := plugin_fault(name):
        raise ValueError(fault)
    return f"{home_of(environ()).root}/spokes/{name}"


def _installed(source: str) -> "dict[str, Any]":
    from axium.core.spokes import install_spoke as install

    metadata = install(source)
    _loaded(metadata.name)
    return metadata.to_dict()


def _loaded(name: str) -> None:
    """Have a daemon that runs take it in; one that starts later does so by itself."""
    try:
        ask("reload_spoke", spoke=name, timeout=LONG_TIMEOUT, starts=False)
    except UNREACHABLE:
        return
    except (OSError, ValueError) as error:
        tell("reload_spoke", error)  # it is installed all the same


def _configure(path: str, said: "dict[str, Any]") -> None:
    import yaml  # 12 ms

    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump({key: value for key, value in said.items() if value}, file, sort_keys=False)
