"""`axium info`: the version, and where everything is."""

from __future__ import annotations

import axium
from tests.cli.saying import said, told
from tests.support import Daemon, Scratch


def test_info_names_version_and_places(scratch: Scratch) -> None:
    facts = told(scratch, "info")
    assert facts["version"] == axium.__version__
    assert facts["home"] == str(scratch.home)
    scratch.run(facts["python"], "-c", "import axium, typer").check_returncode()
    text = said(scratch, "info")[1]
    assert text.startswith("Axium core — everything revolves around you.\n\nversion")


def test_info_names_the_runtime_directory_of_the_daemon(daemon: Daemon) -> None:
    scratch = daemon.scratch
    (real,) = scratch.runtime.iterdir()
    assert told(scratch, "info", XDG_RUNTIME_DIR="")["runtime"] == str(real)
