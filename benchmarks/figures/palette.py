"""The palette: from its start to its first picture, and from a key to the next one."""

from __future__ import annotations

import os
import pty
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import ioctl
from statistics import median
from time import perf_counter

from axium.thin.catalogue import shipped
from axium.thin.paths import Home
from axium.thin.usage import note
from axium.thin.words import frame
from benchmarks.kit.bench import AXIUM, INTERPRETER, Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from tests.support.scratch import Scratch

SIZE = (40, 130)
MANY = 5_000
DRAWN = b"\x1b[?25h"
"""What ends each picture: the cursor is there again."""

BARE = [*INTERPRETER, "-c", "import posix; posix.write(1, b'\\x1b[?25h'); posix.read(0, 1)"]
TYPED = "env daemon restart"
NOUNS = ("cluster", "node", "pod", "service", "bucket", "secret", "role", "policy", "user", "key")
VERBS = ("get", "set", "list", "show", "start", "stop", "deploy", "restart", "rotate", "env")


def measure(bench: Bench) -> Iterator[Row]:
    rounds = bench.rounds(40, 5)
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        scratch.axium("bootstrap")
        scratch.environ["COLORTERM"] = "truecolor"
        bare = median(_first(BARE, scratch) for _ in range(rounds))
        few = [_first([str(AXIUM), "palette"], scratch) for _ in range(rounds)]
        (scratch.home / "catalogue").write_bytes(frame([*shipped(), *_records()]))
        many = [_first([str(AXIUM), "palette"], scratch) for _ in range(rounds)]
        keys = sorted(_keys(scratch, bench.rounds(10, 2)))
        noted = _noting(scratch)
    yield _first_row("first picture", few, bare)
    yield _first_row(f"first picture with {MANY:,} commands of plugins", many, bare)
    slow = f"99 of 100 within {keys[int(len(keys) * 0.99)]:.1f} ms, longest {keys[-1]:.1f}"
    yield Row(f"a key, with {MANY:,} commands", median(keys), "ms", at_most(10), note=slow)
    yield Row("noting a command that was run", noted, "ms", at_most(0.1))


def _first_row(what: str, took: list[float], bare: float) -> Row:
    note = f"shortest {min(took):.1f} ms, longest {max(took):.1f}"
    peer = "python -I -S -E, one write"
    return Row(what, median(took), "ms", at_most(60), peer=peer, peer_measured=bare, note=note)


def _records() -> list[str]:
    """The commands of many plugins, as like one another as real ones are."""
    kinds = [(verb, noun, other) for verb in VERBS for noun in NOUNS for other in NOUNS]
    return [
        f"{noun} {verb} {other}{turn}\tspoke:{noun}\tTell of each {noun} what it is.\ttext? -h"
        for turn in range(MANY // len(kinds))
        for verb, noun, other in kinds
    ]


@contextmanager
def _shown(argv: Sequence[str], scratch: Scratch) -> Iterator[tuple[int, float]]:
    """A program on a terminal: the terminal's side, and the milliseconds until it has drawn."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    began = perf_counter()
    program = subprocess.Popen(
        argv,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=scratch.environ,
        start_new_session=True,
    )
    os.close(slave)
    try:
        _await_picture(master)
        yield master, (perf_counter() - began) * 1000
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
        os.close(master)


def _first(argv: Sequence[str], scratch: Scratch) -> float:
    with _shown(argv, scratch) as (_, took):
        return took


def _keys(scratch: Scratch, rounds: int) -> Iterator[float]:
    """Milliseconds from each key to the picture that it leads to."""
    for _ in range(rounds):
        with _shown([str(AXIUM), "palette"], scratch) as (master, _):
            for letter in TYPED:
                began = perf_counter()
                os.write(master, letter.encode())
                _await_picture(master)
                yield (perf_counter() - began) * 1000


def _await_picture(master: int) -> None:
    seen = b""
    while not seen.endswith(DRAWN):
        seen += os.read(master, 65536)


def _noting(scratch: Scratch) -> float:
    """Milliseconds of one note, the forgetting of old ones included."""
    home, runs = Home(str(scratch.home)), 10_000
    began = perf_counter()
    for _ in range(runs):
        note(home, scratch.environ, "daemon restart")
    return (perf_counter() - began) * 1000 / runs
