"""A daemon with a link to the server in TrueNAS's place, and clients that do without a daemon."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from websockets.sync.client import ClientConnection, connect

from benchmarks.kit.axiumd import Axiumd, Connection, daemon
from benchmarks.kit.bench import scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from tests.support.scratch import Scratch
from tests.support.servers.truenas import KEY, USER, TrueNas

ITERATIONS = 500_000
"""Of SCRAM: what TrueNAS asks for."""

FRESH = Path(__file__).resolve().parent / "fresh_client.py"

AUTHS = {"key": "truenas-key", "scram": "truenas-scram"}


class Linked(NamedTuple):
    """What is measured: links `key` and `scram` lead to the same server."""

    scratch: Scratch
    axium: Axiumd
    nas: TrueNas

    def fresh(self, style: str, method: str) -> list[str]:
        """A client that connects and logs in for one call, as a command line."""
        return [sys.executable, "-I", str(FRESH), self.nas.uri, style, USER, KEY, method]

    def keeper_pid(self) -> int:
        """The process that keeps the connections."""
        connection = self.axium.connect()
        pid: int = connection.do("link_status")["pid"]
        connection.close()
        return pid


@contextmanager
def linked() -> Iterator[Linked]:
    """A daemon whose links are connected."""
    with (
        scratch_home(envs_yaml(), prefixes_yaml()) as scratch,
        closing(TrueNas(logins=1_000_000, iterations=ITERATIONS)) as nas,
    ):
        secret = scratch.root / "secret"
        secret.write_text(KEY)
        secret.chmod(0o600)
        (scratch.home / "links.yaml").write_text(_links_yaml(nas.uri, f"file:{secret}"))
        with daemon(scratch) as axium:
            connection = axium.connect()
            for name in AUTHS:
                called(connection, "core.ping", link=name)
            connection.close()
            yield Linked(scratch, axium, nas)


def _links_yaml(uri: str, secret: str) -> str:
    rows = [
        f"  {name}: {{uri: '{uri}', auth: {auth}, user: {USER}, secret: '{secret}'}}"
        for name, auth in AUTHS.items()
    ]
    return "\n".join(["links:", *rows]) + "\n"


def called(connection: Connection, method: str, *params: Any, link: str = "key") -> Any:
    """The result of a call through the daemon."""
    return connection.do("call", link=link, method=method, params=list(params))["result"]


@contextmanager
def bare(nas: TrueNas) -> Iterator[ClientConnection]:
    """A client's own connection, logged in and kept."""
    with connect(nas.uri, compression=None, max_size=None) as socket:
        assert asked(socket, "auth.login_with_api_key", KEY) is True
        yield socket


def asked(socket: ClientConnection, method: str, *params: Any) -> Any:
    """The result of a call over it."""
    socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    return json.loads(socket.recv())["result"]
