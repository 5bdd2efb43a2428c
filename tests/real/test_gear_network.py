"""A gear whose `net` is a list: what it reaches, by whatever it uses sockets with, and what not."""

from __future__ import annotations

import http.server
import json
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.real.gears import Geared
from tests.support import Scratch, until
from tests.support.scratch import VENV_BIN

HERE = "127.0.0.1"

MANIFEST = """
    permissions:
      net:
        - localhost:{port}
        - 127.0.0.1:{silent}
        - listen:127.0.0.1:{own}
        - listen:127.0.0.1:{other}
"""

MAIN = '''
import asyncio, http.client, json, socket, ssl, threading
from concurrent.futures import ThreadPoolExecutor
from axium.core import api

PORT, SILENT, OWN, OTHER = {port}, {silent}, {own}, {other}
PLACES = [("localhost", PORT), ("127.0.0.1", SILENT)]
CONTEXT = ssl.create_default_context(cadata={certificate!r})


def by_http():
    connection = http.client.HTTPConnection("localhost", PORT)
    connection.sock = CONTEXT.wrap_socket(
        api.connect("localhost", PORT), server_hostname="localhost"
    )
    connection.request("GET", "/by-http")
    return connection.getresponse().read().decode()


def by_asyncio():
    async def main():
        reader, writer = await asyncio.open_connection(
            sock=api.connect("LOCALHOST", PORT), ssl=CONTEXT, server_hostname="localhost"
        )
        writer.write(b"GET /by-asyncio HTTP/1.0\\r\\n\\r\\n")
        answer = await reader.read()
        writer.close()
        return answer.decode().rpartition("\\r\\n")[2]

    return asyncio.run(main())


def by_threads():
    def port(place):
        with api.connect(*place) as connected:
            return connected.getpeername()[1]

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(port, PLACES * 16)) == [PORT, SILENT] * 16


def elsewhere():
    with api.connect("localhost", PORT) as handed:
        handed.connect(("127.0.0.1", PORT))


def outcome(deed):
    try:
        found = deed()
    except OSError as error:
        return type(error).__name__
    return found


def asked():
    return {{
        "by_http": outcome(by_http),
        "by_asyncio": outcome(by_asyncio),
        "by_threads": outcome(by_threads),
        "timeout": outcome(lambda: api.connect("localhost", PORT, timeout=3).gettimeout()),
        "not listed": outcome(lambda: api.connect("127.0.0.1", PORT)),
        "no port of it": outcome(lambda: api.listen(PORT)),
        "alone": outcome(socket.socket),
        "by name": outcome(lambda: socket.create_connection(("localhost", PORT))),
        "elsewhere": outcome(elsewhere),
    }}


async def serve(port):
    async def echo(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(echo, sock=api.listen(port)) as server:
        await server.serve_forever()


def register(app, events):
    events.on("env_change", lambda new_env: print(json.dumps(asked())))
    events.on("daemon_ready", threading.Thread(target=asyncio.run, args=(serve(OWN),)).start)

    @app.command()
    def reach():
        """Tell what can be reached."""
        print(json.dumps(asked()))

    @app.command()
    def serve_here():
        """Answer each line with itself."""
        asyncio.run(serve(OTHER))
'''

REACHED: dict[str, Any] = {
    "by_http": "/by-http",
    "by_asyncio": "/by-asyncio",
    "by_threads": True,
    "timeout": 3.0,
    "not listed": None,
    "no port of it": None,
    "alone": "PermissionError",
    "by name": "gaierror",
    "elsewhere": "PermissionError",
}


class _Told(http.server.BaseHTTPRequestHandler):
    """Answers with the path that was asked for."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_words: Any) -> None:
        return


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for `localhost`, in one file."""
    both = tmp_path / "both.pem"
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    argv += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    argv += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(both), "-out", "-"]
    said = subprocess.run(argv, check=True, capture_output=True, timeout=10).stdout
    with both.open("ab") as file:
        file.write(said)
    return both


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """That of a server with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with http.server.ThreadingHTTPServer((HERE, 0), _Told) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


class Reaching(Geared):
    """A daemon with a gear that reaches two servers, and may listen at two ports of its own."""

    def __init__(self, scratch: Scratch, servers: tuple[int, int], certificate: Path) -> None:
        text = certificate.read_text()
        self.own, self.other = _free_ports(2)
        ports = {"port": servers[0], "silent": servers[1], "own": self.own, "other": self.other}
        shown = text[text.index("-----BEGIN CERTIFICATE") :]
        main = MAIN.format(**ports, certificate=shown)
        super().__init__(scratch, reaching=(MANIFEST.format(**ports), main))
        assert self.gear("reaching")["error"] is None


def _free_ports(count: int) -> list[int]:
    """Ports at which nobody listens."""
    with ExitStack() as held:
        made = [held.enter_context(socket.create_server((HERE, 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in made]


@pytest.fixture
def daemon(scratch: Scratch, port: int, certificate: Path) -> Iterator[Reaching]:
    """One with the gear `reaching`."""
    with socket.create_server((HERE, 0)) as silent:
        started = Reaching(scratch, (port, silent.getsockname()[1]), certificate)
        yield started
        started.close()


def echoed(port: int) -> bytes | None:
    """What a line is answered with; None where nobody listens."""
    try:
        with socket.create_connection((HERE, port), 5) as client:
            client.sendall(b"line\n")
            return client.recv(100)
    except ConnectionRefusedError:
        return None


def test_a_gear_reaches_what_its_list_has_and_nothing_else(daemon: Reaching) -> None:
    assert daemon.ask("set_env", value="root")["ok"]
    until(lambda: "by_http" in daemon.log("reaching"))
    said = next(line for line in daemon.log("reaching").splitlines() if "by_http" in line)
    assert json.loads(said[said.index("{") :]) == REACHED


def test_a_gear_serves_at_a_port_of_its_list_as_long_as_it_is_loaded(daemon: Reaching) -> None:
    until(lambda: echoed(daemon.own) == b"line\n")
    assert daemon.ask("unload_gear", gear="reaching")["ok"]
    until(lambda: echoed(daemon.own) is None)


def test_a_gears_command_reaches_the_same(daemon: Reaching, scratch: Scratch) -> None:
    done = scratch.axium("reach")
    assert (done.returncode, done.stderr.count("`connect`"), json.loads(done.stdout)) == (
        0,
        1,
        REACHED,
    )


def test_a_gears_command_serves_until_it_ends(daemon: Reaching, scratch: Scratch) -> None:
    argv = [str(VENV_BIN / "axium"), "serve-here"]
    with subprocess.Popen(argv, env=scratch.environ, stderr=subprocess.DEVNULL) as command:
        until(lambda: echoed(daemon.other) == b"line\n")
        command.send_signal(signal.SIGINT)
    assert echoed(daemon.other) is None
