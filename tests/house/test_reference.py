"""The generated reference is current, whole, and says so when it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import axium.daemon.commands  # noqa: F401  (registers every command)
from axium.wire.registry import registry

DOCS = Path(__file__).parents[2] / "docs"


def generate(docs: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the generator that is in `docs`."""
    return subprocess.run(
        [sys.executable, docs / "generate.py", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generator and its pages in a place of their own."""
    shutil.copy(DOCS / "generate.py", tmp_path)
    shutil.copytree(DOCS / "reference", tmp_path / "reference")
    return tmp_path


def test_the_reference_is_current() -> None:
    done = generate(DOCS, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_that_is_not_current_fails_with_the_difference(copy: Path) -> None:
    page = copy / "reference" / "wire.md"
    page.write_text(page.read_text().replace("### `ping`", "### `pong`"))
    done = generate(copy, "--check")
    assert (done.returncode, done.stderr) == (
        1,
        "✗ the reference is not current: `make docs` writes it\n",
    )
    assert {"-### `pong`", "+### `ping`"} <= set(done.stdout.splitlines())


def test_writing_makes_the_reference_current_and_takes_away_what_is_of_no_type(copy: Path) -> None:
    (copy / "reference" / "events.md").unlink()
    (copy / "reference" / "old.md").write_text("")
    written, checked = generate(copy), generate(copy, "--check")
    assert (written.returncode, checked.returncode) == (0, 0)
    assert not (copy / "reference" / "old.md").exists()


def test_every_spelling_of_every_command_is_in_the_schema_and_on_the_page() -> None:
    schema = json.loads((DOCS / "reference" / "wire.schema.json").read_text())
    page = (DOCS / "reference" / "wire.md").read_text()
    requests = [schema["$defs"][ref["$ref"].rpartition("/")[2]] for ref in schema["oneOf"]]
    tags = [request["properties"]["cmd"]["enum"][0] for request in requests]
    assert sorted(tags) == list(registry.names())
    assert [name for name in registry.names() if f"`{name}`" not in page] == []
