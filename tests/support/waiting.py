"""Waiting for a fact: a condition is polled, and the wait has a bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

INTERVAL = 0.005


def until(condition: Callable[[], T], timeout: float = 5.0) -> T:
    """The first true value of `condition`; AssertionError with its last value after `timeout` s."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"still {value!r} after {timeout} s")
        time.sleep(INTERVAL)
