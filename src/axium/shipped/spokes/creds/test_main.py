"""The spoke by itself; run by pytest, or `python -m unittest`."""

import importlib.util
import os
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from types import ModuleType

import typer

from axium.core.spokes import EventBus


def load() -> ModuleType:
    """The spoke's main.py."""
    spec = importlib.util.spec_from_file_location("creds_main", Path(__file__).with_name("main.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CredsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.main = load()
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.file = Path(made.name, "credentials")
        self.file.touch()

    def of_age(self, secs: float) -> None:
        at = time.time() - secs
        os.utime(self.file, (at, at))

    def test_a_young_file_is_valid(self) -> None:
        self.of_age(3 * 3600)
        settings = self.main.Settings(file=str(self.file))
        verdict = self.main.checked("dev", settings)
        assert (verdict.is_valid, verdict.why) == (True, f"{self.file} is 3h old")

    def test_an_old_file_is_not(self) -> None:
        self.of_age(61)
        settings = self.main.Settings(file=str(self.file), max_age_secs=60)
        assert self.main.letter(self.main.checked("dev", settings)) == "N"

    def test_a_missing_file_is_not(self) -> None:
        verdict = self.main.checked("dev", self.main.Settings(file="/nonexistent"))
        assert (verdict.is_valid, verdict.why) == (False, "/nonexistent: no such file or directory")

    def test_lengths_of_time_are_understood(self) -> None:
        told = {
            said: self.main.seconds(said, 5.0) for said in ("90", "30m", "12h", "7d", "x", None)
        }
        assert told == {"90": 90, "30m": 1800, "12h": 43200, "7d": 604800, "x": 5, None: 5}

    def test_the_answer_of_a_command_is_told_once_it_is_another_one(self) -> None:
        told = []
        monitor = self.main.Monitor(lambda env, is_valid: told.append((env, is_valid)))
        vars(self.main)["in_environment"] = lambda env, command: [sys.executable, "-c", command]
        settings = self.main.Settings(command="raise SystemExit(1)")
        vars(self.main)["settings_of"] = lambda env: settings
        assert monitor.render({"env": "dev"}) is None
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(20)
        assert (told, monitor.render({"env": "dev"})) == ([("dev", False)], "N")

    def test_it_registers_a_segment_and_listens_for_checks(self) -> None:
        events = EventBus()
        self.main.register(typer.Typer(), events)
        assert events.names() == ["creds_checked"]


if __name__ == "__main__":
    unittest.main()
