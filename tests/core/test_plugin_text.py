"""The commands that the text of a spoke names, held to those that it has when it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from axium.core.plugin_sources import SHIPPED
from axium.core.plugin_text import commands_of
from axium.core.scaffold_texts import FILES

MAIN = FILES["spokes"]["main.py"]

GROUPS = """
import typer
inner = typer.Typer(name="inner")
outer = typer.Typer()
outer.add_typer(inner)

@inner.command()
def say_hi(): ...

@outer.command("go")
def anything(): ...

def register(app, events):
    app.add_typer(outer, name="outer")
    app.command(name="plain")(say_hi)
    @app.command(help="x")
    def third(): ...
"""

OF_API = """
def register(api):
    @api.command
    def bare(): ...
    @api.command("named")
    def other(): ...
"""

CIRCLE = "a.add_typer(b, name='x')\nb.add_typer(a, name='y')\n@a.command()\ndef f(): ...\n"


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (GROUPS, ["outer go", "outer inner say-hi", "plain", "third"]),
        (OF_API, ["tools bare", "tools named"]),
        ("def register(app): app.command(f'c{1}')(print)", []),
        ("def register(:", []),
        (CIRCLE, ["x y f"]),
        (MAIN.replace("$name", "tools").replace("$help", "'x'"), ["tools hello"]),
    ],
)
def test_commands_are_read_without_being_run(
    tmp_path: Path, text: str, commands: list[str]
) -> None:
    (tmp_path / "main.py").write_text(text)
    (tmp_path / "test_main.py").write_text("@app.command()\ndef never(): ...\n")
    assert commands_of(str(tmp_path), "tools") == commands


@pytest.mark.parametrize(
    ("name", "commands"),
    [("aws", ["aws info", "aws whoami"]), ("creds", ["creds check", "creds refresh"])],
)
def test_those_of_the_shipped_spokes_are_all_seen(name: str, commands: list[str]) -> None:
    assert commands_of(str(SHIPPED / "spokes" / name), name) == commands
