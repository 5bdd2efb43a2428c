"""A new spoke: a manifest, a command, an event handler, a HUD segment, and a test of them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from axium.core.installing import MADE, changing, check_free, put_in_place
from axium.thin.paths import environ, home_of

VERSION = "0.1.0"

MANIFEST = """\
name: $name
version: $version
description: $description
entrypoint: main:register
author: $author
permissions:
  notify: true
"""

MAIN = '''\
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
    """Called once in the spoke's own process, and before each of its commands."""
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

TEST = '''\
"""Run by `python -m unittest` in this directory, with the Python that axium is installed in."""

import importlib.util
import unittest
from pathlib import Path

import typer
from axium.core.spokes import EventBus
from typer.testing import CliRunner


def load():
    """The spoke's main.py."""
    spec = importlib.util.spec_from_file_location("spoke_main", Path(__file__).with_name("main.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class SpokeTest(unittest.TestCase):
    def setUp(self):
        self.main = load()
        self.app, self.events = typer.Typer(), EventBus()
        self.main.register(self.app, self.events)

    def test_the_command_says_hello(self):
        done = CliRunner().invoke(self.app, ["$name", "hello", "--name", "you"])
        self.assertEqual(done.exit_code, 0, done.output)
        self.assertTrue(done.output.startswith("hello you, from "), done.output)

    def test_it_listens_for_changes_of_the_environment(self):
        self.assertEqual(self.events.names(), ["env_change"])

    def test_the_segment_is_shown_where_an_environment_is_active(self):
        segment = self.main.Segment()
        self.assertEqual(segment.render({"env": "dev"}), "ok")
        self.assertFalse(segment.should_render({"env": "-"}))


if __name__ == "__main__":
    unittest.main()
'''

FILES = {"spoke.yaml": MANIFEST, "main.py": MAIN, "test_main.py": TEST}


def create_spoke(
    name: str,
    description: str | None = None,
    version: str = VERSION,
    interactive: bool = True,  # noqa: FBT001, FBT002 (published)
) -> Path:
    """Make a spoke that does a little of everything; its directory.

    `interactive` asks for the description where none is given and a terminal is there. ValueError
    for what no spoke can be called, FileExistsError where the name is taken, OSError.
    """
    check_free(name)
    if description is None:
        description = _asked(name) if interactive and sys.stdin.isatty() else ""
    words = _words(name, description or f"The spoke {name}.", version)
    root = home_of(environ()).root
    with changing(root) as rows:
        check_free(name)
        made = f"{rows.directory}/{MADE}"
        os.mkdir(made, 0o700)
        for file, text in FILES.items():
            Path(made, file).write_text(Template(text).substitute(words), encoding="utf-8")
        put_in_place(rows.directory, name)
        return Path(rows.directory, name)


def _asked(name: str) -> str:
    # To the terminal: what is printed is for whoever reads our data.
    sys.stderr.write(f"what is `{name}` for? ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _words(name: str, description: str, version: str) -> Mapping[str, str]:
    for title, text in (("description", description), ("version", version)):
        if not text.isprintable():
            raise ValueError(f"the {title} must be one line of text that can be printed")
    import json  # 6 ms, for a string that is one in YAML and Python too

    user = environ().get("USER", "")
    plain = description.replace("\\", "/").replace('"', "'")
    return {
        "name": name,
        "version": json.dumps(version, ensure_ascii=False),
        "description": json.dumps(description, ensure_ascii=False),
        "described": plain,
        "help": json.dumps(description, ensure_ascii=False),
        "author": json.dumps(user if user.isprintable() else ""),
    }
