"""The tmux server around this shell: its version, and whether it shows the HUD."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from axium.cli.checks.finding import Finding
from axium.thin.paths import Home

OLDEST = (3, 2)
"""The first tmux that can show the HUD."""

ANSWER_SECS = 2.0


def look(home: Home, around: Mapping[str, str]) -> Iterator[Finding]:
    """Findings of tmux; outside of it only that."""
    if not around.get("TMUX"):
        yield Finding("tmux", "note", "not in tmux")
        return
    if shutil.which("tmux") is None:
        yield Finding("tmux", "fault", "in tmux, but `tmux` is not on PATH", "mend PATH")
        return
    told = _ask("display-message", "-p", "#{version}")
    if told is None:
        text = "the tmux server of $TMUX does not answer"
        yield Finding("tmux", "fault", text, "start a new shell in a pane that is alive")
        return
    version = told.strip()
    if _number(version) < OLDEST:
        text = f"tmux {version} can not show the HUD"
        yield Finding("tmux", "warning", text, "3.2 or newer can; all else works")
        return
    yield Finding("tmux", "good", f"tmux {version}")
    yield from _hud(home, around)


def _hud(home: Home, around: Mapping[str, str]) -> Iterator[Finding]:
    if around.get("AXIUM_TMUX_MINIMAL") == "1":
        text = "AXIUM_TMUX_MINIMAL=1: the status line is left alone"
        yield Finding("tmux", "note", text, "`axium_tmux_enable_hud` shows the HUD in it")
        return
    lines = _ask("show-options", "-A") or ""
    install = f"`sh {home.root}/tmux/init.sh`"
    if "@axium_hud" not in (_ask("show-options", "-g") or ""):
        yield Finding(
            "tmux", "fault", "this tmux server has no hook: the HUD is not there", install
        )
        return
    shown = [
        line
        for line in lines.splitlines()
        if line.startswith(("status-left", "status-right", "status-format"))
    ]
    if not any("@axium_" in line for line in shown):
        text = "the status line of this session does not show the HUD: something set it later"
        yield Finding("tmux", "fault", text, f"{install}, or `#{{E:@axium_hud}}` in your own line")
        return
    yield Finding("tmux", "good", "the status line shows the HUD")


def _number(version: str) -> tuple[int, int]:
    """Major and minor of `3.3a`, `next-3.4`; the newest for what names none."""
    found = re.search(r"([0-9]+)\.([0-9]+)", version)
    return (int(found[1]), int(found[2])) if found and "openbsd" not in version else (99, 0)


def _ask(*words: str) -> str | None:
    """What tmux says; None where it fails or hangs."""
    try:
        done = subprocess.run(
            ["tmux", *words], capture_output=True, timeout=ANSWER_SECS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
