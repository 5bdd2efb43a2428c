"""The rows of the attack suite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Grant = Literal["exec", "net"]
Who = Literal["anyone", "root", "nobody"]


class World(NamedTuple):
    """What there is to attack. `outside` has `secret`, `victim` is a process of the same user.

    `stream` to `agent` are sockets, `own` the directories in which axium keeps things.
    """

    root: str
    gear: str
    scratch: str
    readable: str
    writable: str
    dropbox: str
    outside: str
    package: str
    victim: int
    port: int
    port6: int
    udp_port: int
    stream: str
    datagrams: str
    abstract: str
    tmux: str
    agent: str
    own: list[str]


Deed = Callable[[World], object]


class Attack(NamedTuple):
    """`deed` gives something true where it succeeded, and raises OSError where it did not.

    It is none for a gear that was granted `unless`. `control` is who succeeds unconfined.
    `before` is what is done for it before the confinement: what the process then has.
    """

    deed: Deed
    unless: Grant | None
    control: Who
    before: Deed | None


ATTACKS: dict[str, Attack] = {}


def attack(
    *, unless: Grant | None = None, control: Who = "anyone", before: Deed | None = None
) -> Callable[[Deed], Deed]:
    """Put a deed into the table under its name."""

    def put(deed: Deed) -> Deed:
        ATTACKS[deed.__name__] = Attack(deed, unless, control, before)
        return deed

    return put
