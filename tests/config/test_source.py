"""A file is read without waiting, or it is a fault."""

import os
import socket
from pathlib import Path

import pytest

from axium.config.source import MAX_BYTES, Unreadable, read_text


def fault_of(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read_text(str(path), "envs.yaml")
    return str(caught.value)


def test_the_text_of_a_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "envs.yaml"
    path.write_bytes("\ufeffä\r\n".encode())
    assert read_text(str(path), "envs.yaml") == "\ufeffä\r\n"


def test_a_symlink_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert read_text(str(tmp_path / "link"), "envs.yaml") == "x"


def test_nothing_there_is_told_by_the_builtin_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_text(str(tmp_path / "none"), "envs.yaml")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert fault_of(tmp_path) == "envs.yaml:1:1: expected a file, found a directory"


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert fault_of(tmp_path / "fifo") == "envs.yaml:1:1: expected a file, found a FIFO"


def test_a_device_is_no_file() -> None:
    assert fault_of(Path("/dev/zero")) == "envs.yaml:1:1: expected a file, found a device"


def test_a_socket_can_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        assert fault_of(Path("s")) == "envs.yaml:1:1: can't be read: no such device or address"


def test_a_circle_of_symlinks_can_not_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    expected = "envs.yaml:1:1: can't be read: too many levels of symbolic links"
    assert fault_of(tmp_path / "a") == expected


def test_a_file_without_permission_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "envs.yaml"
    path.touch(mode=0)
    assert _in_a_child_without_privileges(path) == (
        "envs.yaml:1:1: can't be read: permission denied"
    )


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "envs.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 1000)
    expected = "envs.yaml:1:1: is larger than 1 MiB, which no configuration is"
    assert fault_of(path) == expected


def test_a_byte_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "envs.yaml"
    path.write_bytes("a: 1\nä: ".encode() + b"\xff\n")
    assert fault_of(path) == "envs.yaml:2:4: byte 0xff is not UTF-8"


def _in_a_child_without_privileges(path: Path) -> str:
    """Return the fault that somebody who is not root meets; root may read everything."""
    directory = os.open(path.parent, os.O_RDONLY)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.fchdir(directory)
        if os.geteuid() == 0:
            os.setuid(65534)
        os.write(writing, fault_of(Path(path.name)).encode())
        os._exit(0)
    os.close(writing)
    os.close(directory)
    with os.fdopen(reading) as answer:
        said = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return said
