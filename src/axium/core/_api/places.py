"""Where the question about an environment comes from: the calling shell, its pane, or nowhere."""

from axium.core import transport
from axium.thin.paths import environ, pane_of, shell_env

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def calling_pane() -> str | None:
    """The tmux pane around this process; None outside tmux, and in a plugin's own process."""
    return pane_of(environ()) if transport.has_place() else None


def held_env() -> str | None:
    """The environment that the shell around this process holds for itself, if it does."""
    return shell_env(environ()) if transport.has_place() else None


def calling_place() -> "dict[str, Any]":
    """The fields `env` and `pane` of a request for where the caller is; None where unknown."""
    return {"env": held_env(), "pane": calling_pane()}
