"""What `make` leans on: the interpreter that is chosen, the programs that are needed, the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def script(
    name: str, *args: str, path: Path, cwd: Path = PROJECT
) -> subprocess.CompletedProcess[str]:
    """Run a script of ours with nothing on PATH but `path`."""
    return subprocess.run(
        ["/bin/sh", PROJECT / "scripts" / name, *args],
        env={"PATH": str(path)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def program(directory: Path, name: str, text: str) -> None:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with the few tools that the scripts themselves use."""
    for name in ("id", "mktemp", "rm", "cat", "grep", "env"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def test_a_shim_is_seen_through_to_the_real_interpreter(tools: Path) -> None:
    program(tools, "python3.11", "exit 127  # a version that is not active")
    program(tools, "python3", f'exec "{sys.executable}" "$@"')
    found = Path(script("find-python", path=tools).stdout.strip())
    assert found.samefile(Path(sys.executable).resolve())


def test_a_machine_without_python_is_told_what_to_install(tools: Path) -> None:
    done = script("find-python", path=tools)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            "✗ no Python of 3.11 or newer on PATH\n"
            "  install one, on Debian and Ubuntu: apt-get install python3 python3-venv\n"
        ),
    )


def test_programs_that_are_there_cost_nothing(tools: Path) -> None:
    done = script("need", "cat", "grep=ggrep", path=tools)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_missing_programs_are_named_by_their_packages(tools: Path) -> None:
    done = script("need", "cat", "nosuch", "bwrap=bubblewrap", path=tools)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            "installing: nosuch bubblewrap\n"
            "✗ missing: nosuch bubblewrap\n"
            "  install them, on Debian and Ubuntu: apt-get install nosuch bubblewrap\n"
        ),
    )


def test_missing_programs_are_installed_where_nobody_has_to_be_asked(tools: Path) -> None:
    program(tools, "sudo", '[ "$1" = -n ] && shift && exec "$@"')
    program(tools, "apt-get", f'echo "$DEBIAN_FRONTEND $*" >>"{tools}/calls"')
    done = script("need", "nosuch", "bwrap=bubblewrap", path=tools)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        "installing: nosuch bubblewrap\n",
    )
    assert (tools / "calls").read_text() == (
        "noninteractive -qq update\n"
        "noninteractive -qq -y --no-install-recommends install nosuch bubblewrap\n"
    )


def test_what_may_not_stand_in_the_tree_is_named_with_its_line(tools: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for directory in ("src", "tests", "scripts", "packaging", ".ci", "docs", "requirements"):
        (tree / directory).mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "README.md"):
        (tree / name).touch()
    assert script("check-tree", path=tools, cwd=tree).returncode == 0

    path = Path("/", "root", "x")
    (tree / "src" / "a.py").write_text(f"x = 1\ny = '{path}'\n")
    done = script("check-tree", path=tools, cwd=tree)
    assert (done.returncode, done.stderr) == (
        1,
        f"src/a.py:2:y = '{path}'\n✗ a path of one machine\n",
    )


def test_the_scripts_are_executable() -> None:
    started = [PROJECT / ".ci/run", *(PROJECT / "scripts").glob("[!.]*")]
    wrong = [path for path in started if path.suffix == "" and not os.access(path, os.X_OK)]
    assert wrong == []
