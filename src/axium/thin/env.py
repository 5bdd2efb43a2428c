"""`axium env get`: the environment of this shell or of a pane, or one of its properties."""

from axium.thin import say
from axium.thin.client import addressed, ask_line, plain
from axium.thin.options import parse
from axium.thin.paths import environ, home_of, pane_of, server_of, shell_env, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def main(args: list[str]) -> int | None:
    if args[:1] == ["exec"]:
        from axium.thin.held import main as execute

        return execute(args[1:])
    if args[:1] != ["get"]:
        return None
    parsed = parse(args[1:], ("--pane",), ("--json",))
    if parsed is None or len(parsed[0]) > 1:
        return None
    words, options = parsed
    return get(words[0] if words else None, options.get("--pane"), json="--json" in options)


def get(key: str | None, pane: str | None, *, json: bool) -> int | None:
    """Print it; nothing where no environment is set.

    None where neither a daemon nor published files know: the user's files must be read.
    """
    around = environ()
    asked = pane_of(around) if pane is None else pane
    try:
        name = (shell_env(around) if pane is None else None) or _name(asked, around)
    except ValueError:
        say.error(f"`{asked}` is not the id of a pane", "tmux numbers panes like `%3`")
        return 1
    if name is None:
        return None
    if key is None:
        print_name(name, json=json)
        return 0
    return _property(name, key, around, json=json) if name else 0


def _name(pane: str | None, around: dict[str, str]) -> str | None:
    request = addressed("ENV", pane, around)
    try:
        return ask_line(request, socket_path(around))
    except OSError:
        return _published(pane, around)


def _published(pane: str | None, around: dict[str, str]) -> str | None:
    """What was published stays valid while the daemon is down."""
    from axium.thin import published

    if pane is not None and (server_of(around) is None or not plain(pane)):
        return None
    try:
        pointer = published.pointer(home_of(around), around, pane)
    except ValueError:
        return None
    return pointer.env if pointer else None


def print_name(name: str, *, json: bool) -> None:
    """Print the name of an environment; nothing for none."""
    if json:
        from axium.thin.quote import quote, quote_object

        say.out(quote_object({"env": quote(name) if name else "null"}) + "\n")
    elif name:
        say.out(name + "\n")


def _property(name: str, key: str, around: dict[str, str], *, json: bool) -> int | None:
    from axium.thin.query import query, refusal

    try:
        reply = query({"cmd": "get_env_data", "name": name}, around)
        if reply.get("code") == "unknown_env":
            say.error(*refusal(reply))
            return 1
        properties, texts = reply["env_data"], reply["texts"]
    except (OSError, ValueError, KeyError):
        return None
    return print_property(name, key, properties, texts, json=json)


def print_property(
    name: str, key: str, properties: "dict[str, Any]", texts: "Mapping[str, str]", *, json: bool
) -> int:
    """Print one property, a scalar as it was written and the rest as JSON; the exit code."""
    if not json and key in texts:
        say.out(texts[key] + "\n")
        return 0
    # Whoever wants more than the name pays for json: 6 ms.
    from json import dumps

    try:
        value = _descend(properties, key)
    except KeyError:
        known = ", ".join([f"`{known}`" for known in properties])
        say.error(f"environment `{name}` has no property `{key}`", f"it has {known}")
        return 1
    if json:
        value = {"env": name, "key": key, "value": value}
    say.out(dumps(value, ensure_ascii=False) + "\n")
    return 0


def _descend(value: "Any", key: str) -> "Any":
    for part in key.split("."):
        if not isinstance(value, dict):
            raise KeyError(key)
        value = value[part]
    return value
