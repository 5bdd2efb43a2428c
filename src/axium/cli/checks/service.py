"""The service of `axium daemon install`, where there is one: its files, and what systemd says."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from axium.cli.checks.finding import Finding
from axium.cli.managers import of_this_home
from axium.cli.show import Failure
from axium.cli.units import MARK
from axium.config.own_files import read_text

ANSWER_SECS = 2.0

FREE = ('Environment="PATH=', 'Environment="TMUX_TMPDIR=')
"""Lines of a unit that are as they were at the install, and may differ from what holds here."""

REINSTALL = "`axium daemon install`"

ASKED = ("Id", "ActiveState", "Result", "NeedDaemonReload")


def look() -> Iterator[Finding]:
    """Findings of the service; nothing where none is installed."""
    try:
        wanted = of_this_home().files
    except Failure:
        return  # a socket of this place can't be a service's
    there = {path: text for path in wanted if (text := read_text(path)) is not None}
    if not there:
        return
    unfit = list(_unfit(wanted, there))
    yield from unfit
    if sys.platform != "darwin":
        yield from _units([path.name for path in there], are_ours=not unfit)


def _unfit(wanted: dict[Path, str], there: dict[Path, str]) -> Iterator[Finding]:
    """Each file that is not as this axium would write it."""
    for path, text in wanted.items():
        found = there.get(path)
        if found is None:
            yield Finding("service", "fault", f"{path} is not there", REINSTALL)
        elif MARK not in found:
            fix = "move it away, then " + REINSTALL
            yield Finding("service", "fault", f"{path} is not of axium's making", fix)
        elif _fixed(found) != _fixed(text):
            said = f"{path} is of another axium, or of another place of its files"
            yield Finding("service", "fault", said, REINSTALL)


def _fixed(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(FREE)]


def _units(names: list[str], *, are_ours: bool) -> Iterator[Finding]:
    """Whether systemd has the units as their files are, and listens."""
    known = _ask(names)
    if known is None:
        text = "systemd can't be asked about the service from here"
        yield Finding("service", "note", text, "look from a login session")
        return
    bad = [finding for unit in known for finding in _unit(unit)]
    yield from bad
    if are_ours and not bad:
        states = ", ".join(f"{unit['Id']} is {unit['ActiveState']}" for unit in known)
        yield Finding("service", "good", states)


def _unit(unit: dict[str, str]) -> Iterator[Finding]:
    name, state = unit["Id"], unit["ActiveState"]
    if unit["NeedDaemonReload"] == "yes":
        text = f"systemd goes by what {name} was before"
        yield Finding("service", "fault", text, "`systemctl --user daemon-reload`")
    if state == "failed":
        fix = f"`systemctl --user status {name}` says why, then `systemctl --user restart {name}`"
        yield Finding("service", "fault", f"{name} failed: {unit['Result']}", fix)
    elif name.endswith(".socket") and state != "active":
        text = f"{name} is {state}: systemd does not start the daemon"
        yield Finding("service", "fault", text, f"`systemctl --user start {name}`")


def _ask(names: list[str]) -> list[dict[str, str]] | None:
    """Some properties of each unit; None where systemd does not answer."""
    properties = [f"--property={name}" for name in ASKED]
    try:
        done = subprocess.run(
            ["systemctl", "--user", "show", *properties, *names],
            capture_output=True, text=True, errors="replace", timeout=ANSWER_SECS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    blocks = done.stdout.strip().split("\n\n")
    return [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks]
