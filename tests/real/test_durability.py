"""What was acknowledged is on disk, and was published before it was told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).parents[2] / "benchmarks/run.py"


def measured(figure: str, results: Path) -> dict[str, Any]:
    """The rows of one figure, by what they measure."""
    argv: list[str | Path] = [
        sys.executable,
        RUN,
        "--quick",
        "--only",
        figure,
        "--results",
        results,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(results.read_text())["figures"][figure]
    return {row["what"]: row["measured"] for row in rows}


@pytest.mark.timeout(120)
def test_a_kill_in_a_storm_of_changes_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    rows = measured("storm", tmp_path / "results.json")
    assert rows.pop("longest start after a kill") <= 1
    assert rows == {"changes lost in 20 kills": 0, "state.json damaged": 0}


@pytest.mark.timeout(120)
def test_a_change_is_written_synced_renamed_and_published_before_it_is_told(tmp_path: Path) -> None:
    assert measured("order", tmp_path / "results.json") == {"steps of a change in their order": 6}
