"""What `axium doctor` finds of shims: that they start nothing, are not wanted, are not found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import Scratch

TOOL = "#!/bin/sh\n"
Found = list[tuple[str, str, str]]


@pytest.fixture
def shims(scratch: Scratch) -> Path:
    """The directory of the shims, first on PATH; the daemon has published their names."""
    for name in ("aws", "terraform"):
        scratch.tool(name, TOOL)
    directory = scratch.home / "shims"
    scratch.environ["PATH"] = f"{directory}:{scratch.environ['PATH']}"
    for words in (("daemon", "start"), ("shim", "install")):
        scratch.run("axium", *words, check=True)
    return directory


def found(scratch: Scratch, *options: str, path: str = "") -> Found:
    """State, text and fix of what was found about shims."""
    env = {"PATH": path} if path else {}
    done = scratch.run("axium", "doctor", "--json", *options, env=env)
    findings = json.loads(done.stdout)["findings"]
    return [(e["state"], e["text"], e["fix"]) for e in findings if e["area"] == "shims"]


def good(shims: Path, count: int = 2) -> Found:
    return [("good", f"{count} in {shims}, found before the tools", "")]


def anew(shims: Path) -> str:
    return f"`axium shim install --dir {shims}` writes it anew"


def test_without_shims_nothing_is_said_of_them(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    assert found(scratch) == []


def test_shims_that_are_as_they_should_be_are_good(scratch: Scratch, shims: Path) -> None:
    assert found(scratch) == good(shims)


@pytest.mark.parametrize(("what", "word"), [("python", 0), ("main", 1)])
def test_an_axium_that_was_moved_is_a_fault_and_mended(
    scratch: Scratch, shims: Path, what: str, word: int
) -> None:
    launcher = shims / ".axium-shim"
    lines = launcher.read_text().splitlines(keepends=True)
    moved = [f"{what}=/gone/{word}\n" if line.startswith(f"{what}=") else line for line in lines]
    launcher.write_text("".join(moved))

    text = f"those in {shims} run nothing: /gone/{word} is gone"
    assert found(scratch) == [("fault", text, anew(shims))]
    assert found(scratch, "--fix") == [("good", f"{text}: mended", "")]
    assert found(scratch) == good(shims)


def test_a_launcher_that_was_removed_is_a_fault_and_mended(scratch: Scratch, shims: Path) -> None:
    (shims / ".axium-shim").unlink()

    text = f"those in {shims} run nothing: .axium-shim is gone"
    assert found(scratch) == [("fault", text, anew(shims))]
    found(scratch, "--fix")
    assert found(scratch) == good(shims)


def test_shims_of_another_home_are_a_fault(scratch: Scratch, shims: Path) -> None:
    launcher = shims / ".axium-shim"
    main = [line for line in launcher.read_text().splitlines() if line.startswith("main=")]
    launcher.write_text(launcher.read_text().replace(f"AXIUM_HOME={scratch.home}", "AXIUM_HOME=/x"))

    text = f"those in {shims} are of another axium or home: {main[0].removeprefix('main=')}"
    assert found(scratch) == [("fault", text, anew(shims))]


def test_a_file_of_somebody_else_in_the_launchers_place_is_not_mended_away(
    scratch: Scratch, shims: Path
) -> None:
    launcher = shims / ".axium-shim"
    launcher.write_text("mine")

    ((state, text, _fix),) = found(scratch, "--fix")

    assert (state, launcher.read_text()) == ("fault", "mine")
    assert text.endswith(f"not mended: `{launcher}`")


def test_a_shim_of_a_command_that_is_not_wrapped_any_more(scratch: Scratch, shims: Path) -> None:
    scratch.run("axium", "wrapper", "remove", "terraform", check=True)
    scratch.run("axium", "wrapper", "add", "kubectl", "env --", check=True)

    missing = ("note", "none of: kubectl", "`axium shim install`")
    text = "not wrapped any more: terraform"
    assert found(scratch) == [("warning", text, "`axium shim remove terraform`"), missing]
    assert found(scratch, "--fix") == [("good", f"{text}: mended", ""), missing]
    assert sorted(path.name for path in shims.iterdir()) == [".axium-shim", "aws"]


def test_a_tool_that_is_found_before_its_shim_is_a_fault(scratch: Scratch, shims: Path) -> None:
    fix = "put it there in your shell's start file: `axium shim install` says the line"
    text = f"{shims} is not first on PATH: `aws` is {scratch.bin}/aws there"
    behind = scratch.environ["PATH"].removeprefix(f"{shims}:")
    for path in (behind, f"{behind}:{shims}"):
        assert found(scratch, path=path) == [("fault", text, fix)]


def test_a_directory_of_ones_own_choice_is_looked_at_where_path_has_it(
    scratch: Scratch, shims: Path
) -> None:
    chosen = scratch.user / "chosen"
    scratch.run("axium", "shim", "install", "--dir", str(chosen), check=True)
    launcher = chosen / ".axium-shim"
    launcher.write_text(launcher.read_text().replace("__main__.py", "gone.py"))
    gone = launcher.read_text().partition("main=")[2].partition("\n")[0]

    found_there = found(scratch, path=f"{scratch.environ['PATH']}:{chosen}")

    text = f"those in {chosen} run nothing: {gone} is gone"
    assert found_there == [*good(shims), ("fault", text, anew(chosen))]
