"""What the daemon and the template say to one another: a JSON object in each datagram."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from axium.model.policy import Policy
from axium.plugins import own_programs
from axium.plugins.plugin import Kind, Plugin

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


RunKind = Literal["program", "command"]


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process is to be that confines itself first.

    `program`: it becomes `argv`, whose first word is a path, or found on the PATH of the system.
    `command`: it runs the command line of the gear with the words of `argv`. `cwd` is where; a
    gear that can't be there is in its private directory. Descriptor 3 is the gear's channel
    where `has_channel`.
    """

    name: str
    kind: RunKind = "program"
    directory: str
    entrypoint: str = "main:register"
    policy: Policy | None = None
    is_permissive: bool = False
    has_channel: bool = False
    cwd: str = ""
    argv: list[str] = []


class Running(msgspec.Struct, frozen=True):
    """What the program of a `Run` is told; the daemon's reply to `gear_channel` has it too."""

    run: Run


def run_command(run: Run) -> list[str]:
    """The command line that is `run`; whoever starts it gives it its variables (`of_gear`)."""
    return [*own_programs.confined(), text_of(run), *run.argv]


def text_of(run: Run) -> str:
    """A run without its words, which stand beside it: they may be many, and no UTF-8."""
    return msgspec.json.encode(Running(msgspec.structs.replace(run, argv=[]))).decode()


def split_command(name: str, kind: RunKind, argv: Sequence[str], *, here: str | None) -> list[str]:
    """The command line of a pane in which a gear has `argv` run, as of a `Run`, inside.

    `here` is where its user started what asks for the pane, which `./**` means: not where the
    pane is, for the gear says that, and may lead it elsewhere until it is there.
    """
    return [*own_programs.runner(), name, kind, here or "", *argv]


def command() -> list[str]:
    """The template's command line; descriptor 0 is its end of the socket pair."""
    return own_programs.template()
