"""The tour of the README is true: its files, its commands, what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import Scratch
from tests.support.scratch import SYSTEM_PATH, VENV_BIN

README = (Path(__file__).parents[2] / "README.md").read_text()
RECORDER = """\
#!/bin/sh
printf '%s\\n' "${0##*/} $*" "region: $AWS_REGION"
"""


START_LINES = re.findall(r"^    echo '(.*)' >> ~/(\S+)$", README, re.MULTILINE)
SHELLS = {
    ".bashrc": ["bash", "--noediting", "-i"],
    ".zshrc": ["zsh", "-i", "-o", "no_zle"],
    ".config/fish/config.fish": ["fish", "--interactive"],
}


@pytest.fixture
def tour(scratch: Scratch) -> Scratch:
    """A home with the files that the README shows, and its tools."""
    envs, prefixes = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (scratch.home / "envs.yaml").write_text(envs)
    (scratch.home / "prefixes.yaml").write_text(prefixes)
    for name in ("aws", "terraform", "wrapx"):
        scratch.tool(name, RECORDER)
    return scratch


def test_the_files_of_the_tour_have_no_fault(tour: Scratch) -> None:
    tour.axium("daemon", "start")
    assert tour.axium("-v", "daemon", "reload").stderr == "✓ everything was read again\n"


def test_the_commands_of_the_tour_do_what_it_says(tour: Scratch) -> None:
    said = [
        tour.axium(*line.split()).stdout
        for line in ("env set prod --global", "env get", "run aws s3 ls", "run terraform plan")
    ]
    assert said == [
        "",
        "prod\n",
        "wrapx exec prod -- aws s3 ls\nregion: \n",
        "terraform plan\nregion: eu-west-1\n",
    ]
    assert tour.axium("hud").stdout.startswith("[axium] env:prod  uptime:")


def test_explain_names_the_file_and_line_of_each_part(tour: Scratch) -> None:
    tour.axium("env", "set", "prod", "--global")
    told = tour.axium("explain", "--", "aws", "s3", "ls").stdout
    assert re.findall(r"(\S+ +\w+\.yaml:\d+):", told) == [
        "rule         prefixes.yaml:2",
        "wrapx  envs.yaml:7",
        "exec   envs.yaml:7",
        "prod   envs.yaml:7",
        "--     envs.yaml:7",
    ]


@pytest.mark.parametrize(("line", "file"), START_LINES)
def test_the_line_of_a_shell_is_all_that_its_start_file_needs(
    scratch: Scratch, line: str, file: str
) -> None:
    local = scratch.user / ".local/bin"
    local.mkdir(parents=True)
    (local / "axium").symlink_to(VENV_BIN / "axium")  # on no PATH but by that line
    (scratch.user / ".local/share/fish/generated_completions").mkdir(parents=True)
    (scratch.user / file).parent.mkdir(parents=True, exist_ok=True)
    (scratch.user / file).write_text(f"PS1=\n{line}\n" if ".fish" not in file else f"{line}\n")
    scratch.tool("aws", RECORDER)
    around = {"PATH": f"{scratch.bin}:{SYSTEM_PATH}", "FISH_UNIT_TESTS_RUNNING": "1"}
    words = ("env set builder", "env get", "wrapper list")
    typed = "".join(f"axium {line}\n" for line in words) + "type aws | head -n 1\n"

    printed = scratch.run(*SHELLS[file], env=around, stdin=typed).stdout

    lines = [line for line in printed.splitlines() if line]
    assert (lines[:3], "function" in lines[3]) == (["builder", "aws", "terraform"], True)


def test_there_is_a_line_for_each_shell() -> None:
    assert [file for _, file in START_LINES] == [*SHELLS]
