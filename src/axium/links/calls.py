"""Requests of callers: those that wait, in their order, and those in flight, by our own ids."""

from collections import OrderedDict, deque

from axium.links.dialogue import Call, Key, Request
from axium.links.line import Then

MOST_WAITING, MOST_WAITING_BYTES = 1_000, 64 << 20
"""Of one link's requests that wait to be sent; the next one is told `busy`."""

RESERVED = 4
"""Requests of the session's own that may be in flight beside as many of callers as may be."""


class Waiting:
    """A call that was not sent. `since` is when it came; `is_again`: it was sent once and lost."""

    __slots__ = ("call", "is_aborted", "is_again", "since")

    def __init__(self, call: Call, since: float) -> None:
        self.call = call
        self.since = since
        self.is_again = False
        self.is_aborted = False


class Flight:
    """A request without its reply: of a caller, of the session's own (`then`), of nobody."""

    __slots__ = ("then", "waiting")

    def __init__(self, waiting: Waiting | None = None, then: Then | None = None) -> None:
        self.waiting = waiting
        self.then = then


class Calls:
    """All requests of one link. `room` is how many of callers may be in flight."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._last = 0
        self._own: deque[tuple[Request, Then]] = deque()
        self._by_key: dict[Key, int] = {}
        self._is_owed = False
        self.waiting: OrderedDict[Key, Waiting] = OrderedDict()
        self.flights: dict[int, Flight] = {}

    def has_room_for(self, call: Call) -> bool:
        """Whether this one may wait too."""
        if len(self.waiting) >= MOST_WAITING:
            return False
        waiting = sum(len(each.call.params) for each in self.waiting.values())
        return not waiting or waiting + len(call.params) <= MOST_WAITING_BYTES

    @property
    def is_idle(self) -> bool:
        """Whether nothing of callers is under way."""
        return not self.waiting and not self._by_key

    def ask(self, request: Request, then: Then) -> None:
        """A request of the session's own, before those of callers."""
        self._own.append((request, then))

    def next_own(self) -> tuple[int, Request] | None:
        """The next of these that may be sent, in flight from now on."""
        if not self._own or len(self.flights) >= self._room + RESERVED:
            return None
        request, then = self._own.popleft()
        return self._take_off(Flight(then=then)), request

    def next_call(self) -> tuple[int, Waiting] | None:
        """The next of a caller that may be sent, in flight from now on."""
        if not self.waiting or self._own or len(self.flights) >= self._room:
            return None
        key, waiting = self.waiting.popitem(last=False)
        number = self._take_off(Flight(waiting))
        self._by_key[key] = number
        return number, waiting

    def land(self, number: int) -> Flight | None:
        """The request of this id is answered; None where there is none in flight."""
        flight = self.flights.pop(number, None)
        if flight is not None and flight.waiting is not None:
            self._by_key.pop(flight.waiting.call.key, None)
        return flight

    def only(self) -> int | None:
        """The id of the one request that can be answered; None where there are several, or none."""
        return next(iter(self.flights)) if len(self.flights) == 1 and not self._is_owed else None

    def give_up(self, number: int) -> None:
        """A request that nobody waits for has no place any more, though an answer may come."""
        self.land(number)
        self._is_owed = True

    def in_flight(self, key: Key) -> tuple[int, Waiting] | None:
        """The id of a caller's request, and the request."""
        number = self._by_key.get(key)
        waiting = None if number is None else self.flights[number].waiting
        return None if number is None or waiting is None else (number, waiting)

    def orphan(self, key: Key) -> int:
        """Nobody waits for this request any more, whose place stays taken; its id."""
        number = self._by_key.pop(key)
        self.flights[number].waiting = None
        return number

    def lose(self) -> list[Waiting]:
        """Nothing that is in flight is answered any more; those of callers, in their order."""
        lost = [flight.waiting for flight in self.flights.values() if flight.waiting is not None]
        self.flights.clear()
        self._is_owed = False
        self._by_key.clear()
        self._own.clear()
        return lost

    def again(self, waiting: list[Waiting]) -> None:
        """These are sent once more, before all others."""
        for each in reversed(waiting):
            each.is_again = True
            self.waiting[each.call.key] = each
            self.waiting.move_to_end(each.call.key, last=False)

    def _take_off(self, flight: Flight) -> int:
        self._last += 1
        self.flights[self._last] = flight
        return self._last
