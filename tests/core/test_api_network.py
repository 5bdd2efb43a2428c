"""Sockets of the API, for those who make them themselves: spokes and the user's own scripts."""

from __future__ import annotations

import logging
import socket

import pytest

from axium.core import api


def test_whoever_may_make_sockets_connects_and_listens_without_a_daemon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    listening = api.listen(port)
    assert listening is not None
    connected = api.connect("localhost", port, timeout=3)
    assert connected is not None
    with listening, connected:
        theirs, _address = listening.accept()
        with theirs:
            theirs.sendall(b"hello")
            assert (connected.recv(5), connected.gettimeout()) == (b"hello", 3)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_none_and_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert (api.connect("localhost", port), api.listen(port)) == (None, None)
    assert caplog.messages == [
        f"`{name}`: {port} is no port: 1 to 65535 are" for name in ("connect", "listen")
    ]
