"""The load generator (load.c) as a function."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from benchmarks.kit.bench import native
from benchmarks.kit.processes import cpu_ns

Mode = Literal["connect", "keep"]


@dataclass(frozen=True, slots=True)
class Group:
    """Clients that send `requests` in turn; see load.c."""

    name: str
    clients: int
    requests: list[str]
    expect: str
    mode: str = "keep"
    depth: int = 1
    rate: int = 0
    reply: str = "line"

    def arguments(self) -> list[str]:
        options = {
            "--group": self.name,
            "--clients": self.clients,
            "--mode": self.mode,
            "--depth": self.depth,
            "--rate": self.rate,
            "--reply": self.reply,
            "--expect": self.expect,
        }
        words = [str(word) for option in options.items() for word in option]
        return [*words, *(w for request in self.requests for w in ("--request", request))]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one group saw, and the server's processor time for each request of all groups."""

    per_second: float
    p50_us: float
    p99_us: float
    max_us: float
    server_us: float


def load(socket: Path, pid: int, seconds: float, *groups: Group) -> dict[str, Seen]:
    """Run the groups against `socket`, served by `pid`; RuntimeError if any reply was wrong."""
    argv = [str(native("load")), "--socket", str(socket), "--seconds", str(seconds)]
    argv += [word for group in groups for word in group.arguments()]
    before = cpu_ns(pid)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=seconds + 30)
    spent_us = (cpu_ns(pid) - before) / 1000
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    seen = json.loads(done.stdout)
    # the warm-up's requests are not counted, but its processor time is
    requests = sum(group["requests"] for group in seen["groups"].values())
    share = seen["seconds"] / (seen["seconds"] + WARMUP)
    server_us = spent_us * share / max(requests, 1)
    return {name: _seen(name, group, server_us) for name, group in seen["groups"].items()}


WARMUP = 0.2


def _seen(name: str, group: dict[str, Any], server_us: float) -> Seen:
    if group["wrong"] or group["dropped"] or not group["requests"]:
        raise RuntimeError(f"group `{name}`: {group}")
    fields = {key: group[key] for key in ("per_second", "p50_us", "p99_us", "max_us")}
    return Seen(**fields, server_us=server_us)


def medians(rounds: list[Seen]) -> Seen:
    """The median of each figure by itself."""
    names = ("per_second", "p50_us", "p99_us", "max_us", "server_us")
    return Seen(*(median(getattr(seen, name) for seen in rounds) for name in names))
