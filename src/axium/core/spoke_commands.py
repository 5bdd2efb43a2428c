"""The commands of all spokes in somebody's Typer app, each run by `axium` when it is called."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

import axium
from axium.thin.catalogue import Command, catalogue
from axium.thin.paths import environ, home_of

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""All that is typed after a command's name is its own, `--help` too."""


def add_to(app: typer.Typer) -> None:
    """Add them; a command of two words stands in a group of the first."""
    groups: dict[str, typer.Typer] = {}
    for command in _of_spokes():
        *before, last = command.name.split(" ")
        place, path = app, ""
        for word in before:
            path = f"{path} {word}".strip()
            if path not in groups:
                groups[path] = typer.Typer(rich_markup_mode=None, help=f"Commands of {word}.")
                place.add_typer(groups[path], name=word)
            place = groups[path]
        place.command(last, help=command.help, context_settings=PASSED_ON)(_runner(command.name))
        if place is not app:
            # Typer makes a group of one command that command itself.
            place.callback()(_nothing)


def _of_spokes() -> Iterator[Command]:
    for command in catalogue(home_of(environ())):
        if command.section.startswith("spoke:"):
            yield command


def _runner(name: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        import subprocess  # 10 ms, and only where one is run

        main = Path(axium.__file__).with_name("__main__.py")
        words = [sys.executable, "-I", "-S", "-E", str(main), *name.split(" "), *context.args]
        raise typer.Exit(subprocess.call(words))

    return run


def _nothing() -> None:
    """Be there, so that the group is one."""
