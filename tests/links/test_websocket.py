"""Servers that speak WebSocket oddly, and names that lead nowhere: told, and got over."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from axium.links.definition import Link
from tests.links.guarded import Guarded
from tests.links.keeper import Keeper
from tests.support import until

Reply = Callable[[ServerConnection, int], None]


@contextmanager
def odd(reply: Reply) -> Iterator[str]:
    """A server that answers each request in its own way; its URI."""

    def handle(socket: ServerConnection) -> None:
        try:
            for data in socket:
                reply(socket, json.loads(data)["id"])
        except ConnectionClosed:
            return

    with _served(serve(handle, "127.0.0.1", 0, compression=None)) as uri:
        yield uri


@contextmanager
def _served(server: Server) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, name="odd server")
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
    finally:
        server.shutdown()
        thread.join()


def asked(keeper: Keeper, uri: str, **fields: Any) -> dict[str, Any]:
    """What a call gives."""
    keeper.define(Link(name="n", uri=uri, **fields))
    return keeper.call("n", "hello", timeout=3.0)


def result(request_id: int) -> str:
    """A reply."""
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "result": "x" * 3000})


@pytest.mark.parametrize("said", [b"", b"x", b"\xb2", b"9" * 100])
def test_a_pong_to_nothing_harms_nothing(keeper: Keeper, said: bytes) -> None:
    def reply(socket: ServerConnection, request_id: int) -> None:
        socket.pong(said)
        socket.send(result(request_id))

    with odd(reply) as uri:
        assert asked(keeper, uri)["result"] == "x" * 3000
        assert keeper.rows()["n"]["losses"] == 0


def test_a_message_in_many_pieces_is_one(keeper: Keeper) -> None:
    def reply(socket: ServerConnection, request_id: int) -> None:
        text = result(request_id)
        pieces = [text[place : place + 7] for place in range(0, len(text), 7)]
        socket.send(iter([*[""] * 100, *pieces, *[""] * 100]))

    with odd(reply) as uri:
        assert asked(keeper, uri)["result"] == "x" * 3000


def test_a_binary_message_is_taken_as_what_it_is(keeper: Keeper) -> None:
    def reply(socket: ServerConnection, request_id: int) -> None:
        socket.send(result(request_id).encode())

    with odd(reply) as uri:
        assert asked(keeper, uri)["result"] == "x" * 3000


def test_a_server_that_says_goodbye_is_told_with_its_reason(keeper: Keeper) -> None:
    def reply(socket: ServerConnection, _request_id: int) -> None:
        socket.close(4001, "hunter2 has no rights")

    with odd(reply) as uri:
        lost = asked(keeper, uri, auth="bearer", secret="env:PASSWORD")
        assert lost["code"] == "link_lost"
        assert lost["error"].endswith("the server closed it (4001): *** has no rights")


def test_a_handshake_that_repeats_the_secret_is_told_without_it(keeper: Keeper) -> None:
    def look(_socket: ServerConnection, _request: Request, response: Response) -> Response:
        del response.headers["Sec-WebSocket-Accept"]
        response.headers["Sec-WebSocket-Accept"] = "Bearer hunter2"
        return response

    server = serve(lambda _socket: None, "127.0.0.1", 0, process_response=look)
    with _served(server) as uri:
        down = asked(keeper, uri, auth="bearer", secret="env:PASSWORD")
    assert down["code"] == "link_down"
    assert "Bearer ***" in down["error"]
    assert "hunter2" not in f"{keeper.news} {keeper.rows()}"


@pytest.mark.parametrize(
    "uri", ["ws://a..b/", f"ws://{'l' * 70}.example/", "wss://.example/", "ws://nowhere.invalid/"]
)
def test_a_name_that_leads_nowhere_is_told(keeper: Keeper, uri: str) -> None:
    keeper.define(Link(name="n", uri=uri))
    call = keeper.begin("n", "hello", timeout=1.0)
    until(lambda: keeper.rows()["n"]["failures"])
    down = keeper.ended(call)
    assert down["code"] == "link_down"
    assert "the host can't be found" in down["error"]


def test_nobody_is_followed_elsewhere_from_a_unix_socket(keeper: Keeper, tmp_path: Any) -> None:
    path = str(tmp_path / "s.sock")
    thief = Guarded()
    server = Guarded(elsewhere=thief.uri, path=path)
    try:
        down = asked(keeper, f"ws+unix://{path}")
        assert "HTTP 302" in down["error"]
        assert thief.seen == []
    finally:
        server.close()
        thief.close()
