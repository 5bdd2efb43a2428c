"""What the daemon and the template say to one another: a JSON object in each datagram."""

import sys

import msgspec

from axium.model.policy import Policy
from axium.plugins.plugin import Kind, Plugin

PROGRAM = __file__.rpartition("/")[0] + "/__main__.py"

Key = str | int
"""What the daemon calls a host."""


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """Make a host for a plugin; `key` is what it is called from then on."""

    key: Key
    kind: Kind
    name: str
    directory: str
    entrypoint: str = "main:register"
    policy: Policy | None = None
    """A gear's; without one it has to be permissive."""
    is_permissive: bool = False
    """Its user takes less than all of the confinement."""

    @property
    def plugin(self) -> Plugin:
        """The plugin itself."""
        return Plugin(self.kind, self.name, self.directory, self.entrypoint)


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To the template: one of the two.

    With `fork` come the host's channel, its stdout, and its stderr where that is another.
    """

    fork: Fork | None = None
    kill: Key | None = None


class Forked(msgspec.Struct, frozen=True, kw_only=True):
    """A host is there. `is_contained`: its cgroup ends whatever it starts, fork bombs too."""

    forked: Key
    pid: int
    is_contained: bool = False


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A host could not be made."""

    failed: Key
    error: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A host is gone; `status` is its exit code, negative for a signal.

    `children` is how many processes it left behind, which were killed.
    """

    ended: Key
    status: int
    children: int


def command() -> list[str]:
    """The template's command line; descriptor 0 is its end of the socket pair."""
    return [sys.executable, "-I", "-S", "-E", PROGRAM]
