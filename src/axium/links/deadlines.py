"""Many deadlines, the next of which is known at once."""

import heapq
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Deadlines(Generic[K]):
    """Times by key; one that was replaced or dropped is passed over when its turn comes."""

    def __init__(self) -> None:
        self._at: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._count = 0

    def __contains__(self, key: K) -> bool:
        return key in self._at

    def set(self, key: K, when: float) -> None:
        """The key's only deadline from now on."""
        self._at[key] = when
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, key))

    def drop(self, key: K) -> None:
        """The key has none; nothing where it had none."""
        self._at.pop(key, None)
        if len(self._heap) > 64 + 4 * len(self._at):
            self._heap = [row for row in self._heap if self._at.get(row[2]) == row[0]]
            heapq.heapify(self._heap)

    @property
    def next(self) -> float | None:
        """The earliest."""
        while self._heap and self._at.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Iterator[K]:
        """The keys whose time has come, which have none any more.

        What is done about one may drop a later one: that is not among them then.
        """
        while (first := self.next) is not None and first <= now:
            key = heapq.heappop(self._heap)[2]
            del self._at[key]
            yield key
