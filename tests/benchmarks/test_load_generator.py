"""The load generator tells right replies from wrong ones."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Thread
from typing import Any

import pytest

from benchmarks.kit.bench import native

COUNT = 200


@contextmanager
def answering(path: Path, reply: Callable[[bytes], bytes]) -> Iterator[None]:
    """A server that answers each line with `reply(line)`."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # the generator leaves in the middle of a reply
                for line in self.rfile:
                    self.wfile.write(reply(line))

    class Server(ThreadingUnixStreamServer):
        request_queue_size = 64

    with Server(str(path), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


def run_load(path: Path, *options: str, request: str) -> dict[str, Any]:
    argv: list[str | Path] = [
        native("load"),
        "--socket",
        path,
        "--warmup",
        "0",
        "--seconds",
        "5",
        "--group",
        "g",
    ]
    argv += ["--count", str(COUNT), *options, "--request", request]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20)
    group: dict[str, Any] = json.loads(done.stdout)["groups"]["g"]
    return {name: group[name] for name in ("wrong", "dropped")} | {
        "enough": group["requests"] >= COUNT
    }


def echo_id(line: bytes) -> bytes:
    return b'{"id":%d,"ok":true}\n' % json.loads(line)["id"]


def repeat_first_id(line: bytes) -> bytes:
    number = json.loads(line)["id"]
    return b'{"id":%d,"ok":true}\n' % (number - number % 2)


ID_REQUEST = '{"id": {id}, "cmd": "x"}\n'


@pytest.mark.parametrize(
    ("options", "request_line", "reply"),
    [
        (["--mode", "connect"], "x\n", lambda _line: b"fine\n"),
        (["--mode", "keep"], "x\n", lambda _line: b"fine\n"),
        (["--mode", "keep", "--depth", "8"], ID_REQUEST, echo_id),
        (["--mode", "keep", "--rate", "2000"], ID_REQUEST, echo_id),
        (["--mode", "keep", "--reply", "bulk"], "x\n", lambda _line: b"$4\r\nfi\nn\r\n"),
        (["--mode", "keep", "--expect", "2"], "{client}\n", lambda line: b"2" + line),
    ],
)
def test_right_replies_are_counted_as_right(
    tmp_path: Path, options: list[str], request_line: str, reply: Callable[[bytes], bytes]
) -> None:
    with answering(tmp_path / "s", reply):
        seen = run_load(tmp_path / "s", "--clients", "2", *options, request=request_line)
    assert seen == {"wrong": 0, "dropped": 0, "enough": True}


@pytest.mark.parametrize(
    ("options", "request_line", "reply"),
    [
        (["--expect", "fine"], "x\n", lambda _line: b"not so\n"),
        (["--mode", "keep"], ID_REQUEST, lambda _line: b'{"id":1,"ok":true}\n'),
        (["--mode", "keep", "--depth", "2"], ID_REQUEST, repeat_first_id),
        (["--mode", "keep"], "x\n", lambda _line: b"fine\nand more\n"),
        (["--mode", "keep", "--reply", "bulk"], "x\n", lambda _line: b"$-1\r\n"),
    ],
)
def test_a_wrong_reply_is_counted(
    tmp_path: Path, options: list[str], request_line: str, reply: Callable[[bytes], bytes]
) -> None:
    with answering(tmp_path / "s", reply):
        seen = run_load(tmp_path / "s", *options, request=request_line)
    assert seen["wrong"] >= COUNT // 2
