"""However axium was installed and is called, its launcher keeps the start at `-I -S -E`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import hatchling
import pytest

PROJECT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
RECORDER = """
import json, os, sys
flags = sys.flags
print(json.dumps({
    "start": [flags.isolated, flags.no_site, flags.ignore_environment],
    "args": [os.fsencode(word).hex() for word in sys.argv[1:]],
    "main": os.path.realpath(__file__),
    "python": os.path.basename(sys.executable),
}))
"""

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
UV = (str(TOOLS / "uv"), "-q", "--offline", "--no-config", "pip")
WITHOUT_NETWORK = ("--no-index", "--no-deps")


def run(*argv: str | Path, **environ: str) -> str:
    env = {"PATH": f"{TOOLS}:{os.environ['PATH']}", "HOME": os.environ["HOME"], **environ}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def seen(*argv: str | Path, **environ: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(*argv, **environ))
    return report


def fast(packages: Path, *args: str) -> dict[str, Any]:
    """What the recorder reports when it was started as the launcher is meant to start it."""
    return {
        "start": [1, 1, 1],
        "args": [word.encode().hex() for word in args],
        "main": str((packages / "axium" / "__main__.py").resolve()),
        "python": PYTHON,
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project, with a `__main__` that tells how it was started."""
    copy = tmp_path_factory.mktemp("a project")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, copy)
    shutil.copytree(PROJECT / "packaging", copy / "packaging", symlinks=True)
    package = copy / "src" / "axium"
    package.mkdir(parents=True)
    shutil.copy(PROJECT / "src/axium/__init__.py", package)
    (package / "__main__.py").write_text(RECORDER)
    return copy


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-build-isolation", "--no-deps", "-w", directory, project)
    return next(directory.glob("axium_terminal-*.whl"))


def make_venv(parent: Path) -> Path:
    """An empty virtual environment in a directory with blanks in its name."""
    directory = parent / "a venv"
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    return directory


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    return make_venv(tmp_path)


def packages_of(venv: Path) -> Path:
    return venv / "lib" / PYTHON / "site-packages"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = make_venv(tmp_path_factory.mktemp("pip"))
    run(*PIP, "--python", venv / "bin/python", "install", *WITHOUT_NETWORK, wheel)
    return venv


@pytest.mark.parametrize("name", ["axium", "ax"])
def test_both_names_keep_the_start_and_every_argument(installed: Path, name: str) -> None:
    args = ("run", "two words", "", "-I", "*", "$HOME", "new\nline")
    assert seen(installed / "bin" / name, *args) == fast(packages_of(installed), *args)


def test_a_wheel_installed_by_uv_keeps_the_start(venv: Path, wheel: Path) -> None:
    run(*UV, "install", *WITHOUT_NETWORK, "--python", venv / "bin/python", wheel)
    assert seen(venv / "bin" / "axium") == fast(packages_of(venv))


def test_pip_compiles_the_bytecode(installed: Path) -> None:
    compiled = packages_of(installed) / "axium" / "__pycache__"
    assert compiled.joinpath(f"__init__.{sys.implementation.cache_tag}.pyc").exists()


@pytest.mark.parametrize(
    "installer", [(*PIP, "--python", "PYTHON", "install"), (*UV, "install", "--python", "PYTHON")]
)
def test_an_editable_install_keeps_the_start(
    venv: Path, project: Path, installer: tuple[str, ...]
) -> None:
    install = [word.replace("PYTHON", str(venv / "bin" / "python")) for word in installer]
    run(*install, "--no-build-isolation", "--no-deps", "-e", project, **build_path())
    assert seen(venv / "bin" / "axium") == fast(project / "src")


def build_path() -> dict[str, str]:
    """`--no-build-isolation` builds with what the target has: lend it our hatchling."""
    return {"PYTHONPATH": str(Path(hatchling.__file__).parents[1])}


def test_a_symlink_to_a_symlink_keeps_the_start(installed: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first link", tmp_path / "second"
    first.symlink_to(installed / "bin" / "axium")
    second.symlink_to("first link")
    assert seen(second, "x") == fast(packages_of(installed), "x")


def test_a_symlinked_directory_keeps_the_start(installed: Path, tmp_path: Path) -> None:
    link = tmp_path / "bin"
    link.symlink_to(installed / "bin")
    assert seen(link / "axium") == fast(packages_of(installed))


def test_a_relative_call_finds_its_package(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(installed)
    assert seen("bin/axium") == fast(packages_of(installed))


def test_variables_of_python_change_nothing(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken from PYTHONPATH')")
    report = seen(installed / "bin" / "axium", PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    assert report == fast(packages_of(installed))


def test_an_install_without_an_interpreter_beside_it_keeps_the_start(
    wheel: Path, tmp_path: Path
) -> None:
    """`pip install --user` and the system's `/usr/local` look like that."""
    prefix = ("--prefix", tmp_path / "a prefix")
    # Without the first word pip would uninstall the axium that these tests run in.
    run(*PIP, "install", "--ignore-installed", *WITHOUT_NETWORK, *prefix, wheel)
    launcher = next(tmp_path.glob("a prefix/**/bin/axium"))
    assert seen(launcher) == fast(next(tmp_path.glob("a prefix/**/*-packages")))


def test_any_other_layout_is_found_by_an_ordinary_start(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    run(*PIP, "install", *WITHOUT_NETWORK, "--target", target, wheel)
    (tmp_path / "axium").mkdir()
    (tmp_path / "axium" / "__main__.py").write_text("raise SystemExit('taken from here')")
    monkeypatch.chdir(tmp_path)
    report = seen(target / "bin" / "axium", "x", PYTHONPATH=str(target))
    assert report | {"python": PYTHON} == fast(target, "x") | {"start": [0, 0, 0]}
