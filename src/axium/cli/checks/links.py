"""Links: what is wrong in links.yaml, with their secrets, and with their connections."""

import os
import stat
from collections.abc import Iterator
from typing import Any

from axium.cli.ask import NotRunning, ask
from axium.cli.checks.finding import Finding, State
from axium.cli.show import Failure
from axium.links.definition import Link
from axium.thin.paths import Home

AREA = "links"


def look(home: Home) -> Iterator[Finding]:
    """A finding for each thing that is not as it should be; nothing in a home without links."""
    if not os.path.lexists(f"{home.root}/links.yaml"):
        return
    from axium.config.links import read

    links, faults = read(home.root)
    for fault in faults:
        state: State = "fault" if fault.severity == "error" else "warning"
        yield Finding(AREA, state, str(fault), fault.hint or "mend it there")
    found = [finding for link in links for finding in _of(link)]
    found += _of_connections()
    yield from found
    if not found and not faults and links:
        yield Finding(AREA, "good", f"{', '.join([link.name for link in links])} without a fault")


def _of(link: Link) -> Iterator[Finding]:
    source, _colon, place = (link.secret or "").partition(":")
    if source == "file":
        yield from _of_secret(link.name, os.path.expanduser(place))
    if link.ca is not None and not os.path.isfile(link.ca):
        yield Finding(AREA, "fault", f"{link.name}: there is no {link.ca}", "mend `ca`")
    if link.insecure:
        text = f"{link.name} is INSECURE: any certificate is accepted"
        yield Finding(AREA, "warning", text, "`ca: FILE` accepts its own")
    if link.allow_plaintext:
        text = f"{link.name} may send its secret over `ws://`, where others can read it"
        yield Finding(AREA, "warning", text, "use `wss://`")


def _of_secret(name: str, path: str) -> Iterator[Finding]:
    try:
        found = os.stat(path)
    except OSError as error:
        text = f"{name}: its secret can't be read: {error.strerror} (`{path}`)"
        yield Finding(AREA, "fault", text, "put it there, or mend `secret`")
        return
    if stat.S_IMODE(found.st_mode) & 0o077:
        text = f"{name}: its secret is open to others (mode {stat.S_IMODE(found.st_mode):o})"
        yield Finding(AREA, "fault", text, f"`chmod 600 {path}`", lambda: os.chmod(path, 0o600))


def _of_connections() -> list[Finding]:
    """What the daemon says, if there is one: none is started."""
    try:
        rows = ask("link_status", autostart=False)["links"]
    except (NotRunning, Failure):
        return []  # it has findings of its own
    return [finding for row in rows if (finding := _of_row(row)) is not None]


def _of_row(row: dict[str, Any]) -> Finding | None:
    text = f"{row['name']}: {row['why']}"
    if row["state"] == "refused":
        fix = "mend it, then `axium daemon reload` has it tried again"
        return Finding(AREA, "fault", f"{row['name']}: the login was refused: {row['why']}", fix)
    if row["state"] == "pausing":
        return Finding(AREA, "warning", text, "it is tried again by itself")
    if row["why"] and row["alias"] is not None and "alias" in row["why"]:
        return Finding(AREA, "warning", text, "end that program, or take `alias` away")
    return None
