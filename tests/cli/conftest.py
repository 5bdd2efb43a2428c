"""A running daemon with environments to choose from."""

from __future__ import annotations

import pytest

from tests.cli.saying import said
from tests.support import Daemon, Scratch

ENVS = """\
envs:
  root: {prefix: ""}
  dev:
    prefix: wrapx exec dev --
    region: eu-west-1
  prod:
    prefix: wrapx exec prod --
"""


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A running daemon with the environments above."""
    (daemon.scratch.home / "envs.yaml").write_text(ENVS)
    assert said(daemon.scratch, "daemon", "reload") == (0, "", "")
    return daemon.scratch
