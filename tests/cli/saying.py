"""What a command prints and how it ends."""

from __future__ import annotations

import json
from typing import Any

from tests.support import Scratch


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium ARGS`."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


def told(scratch: Scratch, *args: str, **env: str) -> dict[str, Any]:
    """The JSON document of `axium ARGS --json`, which prints nothing else."""
    code, data, talk = said(scratch, *args, "--json", **env)
    assert (code, talk) == (0, "")
    document: dict[str, Any] = json.loads(data)
    return document
