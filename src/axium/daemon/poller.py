"""Readiness of many connections through one epoll inside the event loop's own.

The loop's selector costs some microseconds for each ready descriptor; asked
here, a burst of them costs that once.
"""

import asyncio
import select
from collections.abc import Callable

READ = select.EPOLLIN | select.EPOLLRDHUP
WRITE = select.EPOLLOUT

_MOST = 256
_ROUNDS = 16
"""How often a burst is looked for again before other work of the loop has its turn."""


class Poller:
    """Calls back for descriptors that are ready; level-triggered."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._loop = asyncio.get_running_loop()
        self._callbacks: dict[int, Callable[[int], None]] = {}
        self._loop.add_reader(self._epoll.fileno(), self._ready)

    def watch(self, descriptor: int, events: int, callback: Callable[[int], None]) -> None:
        """Call `callback(events)` whenever the descriptor is ready, until `forget`."""
        self._epoll.register(descriptor, events)
        self._callbacks[descriptor] = callback

    def change(self, descriptor: int, events: int) -> None:
        """Wait for other events of a watched descriptor; 0: only for its end."""
        self._epoll.modify(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Stop, before the descriptor is closed."""
        del self._callbacks[descriptor]
        self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Watch nothing more."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _ready(self) -> None:
        poll, callbacks = self._epoll.poll, self._callbacks
        for _ in range(_ROUNDS):
            found = poll(0, _MOST)
            if not found:
                return
            for descriptor, events in found:
                # An earlier one of this burst may have ended this connection.
                callback = callbacks.get(descriptor)
                if callback is not None:
                    callback(events)
