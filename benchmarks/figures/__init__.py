"""The figures, in the order in which they are measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.figures import (
    brokered,
    calls,
    crowd,
    fresh,
    gears,
    idle,
    links,
    load,
    order,
    palette,
    plugins,
    scale,
    screen,
    setters,
    shells,
    spokes,
    start,
    storm,
    tmux,
    verbs,
)
from benchmarks.kit.bench import Bench
from benchmarks.kit.report import Row


class Figure(NamedTuple):
    name: str
    title: str
    measure: Callable[[Bench], Iterator[Row]]


FIGURES = (
    Figure("load", "requests of 16 clients, beside redis GET", load.measure),
    Figure("crowd", "latency with 128 clients, beside redis GET", crowd.measure),
    Figure("setters", "16 setters while others read, on a fast and a slow disk", setters.measure),
    Figure("scale", "1,000 panes and 500 rules, beside 10 of each", scale.measure),
    Figure("start", "from the daemon's start to its first answer", start.measure),
    Figure("idle", "memory and wakeups while a terminal is attached", idle.measure),
    Figure("plugins", "what plugins weigh, and delay", plugins.measure),
    Figure("gears", "how soon a gear is ready, and what its confinement costs", gears.measure),
    Figure("brokered", "calls of gears, and what one that floods delays", brokered.measure),
    Figure("calls", "calls over a link, beside a fresh client and a kept one", calls.measure),
    Figure("links", "what links weigh, and how soon they are well again", links.measure),
    Figure("verbs", "axium's fast verbs, beside a bare interpreter", verbs.measure),
    Figure("spokes", "the command line beside many spokes, and a spoke's own", spokes.measure),
    Figure("palette", "the palette's first picture, and each next one", palette.measure),
    Figure("bash", "prompt and wrapped command in bash, beside others'", shells.bash),
    Figure("zsh", "prompt and wrapped command in zsh, beside others'", shells.zsh),
    Figure("fish", "prompt and wrapped command in fish, beside others'", shells.fish),
    Figure("tmux", "what a refresh of the status line costs tmux", tmux.measure),
    Figure("screen", "from a change to the screen, 50 panes", screen.measure),
    Figure("fresh", "a command after a change sees the change", fresh.measure),
    Figure("storm", "the daemon is killed in a storm of changes", storm.measure),
    Figure("order", "on disk, then published, then told", order.measure),
)
