"""Run the figures, print a table of each, and end with 1 if one falls short or is wrong."""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import FIGURES, Figure
from benchmarks.kit.bench import BUILD, Bench
from benchmarks.kit.machine import describe_machine
from benchmarks.kit.report import Row, table

# a program that does not start, answer, or do as it must, in whatever part of a figure
FAILURES = (AssertionError, EOFError, OSError, RuntimeError, subprocess.SubprocessError)


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    print(describe_machine(), flush=True)
    bench = Bench(quick=options.quick)
    wanted = [figure for figure in FIGURES if not options.only or figure.name in options.only]
    results = {figure.name: _measure(figure, bench) for figure in wanted}
    _write(options.results, results)
    rows = [row for figure_rows in results.values() for row in figure_rows or []]
    met, short = (sum(row.met is verdict for row in rows) for verdict in (True, False))
    broken = [name for name, figure_rows in results.items() if figure_rows is None]
    print(f"\n{met} goals met, {short} short, not measured: {', '.join(broken) or 'none'}")
    return 1 if short or broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    names = [figure.name for figure in FIGURES]
    parser.add_argument("--only", action="append", choices=names, help="this figure (repeatable)")
    parser.add_argument("--quick", action="store_true", help="short runs, to see that all works")
    parser.add_argument("--results", type=Path, default=BUILD / "results.json")
    return parser


def _measure(figure: Figure, bench: Bench) -> list[Row] | None:
    """The rows; None if the figure could not be measured, so that the others still are."""
    print(f"\n== {figure.name}: {figure.title}", flush=True)
    try:
        rows = list(figure.measure(bench))
    except FAILURES as failure:
        traceback.print_exception(failure, file=sys.stdout)
        return None
    print(table(rows), flush=True)
    return rows


def _write(path: Path, results: dict[str, list[Row] | None]) -> None:
    now = datetime.datetime.now(datetime.UTC)
    document = {
        "date": now.isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "figures": {
            name: None if rows is None else [row.as_json() for row in rows]
            for name, rows in results.items()
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
