"""Every example of the documentation is typed as it stands, and prints what the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs.page import blocks
from tests.docs.reader import Reader
from tests.support import Scratch, Terminal, Tmux

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [page for page in sorted(DOCS.glob("*.md")) if "```console" in page.read_text()]


@pytest.fixture
def reader(scratch: Scratch, tmux: Tmux, terminal: Terminal) -> Iterator[Reader]:
    with closing(Reader(scratch, tmux, terminal)) as reader:
        yield reader


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_print_what_it_shows(page: Path, reader: Reader) -> None:
    for block in blocks(page):
        assert reader.follow(block) == block.text
