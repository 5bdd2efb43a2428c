"""Having the daemon load and unload a plugin, and what core functions raise as a failure."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.config.manifests import discover
from axium.model.manifests import Kind
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

LOAD_SECS = 30.0
"""How long all plugins of a kind may take to load."""


@contextmanager
def as_failure() -> Iterator[None]:
    """What core functions raise, as the command line tells it; Ctrl-C ends git as well."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a fast start had it end us at once
    try:
        yield
    except (ValueError, FileNotFoundError, FileExistsError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        sentence, _, hint = str(error).partition("\n")
        raise show.Failure(sentence, hint or None) from None


def load(kind: Kind, name: str) -> None:
    """Have the daemon load it now. Failure where it is installed, but does not load."""
    try:
        reload(kind, name)
    except NotRunning:
        show.notice("no daemon runs", f"`{name}` is loaded when one is started")
    except show.Failure as failed:
        raise show.Failure(
            f"`{name}` is installed, but does not load", failed.hint or str(failed), code=2
        ) from None


def reload(kind: Kind, name: str, *, autostart: bool = True) -> None:
    """Have it loaded again, and tell what of it is left out. Failure."""
    ask(f"reload_{kind[:-1]}", autostart=autostart, timeout=LOAD_SECS, **_named(kind, name))
    for row in rows(kind):
        if row["name"] == name and row["error"]:
            show.notice(f"{name}: {row['error']}")


def unload(kind: Kind, name: str) -> None:
    """Have it told that it ends, before its files go."""
    one = kind[:-1]
    try:
        ask(f"unload_{one}", autostart=False, timeout=LOAD_SECS, **_named(kind, name))
    except NotRunning:
        return
    except show.Failure as failed:
        if str(failed) != f"{one} not loaded":
            raise


def rows(kind: Kind, *, autostart: bool = True) -> list[dict[str, Any]]:
    """What the daemon says of each. Failure; NotRunning where there is none."""
    found: list[dict[str, Any]] = ask(f"list_{kind}", autostart=autostart)[kind]
    return found


def require(kind: Kind, name: str) -> None:
    """Failure where no such plugin is installed."""
    root = home_of(environ()).root
    if name.startswith(".") or "/" in name or not os.path.lexists(f"{root}/{kind}/{name}"):
        known = [found.name for found in discover(root, kind)]
        hint = did_you_mean(name, known) or f"`axium {kind[:-1]} list` shows what there is"
        raise show.Failure(f"there is no {kind[:-1]} `{name}`", hint)


def _named(kind: Kind, name: str) -> dict[str, Any]:
    return {kind[:-1]: name}
