"""A name is held by one daemon at a time, whoever comes when."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from axium.daemon.lock import Taken
from axium.daemon.services.links.claim import Claim


def test_a_name_is_held_until_it_is_let_go(tmp_path: Path) -> None:
    path = str(tmp_path / "x.lock")
    first = Claim(path, taken="taken")
    with pytest.raises(Taken):
        Claim(path, taken="taken")
    first.let_go()
    assert not (tmp_path / "x.lock").exists()
    Claim(path, taken="taken").let_go()


def test_of_many_who_come_and_go_one_holds_it_at_a_time(tmp_path: Path) -> None:
    path, holding, worst = str(tmp_path / "x.lock"), threading.Semaphore(1), []

    def come(_number: int) -> bool:
        try:
            claim = Claim(path, taken="taken")
        except Taken:
            return False
        if not holding.acquire(blocking=False):
            worst.append("two at once")
        holding.release()
        claim.let_go()
        return True

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(come, range(2000)))
    assert (worst, any(got)) == ([], True)
