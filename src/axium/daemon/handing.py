"""Descriptors on their way over a connection, each with the first byte of its line."""

import os
import struct
from _socket import MSG_DONTWAIT, SCM_RIGHTS, SOL_SOCKET, socket
from collections import deque
from collections.abc import Sequence


class Handing:
    """What waits to be handed over; a place is counted in the bytes sent since the beginning."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Sequence[int]]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, place: int, descriptors: Sequence[int]) -> None:
        """Have them go with the byte at `place`; they are ours from now on."""
        self._waiting.append((place, descriptors))

    def send(self, connection: socket, data: bytes | bytearray, sent: int) -> int:
        """Send some of `data`, whose first byte is at `sent`, and what goes with it. OSError."""
        place, descriptors = self._waiting[0]
        view = memoryview(data)
        if place > sent:
            return connection.send(view[: place - sent], MSG_DONTWAIT)
        end = self._waiting[1][0] - sent if len(self._waiting) > 1 else len(data)
        rights = struct.pack(f"{len(descriptors)}i", *descriptors)
        done = connection.sendmsg([view[:end]], [(SOL_SOCKET, SCM_RIGHTS, rights)], MSG_DONTWAIT)
        if done:
            self._waiting.popleft()
            _close(descriptors)
        return done

    def close(self) -> None:
        """Nobody will get them."""
        while self._waiting:
            _close(self._waiting.popleft()[1])


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
