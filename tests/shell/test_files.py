"""The files themselves: every shell can parse its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.shell.scene import SHELL_FILES
from tests.support import Scratch

CHECKS = {
    ".bash": ["bash", "-n"],
    ".sh": ["sh", "-n"],
    ".zsh": ["zsh", "-n"],
    ".fish": ["fish", "--no-config", "-n"],
}
FILES = [file for file in sorted(SHELL_FILES.glob("*/*.*")) if shutil.which(CHECKS[file.suffix][0])]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_file_parses(scratch: Scratch, file: Path) -> None:
    done = scratch.run(*CHECKS[file.suffix], file)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
