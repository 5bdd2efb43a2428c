"""What the HUD says of links: how many are up, which are not, how many jobs run."""

from collections.abc import Iterable
from typing import NamedTuple

UP = "up"
AT_REST = "closed"
REFUSED = "refused"


class Shown(NamedTuple):
    """One link: its name, its state, how many jobs run."""

    name: str
    state: str
    jobs: int


def shown(links: Iterable[Shown]) -> str:
    """The segment's value; empty where no link is in use."""
    rows = [link for link in links if link.state != AT_REST]
    up = sum(link.state == UP for link in rows)
    refused = [link.name for link in rows if link.state == REFUSED]
    coming = [link.name for link in rows if link.state not in (UP, REFUSED)]
    jobs = sum(link.jobs for link in rows)
    parts = [f"{up} up"] if up else []
    parts += [f"reconnecting {','.join(coming)}"] if coming else []
    parts += [f"refused {','.join(refused)}"] if refused else []
    parts += [f"{jobs} {'job' if jobs == 1 else 'jobs'}"] if jobs else []
    return " ".join(parts)
