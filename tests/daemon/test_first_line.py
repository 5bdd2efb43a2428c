"""The time that a client has for its first line ends with that line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from axium.daemon import connection
from tests.daemon.serving import Client, Served, line
from tests.support import Scratch

SHORT_SECS = 0.1
ENVS = "envs:\n" + "".join(f"  e{n}: {{note: {'x' * 9000}}}\n" for n in range(100))


@pytest.fixture
def hasty(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A daemon that gives little time for a first line, and has a large answer."""
    monkeypatch.setattr(connection, "FIRST_LINE_SECS", SHORT_SECS)
    served = Served(scratch, {"envs.yaml": ENVS})
    yield served
    served.close()


def later(hasty: Served) -> None:
    """Let more than that time go by: the fact waited for is that nothing happens."""
    hasty.run(asyncio.sleep(2 * SHORT_SECS))


def heard(client: Client) -> str:
    """What a client is told that has sent no whole line."""
    return client.rest().decode()


def test_a_client_without_a_whole_line_is_told(hasty: Served) -> None:
    assert heard(hasty.client()) == "ERR: Connection timeout\n"
    assert heard(hasty.client(b'{"cmd": "ping"')) == (
        '{"ok":false,"error":"no complete line within 0.1 seconds","code":"timeout"}\n'
    )


def test_a_connection_that_has_asked_once_may_be_silent_afterwards(hasty: Served) -> None:
    # The request is there when the connection is accepted.
    client = hasty.client(line("get_pane_env", pane="%1", id=1))
    assert client.reply()["id"] == 1
    later(hasty)
    assert client.ask("get_pane_env", pane="%1", id=2)["id"] == 2


def test_a_client_that_is_slow_to_read_the_answer_gets_it_whole(hasty: Served) -> None:
    whole = hasty.send(line("list_envs"))
    client = hasty.client(line("list_envs"))
    later(hasty)
    assert client.rest() == whole
