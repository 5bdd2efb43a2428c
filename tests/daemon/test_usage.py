"""What a gear made use of: counted by grant, told, and kept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from axium.daemon.services import usage
from axium.model.pattern_tokens import MOST_LETTERS
from axium.model.used import MOST_GRANTS, Used, both
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.support import until


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    channel = GearChannel(served)
    yield channel
    channel.close()


def counts(served: Served, gear: str = "creds") -> dict[str, tuple[int, int]]:
    """How often each grant was used and refused."""
    rows = served.ask("get_usage", gear=gear)["usage"]
    return {row["grant"]: (row["count"], row["denied"]) for row in rows}


def private(served: Served) -> Path:
    """Make the directory that admission makes; where the counts are kept in it."""
    found = Path(served.services.usage._path("creds"))
    found.parent.mkdir(parents=True, exist_ok=True)
    return found


def test_uses_and_refusals_are_counted_by_grant(served: Served, channel: GearChannel) -> None:
    user = served.scratch.user
    (user / "open").mkdir()
    (user / "open/file").write_text("x")
    load_gear(
        served,
        ipc=("list_envs", "read_file"),
        notify=True,
        exec=("true", "false"),
        programs={"true": os.path.realpath("/bin/true")},
        fs_read=("~/none", "~/open/*"),
    )
    for _ in range(3):
        channel.ask("list_envs")
    channel.ask("set_env", value="dev")
    channel.ask("stop")
    channel.ask("ping", spoke="other")
    channel.ask("notify", title="t")
    channel.ask("read_file", path=str(user / "open/file"))
    channel.ask("read_file", path="/etc/passwd")
    channel.ask("daemon_exec", command=["true"])
    channel.ask("daemon_exec", command=["sh"])
    assert counts(served) == {
        "exec": (0, 1),
        "exec: true": (1, 0),
        "fs_read": (0, 1),
        "fs_read: ~/open/*": (1, 0),
        "ipc: list_envs": (3, 0),
        "ipc: ping": (0, 1),
        "ipc: read_file": (2, 0),
        "ipc: set_env": (0, 1),
        "ipc: stop": (0, 1),
        "notify": (1, 0),
    }


def test_the_last_time_and_detail_of_both_are_told(served: Served, channel: GearChannel) -> None:
    load_gear(served, ipc=("read_file",))
    channel.ask("read_file", path="/a")
    channel.ask("read_file", path="/" + "b" * 300)
    (row, _ipc) = served.ask("get_usage", gear="creds")["usage"]
    told = {name: value for name, value in row.items() if name != "last_denied"}
    assert row["last_denied"].endswith("Z")
    assert told == {
        "grant": "fs_read",
        "count": 0,
        "last": None,
        "detail": None,
        "denied": 2,
        "denied_detail": "/" + "b" * 199,
    }


def test_a_gear_is_not_told(served: Served, channel: GearChannel) -> None:
    load_gear(served, ipc=("get_usage",))
    assert channel.ask("get_usage", gear="creds")["code"] == "denied"


def test_what_nobody_used_is_nothing(served: Served) -> None:
    assert (served.ask("get_usage", gear="none"), served.ask("get_usage", gear="")["code"]) == (
        {"ok": True, "usage": []},
        "invalid",
    )


def test_the_user_is_not_counted_in_a_gears_name(served: Served) -> None:
    load_gear(served, notify=True)
    assert served.ask("notify", title="t", spoke="creds")["code"] == "denied"
    assert counts(served) == {}


def test_counts_outlive_the_daemon(served: Served) -> None:
    kept, channel = private(served), GearChannel(served)
    load_gear(served, ipc=("list_envs",))
    channel.ask("list_envs")
    channel.close()
    served.restart()
    before = counts(served)
    load_gear(served, ipc=("list_envs",))
    again = GearChannel(served)
    again.ask("list_envs")
    again.ask("list_envs")
    again.close()
    assert (before, counts(served)) == ({"ipc: list_envs": (1, 0)}, {"ipc: list_envs": (3, 0)})
    assert json.loads(kept.read_bytes())["ipc: list_envs"]["count"] == 1
    assert kept.stat().st_mode & 0o777 == 0o600


def test_they_are_written_a_while_after_a_change(
    served: Served, channel: GearChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "WITHIN_SECS", 0.05)
    kept = private(served)
    load_gear(served)
    for number in range(2):
        channel.ask("list_envs")

        def written(wanted: int = number + 1) -> bool:
            served.settled()
            return (
                kept.exists()
                and json.loads(kept.read_bytes())["ipc: list_envs"]["denied"] == wanted
            )

        assert until(written)


def test_what_can_not_be_written_is_kept_for_the_next_time(
    served: Served,
    channel: GearChannel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A gear that fills the disk has none of its refusals forgotten."""
    monkeypatch.setattr(usage, "WITHIN_SECS", 0.05)
    kept = private(served)

    def is_so(found: Callable[[], bool]) -> bool:
        served.settled()
        return found()

    kept.mkdir()
    load_gear(served)
    channel.ask("list_envs")
    assert until(lambda: is_so(lambda: "cannot write what `creds` used" in caplog.text))
    kept.rmdir()
    channel.ask("list_envs")
    assert until(lambda: is_so(kept.exists))
    assert json.loads(kept.read_bytes())["ipc: list_envs"]["denied"] == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b'{"a": {"count": "x"}}'])
def test_a_damaged_file_is_begun_anew(served: Served, channel: GearChannel, content: bytes) -> None:
    private(served).write_bytes(content)
    load_gear(served)
    channel.ask("list_envs")
    assert counts(served) == {"ipc: list_envs": (0, 1)}


def test_nothing_is_read_or_left_where_the_gear_is_gone(
    served: Served, channel: GearChannel
) -> None:
    load_gear(served)
    channel.ask("list_envs")
    served.run(served.services.usage._write())
    assert not Path(served.services.usage._path("creds")).exists()


def test_so_many_grants_are_told_apart() -> None:
    later = {str(number): Used(count=1) for number in range(MOST_GRANTS + 9)}
    found = both(both({}, later), later)
    assert (len(found), found["0"]) == (MOST_GRANTS, Used(count=2))


def test_a_gear_can_not_have_its_counts_outgrow_what_is_read_again() -> None:
    name, detail = "\U0001f600" * MOST_LETTERS, "\x01" * 10_000
    used = Used().with_one(1.0, detail, allowed=True).with_one(2.0, detail, allowed=False)
    most = {f"fs_read: {name}{number}": used for number in range(MOST_GRANTS)}
    assert len(msgspec.json.encode(most)) < usage.MOST_BYTES
