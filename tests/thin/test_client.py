"""One round trip: what the server says, and every way in which it can fail, in bounded time."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from axium.thin.client import addressed, ask, ask_handed, ask_line
from tests.support import Scratch
from tests.thin.speaker import Speaker


def test_an_answer_comes_whole(scratch: Scratch) -> None:
    large = b"x" * 1_000_000 + b"\n"
    with Speaker(scratch.socket, lambda _line: large) as server:
        assert ask(b"HUD\n", str(scratch.socket)) == large
    assert server.asked == [b"HUD\n"]


def test_an_answer_may_hold_newlines_where_it_ends_with_the_connection(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda _line: b"a\nb\n"):
        assert ask(b"PLAN\n", str(scratch.socket), ends=b"") == b"a\nb\n"


def test_a_descriptor_comes_with_the_reply_that_hands_it_over(scratch: Scratch) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"handed")
    os.close(writing)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(scratch.socket))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                socket.send_fds(connection, [b"{"], [reading])
                connection.sendall(b'"ok": true}\n')

        server = threading.Thread(target=serve)
        server.start()
        answer, descriptor = ask_handed(b"{}\n", str(scratch.socket), 5.0)
        server.join()
    os.close(reading)
    assert answer == b'{"ok": true}\n'
    assert descriptor is not None
    assert os.get_inheritable(descriptor) is False
    with open(descriptor, "rb") as file:
        assert file.read() == b"handed"


def test_a_reply_may_hand_nothing_over(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda _line: b'{"ok": false}\n'):
        assert ask_handed(b"{}\n", str(scratch.socket), 5.0) == (b'{"ok": false}\n', None)


def test_no_socket_and_a_stale_socket_are_told_apart_by_type(scratch: Scratch) -> None:
    with pytest.raises(FileNotFoundError):
        ask(b"HUD\n", str(scratch.socket))
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(scratch.socket))
    with pytest.raises(ConnectionRefusedError):
        ask(b"HUD\n", str(scratch.socket))


def test_a_server_that_never_answers_costs_the_timeout_and_no_more(scratch: Scratch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(scratch.socket))
        silent.listen()
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            ask(b"HUD\n", str(scratch.socket), 0.2)
        assert 0.2 <= time.monotonic() - begun < 1.0


def test_a_drip_of_bytes_does_not_extend_the_timeout(scratch: Scratch) -> None:
    stop = threading.Event()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(scratch.socket))
        listening.listen()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                while not stop.wait(0.02):
                    connection.send(b"x", socket.MSG_NOSIGNAL)

        thread = threading.Thread(target=drip)
        thread.start()
        begun = time.monotonic()
        try:
            with pytest.raises(TimeoutError):
                ask(b"HUD\n", str(scratch.socket), 0.3)
            assert time.monotonic() - begun < 1.0
        finally:
            stop.set()
            thread.join()


def test_a_full_backlog_is_waited_for(scratch: Scratch) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(scratch.socket))
        listening.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(str(scratch.socket))  # the only place in the queue
            answers: list[bytes] = []
            asking = threading.Thread(
                target=lambda: answers.append(ask(b"HUD\n", str(scratch.socket), 5.0))
            )
            asking.start()
            listening.accept()[0].close()
            connection, _ = listening.accept()
            with connection:
                assert connection.recv(100) == b"HUD\n"
                connection.sendall(b"fine\n")
            asking.join()
    assert answers == [b"fine\n"]


def test_a_path_too_long_for_a_socket_address_works(scratch: Scratch, tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 20) / ("deeper" * 20)
    home.mkdir(parents=True)
    (home / "daemon.sock").symlink_to(scratch.socket)
    with Speaker(scratch.socket, lambda _line: b"fine\n"):
        assert ask(b"HUD\n", str(home / "daemon.sock")) == b"fine\n"


@pytest.mark.parametrize("answer", [b"", b"half", b"ERR: busy\n", b'{"ok": false}\n'])
def test_what_is_no_answer_to_a_text_verb_is_an_error(scratch: Scratch, answer: bytes) -> None:
    with (
        Speaker(scratch.socket, lambda _line: answer),
        pytest.raises(ConnectionError, match="answered"),
    ):
        ask_line(b"HUD\n", str(scratch.socket))


@pytest.mark.parametrize(
    ("pane", "environ", "line"),
    [
        (None, {}, b"ENV\n"),
        (None, {"TMUX": "/s,1,0"}, b"ENV\n"),
        ("%1", {}, b"ENV %1\n"),
        ("%1", {"TMUX": "/s p,1,0"}, b"ENV %1 /s p,1\n"),
        ("work:%1", {"TMUX": "/s,1,0"}, b"ENV work:%1\n"),
    ],
)
def test_a_pane_is_asked_for_with_its_server(
    pane: str | None, environ: dict[str, str], line: bytes
) -> None:
    assert addressed("ENV", pane, environ) == line


@pytest.mark.parametrize("pane", ["", " ", "%1 %2", "%1\nSTOP", "%1\t"])
def test_what_would_change_the_line_is_no_pane(pane: str) -> None:
    with pytest.raises(ValueError, match="not the id of a pane"):
        addressed("ENV", pane, {})


def test_a_server_with_a_newline_is_refused() -> None:
    with pytest.raises(ValueError, match="not the id of a pane"):
        addressed("ENV", "%1", {"TMUX": "/s\nSTOP,1,0"})
