"""How long a figure may measure, and the programs that it measures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.support.scratch import Scratch, make_scratch

HERE = Path(__file__).resolve().parent.parent
BUILD = HERE / "build"
PYTHON = sys.executable
INTERPRETER = (PYTHON, "-I", "-S", "-E")
DAEMON_MAIN = HERE.parent / "src/axium/daemon/__main__.py"
AXIUM = Path(sys.executable).parent / "axium"


@dataclass(frozen=True, slots=True)
class Bench:
    """`quick` measures briefly: to see that everything works, not to learn a figure."""

    quick: bool = False

    def rounds(self, whole: int, quick: int) -> int:
        return quick if self.quick else whole

    def race(self, runs: int, commands: Mapping[str, Sequence[str]], scratch: Scratch) -> Race:
        """Run the commands in turn, `runs` times each, in the scratch home's environment."""
        argv = [str(native("race")), str(runs)]
        for name, command in commands.items():
            argv += ["--next"] * (len(argv) > 2) + [name, *command]
        done = scratch.run(*argv, timeout=600, check=True)
        return Race.parse(done.stdout)


@dataclass(frozen=True, slots=True)
class Race:
    """Microseconds of each run, by command."""

    took: dict[str, list[float]]

    @classmethod
    def parse(cls, text: str) -> Race:
        took = {}
        for line in text.splitlines():
            name, failed, *runs = line.split()
            if failed != "0":
                raise RuntimeError(f"`{name}` failed in {failed} of {len(runs)} runs")
            took[name] = [float(run) for run in runs]
        return cls(took)

    def median_ms(self, name: str) -> float:
        return median(self.took[name]) / 1000

    def best_ms(self, name: str) -> float:
        return min(self.took[name]) / 1000


def native(name: str) -> Path:
    """The program `name`, compiled from benchmarks/NAME.c when that is newer."""
    shared = ["-shared", "-fPIC"] if name.endswith(".so") else []
    source, target = HERE / f"{name.removesuffix('.so')}.c", BUILD / name
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        flags = ["-O2", "-Wall", "-Wextra", "-std=gnu11", *shared]
        subprocess.run(["cc", *flags, "-o", target, source, "-ldl"], check=True)
    return target


@contextmanager
def scratch_home(envs: str, prefixes: str) -> Iterator[Scratch]:
    """A scratch home with these two files of the user's."""
    scratch = make_scratch()
    try:
        (scratch.home / "envs.yaml").write_text(envs)
        (scratch.home / "prefixes.yaml").write_text(prefixes)
        yield scratch
    finally:
        scratch.close()
