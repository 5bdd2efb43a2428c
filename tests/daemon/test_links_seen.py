"""Names of methods that servers answered: published, bounded, kept over a restart."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from axium.daemon.services.links import seen
from axium.daemon.services.links.seen import LONGEST, MOST_METHODS, Seen
from axium.thin.words import frame


async def noted(directory: Path, links: list[str], *rows: tuple[str, str]) -> None:
    """One daemon's life, in which these methods of links were answered."""
    with ThreadPoolExecutor(1) as executor:
        ours = Seen(str(directory / "state" / "seen.json"), str(directory), executor)
        await ours.begin()
        await ours.follow(links)
        for link, method in rows:
            ours.note(link, method)
        await ours.close()


def kept(directory: Path) -> dict[str, list[str]]:
    """What is on disk."""
    data = (directory / "state" / "seen.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, list[str]])


def test_what_was_answered_is_published_and_known_to_the_next_daemon(tmp_path: Path) -> None:
    asyncio.run(noted(tmp_path, ["nas"], ("nas", "pool.query"), ("nas", "pool.query")))
    asyncio.run(noted(tmp_path, ["nas"], ("nas", "system.info")))
    assert (tmp_path / "links").read_bytes() == frame(["nas"])
    assert (tmp_path / "methods").read_bytes() == frame(["nas pool.query", "nas system.info"])


def test_the_methods_of_a_link_that_is_gone_are_forgotten(tmp_path: Path) -> None:
    asyncio.run(noted(tmp_path, ["nas", "lab"], ("nas", "a"), ("lab", "b")))
    asyncio.run(noted(tmp_path, ["lab"]))
    assert kept(tmp_path) == {"lab": ["b"]}


def test_the_first_noted_goes_where_there_are_too_many(tmp_path: Path) -> None:
    rows = [("nas", f"m{number}") for number in range(MOST_METHODS + 1)]
    asyncio.run(noted(tmp_path, ["nas"], *rows))
    assert kept(tmp_path) == {"nas": [method for _link, method in rows[1:]]}


def test_a_name_that_no_shell_can_offer_is_not_kept(tmp_path: Path) -> None:
    asyncio.run(noted(tmp_path, ["nas"], ("nas", "a\nb"), ("nas", "m" * (LONGEST + 1))))
    assert kept(tmp_path) == {}


def test_one_that_comes_while_others_are_written_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "WRITE_SECS", 0.0)

    async def scene() -> None:
        with ThreadPoolExecutor(1) as executor:
            ours = Seen(str(tmp_path / "state" / "seen.json"), str(tmp_path), executor)
            await ours.follow(["nas"])
            ours.note("nas", "first")
            for _ in range(3):  # until the first is being written
                await asyncio.sleep(0)
            ours.note("nas", "second")
            for _ in range(5_000):
                await asyncio.sleep(0.001)
                if kept(tmp_path) == {"nas": ["first", "second"]}:
                    break
            await ours.close()
            assert kept(tmp_path) == {"nas": ["first", "second"]}

    asyncio.run(scene())
