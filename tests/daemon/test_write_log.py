"""`write_log`: one line for each message, in the log of one plugin."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.daemon.services.broker import logs
from axium.daemon.services.broker.logs import LogBroker
from axium.daemon.services.plugins.logs import shown
from axium.wire.errors import Refusal
from tests.daemon.brokered import CREDS, GEAR, ask_as, load, outcome
from tests.daemon.serving import Served

STAMP = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\] ")


def lines(served: Served, name: str = "creds") -> list[str]:
    """The lines of a log, each of which begins with a time, without that."""
    text = (served.scratch.home / f"logs/{name}.log").read_text()
    found = text.removesuffix("\n").split("\n")
    assert all(STAMP.match(line) for line in found)
    return [STAMP.sub("", line, count=1) for line in found]


def test_a_message_is_a_line_with_time_and_level(served: Served) -> None:
    load(served)
    assert served.ask("write_log", spoke="creds", message="begun") == {"ok": True}
    ask_as(
        served,
        CREDS,
        "write_log",
        message="over\n[2025-10-07 16:30:00 UTC] [INFO] forged\x1b[2J",
        level="WARN",
    )
    ask_as(served, GEAR, "write_log", gear="creds", message="é", level="error")
    assert lines(served) == [
        "[INFO] begun",
        "[WARNING] over\\n[2025-10-07 16:30:00 UTC] [INFO] forged\\x1b[2J",
        "[ERROR] é",
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "invalid: spoke name required"),
        ({"spoke": "axiumd"}, "denied: `axiumd` is the name of the daemon's own log"),
        ({"spoke": "creds", "message": "x" * 20_000}, None),
        ({"spoke": "../x"}, None),
        ({"spoke": ".x"}, None),
        ({"spoke": "creds", "level": "loud"}, None),
    ],
)
def test_what_can_not_be_logged_is_told(
    served: Served, fields: dict[str, str], expected: str | None
) -> None:
    told = outcome(served.ask("write_log", **{"message": "x", **fields}))
    assert told == expected or (expected is None and told.startswith(("invalid: ", "too_large: ")))


def test_a_plugin_writes_into_no_log_but_its_own(served: Served) -> None:
    reply = ask_as(served, CREDS, "write_log", spoke="other", message="x")
    assert reply["code"] == "denied"
    assert not (served.scratch.home / "logs/other.log").exists()


def test_a_flood_is_refused_and_no_other_log_suffers() -> None:
    now, written, refused = 0.0, [], set()

    async def write(name: str, level: str, lines: Iterable[bytes]) -> None:
        written.append((name, level, list(lines)))

    broker = LogBroker(write, clock=lambda: now)

    def send(name: str, count: int) -> int:
        """How many of these messages are taken."""
        taken = 0
        for _ in range(count):
            try:
                asyncio.run(broker.write(name, "info", "x" * 1024))
            except Refusal as refusal:
                refused.add(refusal.code)
            else:
                taken += 1
        return taken

    assert send("creds", 300) == logs.ROOM_BYTES // 1024
    assert (send("other", 1), refused) == (1, {"busy"})
    now = 1.0
    assert send("creds", 300) == logs.RATE_BYTES // 1024


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_line_is_one_that_a_terminal_only_shows(message: bytes) -> None:
    line = shown(message).decode()
    assert len((line + "x").splitlines()) == 1
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
