"""What the documents name is there, and the lock files hold what they promise."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_documents_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "peers.txt"])
def test_every_locked_version_has_its_hashes_and_no_address(name: str) -> None:
    text = (PROJECT / "requirements" / name).read_text()
    entries = text.replace("\\\n", "").splitlines()
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "://" in entry] == []


def test_what_runs_is_locked_at_the_versions_it_is_tested_with() -> None:
    run, dev = (
        set((PROJECT / "requirements" / name).read_text().replace("\\\n", "").splitlines())
        for name in ("run.txt", "dev.txt")
    )
    assert run <= dev


def test_every_dependency_is_accounted_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[<>=]", wanted)[0] for wanted in project["dependencies"]]
    page = (PROJECT / "docs" / "dependencies.md").read_text()
    assert [name for name in names if f"| {name} |" not in page] == []
