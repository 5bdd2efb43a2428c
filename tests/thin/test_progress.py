"""The progress of a job, where it is a line for each step."""

from __future__ import annotations

from typing import Any

import pytest

from axium.thin.progress import Progress


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ({"percent": 12.5, "description": "half of it"}, " 12% half of it\n"),
        ({"percent": 1e300}, "100%\n"),
        ({"percent": -5, "state": "RUNNING"}, "  0% RUNNING\n"),
        ({"percent": None, "description": "a\x1b[31m\nb"}, "a [31m b\n"),
    ],
)
def test_a_step_is_a_line(
    capfd: pytest.CaptureFixture[str], step: dict[str, Any], shown: str
) -> None:
    progress = Progress(is_quiet=False)
    progress.show(step)
    progress.show(step)
    assert capfd.readouterr().err == shown
