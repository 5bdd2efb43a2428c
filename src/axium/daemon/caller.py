"""Who asks: a connection is an identity, whatever the request says."""

from typing import Literal, NamedTuple

PluginKind = Literal["spoke", "gear"]


class User(NamedTuple):
    """The user, on the public socket; whatever runs as the user may be it."""

    name: str = "user"


class Plugin(NamedTuple):
    """A plugin, on the channel that the daemon made for it.

    `here` is where the user started a command of its: the directory, real.
    """

    kind: PluginKind
    name: str
    here: str | None = None


Caller = User | Plugin

USER = User()


def is_gear(caller: Caller) -> bool:
    """Whether a gear asks, on its own channel."""
    return isinstance(caller, Plugin) and caller.kind == "gear"
