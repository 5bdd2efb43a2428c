"""The server that stands in for TrueNAS does what it is for: a bare client sees its limits."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect, unix_connect

from tests.support import until
from tests.support.servers.certificates import self_signed
from tests.support.servers.truenas import KEY, PASSWORD, USER, FaultKind, TrueNas

LIMIT = 64 * 1024


class Bare:
    """A client without any intelligence."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, method: str, *params: Any, number: int = 1) -> None:
        """A request."""
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.socket.send(json.dumps(body))

    def frame(self) -> Any:
        """The next frame."""
        return json.loads(self.socket.recv(timeout=10))

    def ask(self, method: str, *params: Any) -> Any:
        """A request, and the next frame."""
        self.send(method, *params)
        return self.frame()


@contextmanager
def bare(server: TrueNas, **settings: Any) -> Iterator[Bare]:
    """A connection to it."""
    with connect(server.uri, compression=None, max_size=None, **settings) as socket:
        yield Bare(socket)


@pytest.fixture
def nas() -> Iterator[TrueNas]:
    """One that wants no login."""
    with closing(TrueNas(needs_login=False)) as server:
        yield server


@pytest.fixture
def client(nas: TrueNas) -> Iterator[Bare]:
    """A client of it."""
    with bare(nas) as client:
        yield client


def test_a_request_of_the_largest_size_is_taken_and_a_larger_one_costs_the_connection(
    nas: TrueNas, client: Bare
) -> None:
    empty = len(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "test.echo", "params": [""]}))
    assert len(client.ask("test.echo", "x" * (LIMIT - empty))["result"]) == LIMIT - empty
    client.send("test.echo", "x" * (LIMIT - empty + 1))
    with pytest.raises(ConnectionClosed) as closed:
        client.frame()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    until(lambda: nas.counts["too large"] == 1)


def test_more_than_twenty_calls_at_once_are_refused(client: Bare) -> None:
    for number in range(21):
        client.send("test.sleep", 0.2, number=number)
    frames = [client.frame() for _ in range(21)]
    refused = {"code": -32000, "message": "Too many concurrent calls", "data": None}
    assert [frame["error"] for frame in frames if "error" in frame] == [refused]


def test_whoever_logs_in_too_often_is_locked_out_for_a_time() -> None:
    with closing(TrueNas(logins=3, login_secs=60, lockout=0.5)) as server:
        with bare(server) as client:
            answers = [client.ask("auth.login_with_api_key", KEY) for _ in range(5)]
            refused = [answer["error"]["data"]["reason"] for answer in answers[3:]]
            assert refused == ["Rate limit exceeded"] * 2
        assert server.counts["logins"] == 5


@pytest.mark.parametrize(
    ("mechanism", "fields"),
    [
        ("PASSWORD_PLAIN", {"username": USER, "password": PASSWORD}),
        ("API_KEY_PLAIN", {"username": USER, "api_key": KEY}),
    ],
)
def test_login_ex_takes_a_password_and_a_key(mechanism: str, fields: dict[str, str]) -> None:
    with closing(TrueNas()) as server, bare(server) as client:
        assert "error" in client.ask("core.ping")
        wrong = {**fields, "username": "nobody"}
        refused = client.ask("auth.login_ex", {"mechanism": mechanism, **wrong})
        assert refused["result"] == {"response_type": "AUTH_ERR"}
        taken = client.ask("auth.login_ex", {"mechanism": mechanism, **fields})
        assert taken["result"] == {"response_type": "SUCCESS"}
        assert client.ask("core.ping")["result"] == "pong"


@pytest.mark.parametrize("tells_added", [True, False])
def test_a_job_is_told_by_the_request_that_it_came_from(tells_added: bool) -> None:  # noqa: FBT001
    server = TrueNas(needs_login=False, tells_added=tells_added)
    with closing(server), bare(server) as client:
        client.ask("core.set_options", {"legacy_jobs": False})
        client.ask("core.subscribe", "core.get_jobs")
        client.send("test.job", 1, 0.01, number=77)
        first, *rest = [client.frame()["params"] for _ in range(3 if tells_added else 2)]
        assert first["msg"] == ("added" if tells_added else "changed")
        assert first["fields"]["message_ids"] == [77]
        assert rest[-1]["fields"]["state"] == "SUCCESS"
        assert client.frame() == {"jsonrpc": "2.0", "id": 77, "result": {"steps": 1}}


def test_an_older_server_answers_a_job_with_its_number() -> None:
    server = TrueNas(needs_login=False, is_old=True)
    with closing(server), bare(server) as client:
        assert client.ask("core.set_options", {"legacy_jobs": False})["error"]["code"] == -32601
        assert client.ask("test.job", 1, 0.01)["result"] == 1


@pytest.mark.parametrize("kind", ["drop", "drop within", "close"])
def test_a_fault_that_breaks_off_costs_the_answer(
    nas: TrueNas, client: Bare, kind: FaultKind
) -> None:
    nas.fault(kind, on="core.ping")
    client.send("core.ping")
    with pytest.raises(ConnectionClosed):
        client.frame()


@pytest.mark.parametrize("kind", ["late", "slow", "binary", "drop after"])
def test_a_fault_that_delays_leaves_the_answer_whole(
    nas: TrueNas, client: Bare, kind: FaultKind
) -> None:
    nas.fault(kind, on="core.ping", secs=0.2)
    assert client.ask("core.ping")["result"] == "pong"


def test_a_fault_happens_as_often_as_asked(nas: TrueNas, client: Bare) -> None:
    nas.fault("silence", on="core.ping", times=2)
    for number in (1, 2, 3):
        client.send("core.ping", number=number)
    assert client.frame()["id"] == 3


def test_a_frozen_server_keeps_its_connections(nas: TrueNas, client: Bare) -> None:
    nas.freeze()
    client.send("core.ping")
    with pytest.raises(TimeoutError):
        client.socket.recv(timeout=0.2)
    nas.thaw()
    assert client.frame()["result"] == "pong"


def test_it_comes_back_at_the_same_port(nas: TrueNas) -> None:
    nas.kill()
    with pytest.raises(ConnectionRefusedError), bare(nas):
        pass
    nas.revive()
    with bare(nas) as client:
        assert client.ask("core.ping")["result"] == "pong"


def test_it_speaks_tls_and_listens_at_unix_sockets(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    trusted = ssl.create_default_context(cafile=certificate.ca)
    server = TrueNas(needs_login=False, tls=certificate)
    with closing(server), bare(server, ssl=trusted) as client:
        assert client.ask("core.ping")["result"] == "pong"
    path = str(tmp_path / "nas.sock")
    server = TrueNas(needs_login=False, path=path)
    with closing(server), unix_connect(path, "ws://localhost/api/current") as socket:
        assert Bare(socket).ask("core.ping")["result"] == "pong"
