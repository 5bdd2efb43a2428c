"""Links to real servers: each style to log in, jobs, events, answers out of order, restarts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.real.links import Links
from tests.support import Daemon, Scratch, until
from tests.support.servers.aria2 import PASSWORD, TOKEN, USER, Aria2
from tests.support.servers.certificates import self_signed
from tests.support.servers.ganache import Ganache
from tests.support.servers.moonraker import Moonraker
from tests.support.servers.program import Program
from tests.support.servers.pylsp import FIRST_CALL, Pylsp

S = TypeVar("S", bound=Program)

IDENTIFY = (
    'first-call server.connection.identify {"client_name": "axium", "version": "1",'
    ' "type": "other", "url": "http://none.example", "api_key": "{{secret}}"}'
)

SIZE = 2_000_000
"""Of a file that takes aria2 about four seconds."""


@pytest.fixture
def links(scratch: Scratch, daemon: Daemon) -> Links:
    """The links of a daemon that has none yet."""
    return Links(scratch, daemon)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is closed at the end."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def site(stack: ExitStack, tmp_path: Path) -> str:
    """Where files of the test can be fetched; `file` is there."""
    root = tmp_path / "site"
    root.mkdir()
    (root / "file").write_bytes(bytes(range(250)) * (SIZE // 250))
    handler = partial(_Silent, directory=str(root))
    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
        """Nobody reads it."""


def started(stack: ExitStack, path: Path, kind: type[S], **settings: Any) -> S:
    """A server of this kind, in a home of its own."""
    home = path / f"{kind.__name__}{len(list(path.iterdir()))}"
    home.mkdir()
    return stack.enter_context(closing(kind(home, **settings)))


def test_aria2_takes_the_token_and_no_other(links: Links, stack: ExitStack, tmp_path: Path) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    links.add("wrong", server.uri, auth="aria2-token", secret="wrong-token")
    assert links.call("dl", "aria2.getVersion")["result"]["version"].startswith("1.")
    assert links.call("wrong", "aria2.getVersion") == {
        "ok": False,
        "type": "error",
        "error": "Unauthorized",
        "code": "auth_failed",
    }


def test_aria2_is_asked_many_things_in_one_request(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    calls = [{"methodName": "aria2.getGlobalStat"}, {"methodName": "system.listMethods"}]
    stat, methods = links.call("dl", "system.multicall", [calls])["result"]
    assert stat[0]["numActive"] == "0"
    assert "aria2.addUri" in methods[0]


def test_aria2_takes_basic_and_refuses_another_password(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Aria2, is_basic=True)
    links.add("dl", server.uri, auth="basic", user=USER, secret=PASSWORD)
    links.add("wrong", server.uri, auth="basic", user=USER, secret="wrong")
    assert links.call("dl", "aria2.getVersion")["ok"] is True
    assert links.call("wrong", "aria2.getVersion") == {
        "ok": False,
        "type": "error",
        "error": "the server refuses the login (HTTP 401)",
        "code": "auth_failed",
    }


def test_aria2_with_a_certificate_of_its_own_is_refused_until_that_is_trusted(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path)
    server = started(stack, tmp_path, Aria2, tls=certificate)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    assert links.call("dl", "aria2.getVersion") == {
        "ok": False,
        "type": "error",
        "error": "the certificate is not accepted: self-signed certificate",
        "code": "tls",
    }
    links.add("trusted", server.uri, auth="aria2-token", secret=TOKEN, ca=certificate.ca)
    assert links.call("trusted", "aria2.getVersion")["ok"] is True


def test_pings_of_aria2_cost_no_call_its_answer(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    """It answers each ping with a pong, and with an error without an id as well."""
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    with links.caller() as caller, links.caller() as pinger:
        for _ in range(100):
            pings = [pinger.other("link_ping", link="dl") for _ in range(5)]
            assert caller.call("dl", "aria2.getVersion")["ok"] is True
            assert [pinger.ended(ping)["ok"] for ping in pings] == [True] * 5
    assert links.row("dl")["strays"] == 0


def test_a_download_is_a_job_whose_percents_rise(
    links: Links, stack: ExitStack, tmp_path: Path, site: str
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    with links.caller() as caller:
        *steps, last = caller.of(caller.begin("dl", "aria2.addUri", [[f"{site}/file"]], job=True))
    percents = [step["percent"] for step in steps if step["percent"] is not None]
    assert percents == sorted(percents)
    assert len({percent for percent in percents if 0 < percent < 100}) >= 2
    assert {step["type"] for step in steps} == {"progress"}
    assert last["result"]["status"] == "complete"
    assert Path(last["result"]["files"][0]["path"]).stat().st_size == SIZE
    assert links.row("dl")["jobs"] == 0


def test_a_download_that_fails_says_why(
    links: Links, stack: ExitStack, tmp_path: Path, site: str
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    failed = links.call("dl", "aria2.addUri", [[f"{site}/none"]], job=True)
    assert (failed["code"], failed["remote"]["code"]) == ("remote", 3)
    assert failed["error"] == "Resource not found"


def test_a_download_is_ended_by_who_asked_for_it(
    links: Links, stack: ExitStack, tmp_path: Path, site: str
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    with links.caller() as caller:
        number = caller.begin("dl", "aria2.addUri", [[f"{site}/file"]], job=True)
        gid = caller.next()["job"]
        caller.other("link_cancel", call=number, abort=True)
        ended = caller.ended(number)
    assert (ended["code"], ended["error"]) == ("remote", "the download was aborted")
    assert links.call("dl", "aria2.tellStatus", [gid])["result"]["status"] == "removed"


def test_a_download_that_died_with_its_server_has_an_unknown_outcome(
    links: Links, stack: ExitStack, tmp_path: Path, site: str
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    with links.caller() as caller:
        number = caller.begin("dl", "aria2.addUri", [[f"{site}/file"]], job=True)
        gid = caller.next()["job"]
        server.kill()
        server.start()
        ended = caller.ended(number)
    assert (ended["code"], ended["outcome"], ended["job"]) == ("link_lost", "unknown", gid)
    assert links.row("dl")["jobs"] == 0


def test_a_download_that_nobody_waits_for_goes_on_and_is_told_to_who_follows(
    links: Links, stack: ExitStack, tmp_path: Path, site: str
) -> None:
    server = started(stack, tmp_path, Aria2)
    links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
    with links.caller() as follower:
        follower.other("link_subscribe", link="dl", event="aria2.onDownloadComplete")
        follower.next()
        with links.caller() as caller:
            caller.begin("dl", "aria2.addUri", [[f"{site}/file"]], job=True)
            gid = caller.next()["job"]
        assert follower.next()["data"] == [{"gid": gid}]


def test_a_language_server_is_initialized_first_and_tells_what_it_finds(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Pylsp)
    links.add("py", server.uri, auth=FIRST_CALL)
    document = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "a = b'\n"}
    with links.caller() as caller:
        caller.other("link_subscribe", link="py", event="textDocument/publishDiagnostics")
        caller.next()
        assert caller.call("py", "textDocument/didOpen", {"textDocument": document})["ok"] is True
        place = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}
        symbols = caller.call("py", "textDocument/documentSymbol", place)
        assert symbols["ok"] is True
    assert links.row("py")["logins"] == 1


@pytest.mark.parametrize("style", ["header", "bearer", "first-call"])
def test_moonraker_lets_in_by_each_of_its_ways(
    links: Links, stack: ExitStack, tmp_path: Path, style: str
) -> None:
    server = started(stack, tmp_path, Moonraker)
    auth, secret = {
        "header": ("header X-Api-Key", server.key),
        "bearer": ("bearer", server.token),
        "first-call": (IDENTIFY, server.key),
    }[style]
    links.add("printer", server.uri, profile="jsonrpc", auth=auth, secret=secret)
    assert links.call("printer", "server.info", {})["result"]["klippy_state"] == "disconnected"


def test_moonraker_refuses_another_key(links: Links, stack: ExitStack, tmp_path: Path) -> None:
    server = started(stack, tmp_path, Moonraker)
    links.add("printer", server.uri, profile="jsonrpc", auth=IDENTIFY, secret="not-the-key")
    refused = links.call("printer", "server.info", {})
    assert refused["code"] == "auth_failed"
    assert "not-the-key" not in str(refused)


def test_moonraker_opens_for_a_wrong_header_and_answers_nothing(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Moonraker)
    links.add("printer", server.uri, profile="jsonrpc", auth="header X-Api-Key", secret="wrong")
    refused = links.call("printer", "server.info", {})
    assert (refused["code"], refused["error"]) == ("remote", "Unauthorized")


def test_moonraker_tells_unasked_what_happens(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Moonraker)
    links.add("printer", server.uri, profile="jsonrpc", auth="header X-Api-Key", secret=server.key)
    with links.caller() as caller:
        caller.other("link_subscribe", link="printer", event="notify_proc_stat_update")
        lines = [caller.next() for _ in range(3)]
    assert [line["type"] for line in lines] == ["progress", "event", "event"]
    assert "cpu_temp" in lines[1]["data"][0]


def test_moonraker_tells_again_after_it_was_killed(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Moonraker)
    links.add("printer", server.uri, profile="jsonrpc", auth="header X-Api-Key", secret=server.key)
    with links.caller() as caller:
        caller.other("link_subscribe", link="printer", event="notify_proc_stat_update")
        assert [caller.next()["type"] for _ in range(2)] == ["progress", "event"]
        server.kill()
        server.start()
        while (line := caller.next())["type"] == "event":
            pass
        assert line["type"] == "gap"
        assert caller.next()["event"] == "notify_proc_stat_update"
    assert links.row("printer")["logins"] == 2


def test_ganache_answers_out_of_order_and_each_gets_its_own(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Ganache)
    links.add("chain", server.uri, profile="ethereum")
    with links.caller() as caller:
        caller.call("chain", "eth_chainId")
        slow = caller.begin("chain", "evm_mine", [{"blocks": 300}])
        quick = [caller.begin("chain", "eth_chainId") for _ in range(3)]
        caller.ended(slow)
        order = [line["id"] for line in caller.lines[1:]]
    assert order == [*quick, slow]
    assert [line["result"] for line in caller.lines[1:]] == ["0x539"] * 3 + ["0x0"]
    assert links.row("chain")["connects"] == 1


def test_ganache_tells_of_new_blocks_also_after_it_was_killed(
    links: Links, stack: ExitStack, tmp_path: Path
) -> None:
    server = started(stack, tmp_path, Ganache)
    links.add("chain", server.uri, profile="ethereum")
    with links.caller() as caller:
        caller.other("link_subscribe", link="chain", event="newHeads")
        caller.next()
        assert links.call("chain", "evm_mine")["ok"] is True
        assert int(caller.next()["data"]["number"], 16) == 1
        server.kill()
        server.start()
        assert caller.next()["type"] == "gap"
        assert links.call("chain", "evm_mine")["ok"] is True
        event = caller.next()
    assert (event["type"], event["event"]) == ("event", "newHeads")


@pytest.mark.parametrize(
    ("kind", "method", "params", "fields"),
    [
        (Aria2, "aria2.getVersion", [], {"auth": "aria2-token", "secret": TOKEN}),
        (Pylsp, "textDocument/hover", {}, {"auth": FIRST_CALL}),
        (Ganache, "eth_chainId", [], {"profile": "ethereum"}),
    ],
)
def test_a_server_that_was_killed_is_found_again_by_the_next_call(
    links: Links,
    stack: ExitStack,
    tmp_path: Path,
    kind: type[Program],
    method: str,
    params: Any,
    fields: dict[str, Any],
) -> None:
    server: Any = started(stack, tmp_path, kind)
    links.add("it", server.uri, **fields)
    before = links.call("it", method, params)
    server.kill()
    until(lambda: links.row("it")["state"] != "up")
    server.start()
    assert links.call("it", method, params) == before
    assert links.row("it")["connects"] == 2
