"""Who asks: a connection is an identity, whatever the request says."""

from typing import Literal, NamedTuple

from axium.wire.errors import Refusal

PluginKind = Literal["spoke", "gear"]


class User(NamedTuple):
    """The user, on the public socket; whatever runs as the user may be it."""

    name: str = "user"


class Plugin(NamedTuple):
    """A plugin, on the channel that the daemon made for it."""

    kind: PluginKind
    name: str


Caller = User | Plugin

USER = User()


def meant(caller: Caller, spoke: str | None) -> str | None:
    """Which plugin a request is about: on a channel that plugin, else the named one, if any.

    Refusal `denied` where a plugin names another one.
    """
    if isinstance(caller, User):
        return spoke or None
    if spoke and spoke != caller.name:
        raise Refusal(
            "denied",
            f"`{caller.name}` can't ask as `{spoke}`",
            hint="leave `spoke` out: a plugin's channel says which one it is",
        )
    return caller.name
