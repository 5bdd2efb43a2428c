"""Asking the daemon what a command becomes: `PLAN`, and the variables that it wants for it."""

from axium.thin.client import ask
from axium.thin.paths import cwd, pane_of, server_of, shell_env, socket_path
from axium.thin.quote import quote, quote_list, quote_object
from axium.thin.table import Table
from axium.thin.words import encode, unframe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIMEOUT = 10.0
"""Seconds; a plan may wait for the disk of a busy machine, and the user for nothing else."""


class Refused(Exception):
    """The daemon will not say what to run, or cannot; nothing may run."""

    def __init__(self, message: str, hint: str = "", code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


def plan(typed: list[str], environ: "Mapping[str, str]", wanted: "Iterable[str]") -> Table:
    """The daemon's own table for `typed`; `wanted` are variables that it will ask for anyway.

    Refused, and UNREACHABLE where there is no daemon.
    """
    found = _answer(typed, environ, wanted)
    if found.asks:
        found = _answer(typed, environ, [*wanted, *found.wanted])
    if found.asks:
        raise Refused(f"the daemon has no plan for `{typed[0]}`", "see `axium daemon logs`")
    return found


def _answer(typed: list[str], environ: "Mapping[str, str]", wanted: "Iterable[str]") -> Table:
    request = encode("PLAN " + _request(typed, environ, wanted) + "\n")
    try:
        words = unframe(ask(request, socket_path(environ), TIMEOUT, ends=b""))
        if words[:1] != ["no"]:
            return Table(_with_own_name(words, typed[0]))
    except TimeoutError:
        raise Refused("the daemon did not answer in time", "see `axium daemon logs`") from None
    except ValueError:
        raise Refused(
            "the daemon gave no plan", "it may be of another version: restart it"
        ) from None
    message, hint = [*words[1:], "", ""][:2]
    raise Refused(message, hint, 1)


def _with_own_name(words: list[str], name: str) -> list[str]:
    """The answer for a name that is not UTF-8: no rule has it, and it was told as U+FFFD."""
    told = encode(name).decode("utf-8", "replace")
    return words if told == name else [f"<{name}" if word == f"<{told}" else word for word in words]


def _request(typed: list[str], environ: "Mapping[str, str]", wanted: "Iterable[str]") -> str:
    fields = {"command": quote(typed[0]), "args": quote_list(typed[1:])}
    for name, value in (
        ("env", shell_env(environ)),
        ("pane", pane_of(environ)),
        ("server", server_of(environ)),
        ("cwd", cwd()),
    ):
        if value:
            fields[name] = quote(value)
    # What is not set is said too: otherwise the daemon could only ask again.
    told = {name: _json(name, environ.get(name)) for name in wanted}
    fields["variables"] = quote_object(told)
    return quote_object(fields)


def _json(name: str, value: str | None) -> str:
    """A variable becomes part of what runs: it arrives as it is or not at all."""
    if value is None:
        return "null"
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused(f"the variable `{name}` is not UTF-8", f"change `{name}`", 1) from None
    return quote(value)
