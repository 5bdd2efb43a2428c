"""Where secrets come from, and what is refused there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axium.links import secrets
from axium.links.secrets import Unreadable, read

AROUND = {"PATH": "/usr/bin:/bin", "BYTES": "hunter\udcff"}


def keep(path: Path, text: str, mode: int = 0o600) -> Path:
    """A file with a secret."""
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_variable() -> None:
    assert read("env:KEY", {"KEY": "hunter2"}).text == "hunter2"


@pytest.mark.parametrize("text", ["hunter2", "hunter2\n", "hunter2\r\n"])
def test_a_file_without_its_last_line_break(tmp_path: Path, text: str) -> None:
    assert read(f"file:{keep(tmp_path / 'k', text)}", AROUND).text == "hunter2"


def test_a_file_in_the_home(tmp_path: Path) -> None:
    keep(tmp_path / "k", "hunter2")
    assert read("file:~/k", {"HOME": str(tmp_path)}).text == "hunter2"


def test_what_a_program_prints_run_without_a_shell() -> None:
    assert read("cmd:echo '$HOME;  x'", AROUND).text == "$HOME;  x"


def test_a_keyring_is_asked_by_its_program(tmp_path: Path) -> None:
    tool = tmp_path / "secret-tool"
    tool.write_text('#!/bin/sh\necho "$*"\n')
    tool.chmod(0o755)
    found = read("keyring:nas/ann", {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert found.text == "lookup service nas username ann"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("env:KEY", "`KEY` is not set"),
        ("file:relative", "no absolute path"),
        ("file:/nonexistent", "No such file"),
        ("file:/dev/null", "is no file"),
        ("cmd:false", "`false` ended with 1"),
        ("cmd:nosuchprogram x", "can't be run"),
        ("cmd:echo 'a", "can't be split"),
        ("cmd:true", "is empty"),
        ("cmd:printf 'a\\nb'", "more than one line"),
        ("cmd:printf '\\377'", "not UTF-8"),
        ("env:BYTES", "the variable `BYTES` is not UTF-8"),
        ("cmd:yes", "what `yes` printed has more than 65536 bytes"),
        ("cmd:sh -c 'exec >&-; sleep 60'", "took longer"),
    ],
)
def test_a_secret_that_can_not_be_had(
    monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECS", 1.0)
    with pytest.raises(Unreadable, match=said):
        read(source, AROUND)


def test_a_file_that_is_longer_than_a_secret_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path / "k", "x" * 70_000)
    with pytest.raises(Unreadable, match="more than 65536 bytes"):
        read(f"file:{path}", AROUND)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = keep(tmp_path / "k", "hunter2", mode)
    with pytest.raises(Unreadable, match="chmod 600") as raised:
        read(f"file:{path}", AROUND)
    assert "hunter2" not in str(raised.value)


def test_a_pipe_does_not_hang_the_login(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "k", 0o600)
    with pytest.raises(Unreadable, match="is no file"):
        read(f"file:{tmp_path / 'k'}", AROUND)


def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECS", 0.2)
    with pytest.raises(Unreadable, match="took longer"):
        read("cmd:sleep 60", AROUND)


def test_what_a_program_says_beside_its_output_is_not_repeated() -> None:
    with pytest.raises(Unreadable) as raised:
        read("cmd:sh -c 'echo hunter2 >&2; exit 3'", AROUND)
    assert str(raised.value) == "`sh` ended with 3"
