"""The files of a new plugin, with holes for its name and what it is for."""

from axium.model.manifests import Kind

_SPOKE = """\
name: $name
version: $version
description: $description
entrypoint: main:register
author: $author
permissions:
  notify: true
"""

_GEAR = """\
name: $name
version: $version
description: $description
entrypoint: main:register
author: $author
requires: ">=$axium"

# All that it may do, held to by the kernel: whoever installs it is shown this and asked.
# It may do nothing as yet. What can stand here, each of it left out as long as it can be:
#   notify: true                     send notifications
#   fs_read: ["~/notes/**"]          read these files ("./**": the directory it is started in)
#   fs_write: ["~/notes/**"]         write them
#   exec: true                       start programs, which are held to the same
#   net: ["example.org:443"]         reach this place, by api.connect
#   env: [EDITOR]                    get these variables
#   ipc: [tmux_split_run]            ask axium for this
permissions: {}

# Commands that it stands for:
# prefixes: [{command: TOOL, wrapper: axium $name hello}]
"""

_MAIN = '''\
"""$described"""

import typer

from axium.core import api
from axium.core.hud import register_hud_segment
from axium.core.hud_segments import HudSegment


class Segment(HudSegment):
    """What the HUD shows of it: `$name:ok`, where an environment is active."""

    name = "$name"
    priority = 100

    def render(self, context):
        return "ok"

    def should_render(self, context):
        return context["env"] != "-"


def on_env_change(new_env, old_env, pane=None):
    """The environment of a pane changed, or with `pane` None that of all others."""
    if new_env != old_env:
        api.write_log("$name", f"{old_env} -> {new_env}")


def register(app, events):
    """Called once in the $kind's own process, and before each of its commands."""
    commands = typer.Typer(help=$help)
    app.add_typer(commands, name="$name")

    @commands.callback()
    def group():
        pass

    @commands.command()
    def hello(name: str = "world"):
        """Say hello, and where."""
        print(f"hello {name}, from {api.get_active_env() or 'no environment'}")

    events.on("env_change", on_env_change)
    register_hud_segment(Segment())
'''

_TEST = '''\
"""Run by `python -B -m unittest` in this directory, with the Python that axium is installed in."""

import importlib.util
import unittest
from pathlib import Path
from unittest import mock

import typer
from axium.core.spokes import EventBus
from typer.testing import CliRunner


def load():
    """The $kind's main.py."""
    spec = importlib.util.spec_from_file_location("its_main", Path(__file__).with_name("main.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class PluginTest(unittest.TestCase):
    def setUp(self):
        self.main = load()
        self.app, self.events = typer.Typer(), EventBus()
        self.main.register(self.app, self.events)

    def test_the_command_says_hello(self):
        # No daemon is asked: what it would answer stands here.
        with mock.patch.object(self.main.api, "get_active_env", return_value="dev"):
            done = CliRunner().invoke(self.app, ["$name", "hello", "--name", "you"])
        self.assertEqual((done.exit_code, done.output), (0, "hello you, from dev\\n"))

    def test_it_listens_for_changes_of_the_environment(self):
        self.assertEqual(self.events.names(), ["env_change"])

    def test_the_segment_is_shown_where_an_environment_is_active(self):
        segment = self.main.Segment()
        self.assertEqual(segment.render({"env": "dev"}), "ok")
        self.assertFalse(segment.should_render({"env": "-"}))


if __name__ == "__main__":
    unittest.main()
'''

FILES: dict[Kind, dict[str, str]] = {
    "spokes": {"spoke.yaml": _SPOKE, "main.py": _MAIN, "test_main.py": _TEST},
    "gears": {"gear.yaml": _GEAR, "main.py": _MAIN, "test_main.py": _TEST},
}
