"""`core.spokes`: which spokes there are, making them, loading them again, their commands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from axium.core import spokes
from axium.core.plugin_metadata import SpokeMetadata
from tests.core.conftest import Inside
from tests.real.spokes import Plugged, write_spoke
from tests.support import Daemon, Scratch, until

MAIN = """
import sys, typer

def register(app, events):
    commands = typer.Typer()
    app.add_typer(commands, name="cloud")

    @commands.command()
    def whoami(name: str, loud: bool = False):
        '''Tell who you are.'''
        print(name.upper() if loud else name)
        raise typer.Exit(3)

    @app.command()
    def plain():
        '''Do nothing.'''
"""


def test_a_spoke_is_made_checked_installed_and_told_of(inside: Inside, scratch: Scratch) -> None:
    made = spokes.create_spoke("first", "What it is for", interactive=False)
    assert made == scratch.home / "spokes" / "first"
    said = spokes.validate_spoke(made)
    assert (said["name"], said["version"], said["description"]) == (
        "first",
        "0.1.0",
        "What it is for",
    )
    with pytest.raises(FileExistsError):
        spokes.create_spoke("first", interactive=False)
    with pytest.raises(ValueError, match="can't name a plugin"):
        spokes.create_spoke("../x", interactive=False)
    installed = spokes.install_spoke(str(made), name="second")
    assert isinstance(installed, spokes.SpokeMetadata)
    assert installed.to_dict()["name"] == "second"
    assert [one.name for one in spokes.get_spoke_metadata()] == ["first", "second"]
    assert spokes.SpokeMetadata is SpokeMetadata


def test_a_manifest_must_have_four_fields_to_be_valid(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "spoke.yaml").write_text("name: x\nentrypoint: main:register\n")
    with pytest.raises(ValueError, match=r"spoke\.yaml: `version`, `description` must be there"):
        spokes.validate_spoke(tmp_path)
    (tmp_path / "spoke.yaml").unlink()
    with pytest.raises(FileNotFoundError):
        spokes.validate_spoke(tmp_path)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        spokes.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_spokes_are_printed(
    inside: Inside, scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_spoke(scratch, "able", MAIN, "version: 1.2.0\n")
    write_spoke(scratch, "faulty", MAIN, "version: [\n")
    spokes.list_spokes()
    assert capsys.readouterr().out.splitlines() == [
        "able  1.2.0  not-loaded",
        "faulty  0.0.0  error",
    ]


def test_spokes_are_loaded_again(inside: Inside, scratch: Scratch) -> None:
    with pytest.raises(FileNotFoundError):
        spokes.reload_spokes()
    daemon = Plugged(scratch, able=MAIN)
    try:
        assert spokes.reload_spokes() == ["able"]
        assert spokes.reload_spokes("able") == ["able"]
        with pytest.raises(ValueError, match="spoke not loaded"):
            spokes.reload_spokes("nope")
    finally:
        daemon.close()


PARENT = """
import sys, typer
from axium.core.spokes import load_spokes
app = typer.Typer(rich_markup_mode=None)
app.command("own")(lambda: None)
load_spokes(app)
if __name__ == "__main__":
    app()
"""


def test_the_commands_of_spokes_stand_in_another_app(scratch: Scratch) -> None:
    daemon: Daemon = Plugged(scratch, able=MAIN)
    try:
        until(lambda: "cloud whoami" in scratch.axium("completions", "list").stdout)
        program = scratch.root / "program.py"
        program.write_text(PARENT)
        done = scratch.run(sys.executable, program, "cloud", "whoami", "me", "--loud")
        assert (done.returncode, done.stdout, done.stderr) == (3, "ME\n", "")
        assert scratch.run(sys.executable, program, "plain").returncode == 0
        shown = scratch.run(sys.executable, program, "--help").stdout
        assert [name for name in ("cloud", "own", "plain") if name not in shown] == []
    finally:
        daemon.close()
