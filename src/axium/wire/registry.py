"""The one table of commands: each entry is a request, its reply, its handler and its rules.

Dispatch, `hello`, the reference page, the JSON Schema and the fuzz tests all
read it, so that a command is complete when its module is imported.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Union, get_args

import msgspec

from axium.wire.envelope import Handed, Reply, Request

Answer = Reply | Handed[Any]
Handler = Callable[[Any, Any], Answer | Coroutine[Any, Any, Answer]]

ALWAYS = "always"
"""A gear may: about itself, or about nothing that is anybody's."""
OWN = "own"
"""The handler asks `Permissions.require`, for something that is no entry of `ipc`."""
NEVER = "never"
"""No gear may, whatever it was granted."""


class Command(msgspec.Struct, frozen=True):
    """One command of the wire.

    `names`: the wire name, then its other spellings. `emits`: names of events
    that it may cause. `since`: the version that first had it. `memo`: the same
    line gets the same reply until something changes, so that the server may
    remember it. `needs_id`: it streams, or names an earlier request. `gear`: whether
    one comes through a gear's channel: `ALWAYS`, `OWN`, `NEVER`, or the entry of the
    gear's `ipc` that allows it. `is_about_gear`: the user may name a gear in it, since
    nothing is done in the gear's name.
    """

    names: tuple[str, ...]
    requests: tuple[type[Request], ...]
    reply: type[Reply]
    handler: Handler
    emits: tuple[str, ...] = ()
    since: str = "0.1"
    memo: bool = False
    needs_id: bool = False
    gear: str = NEVER
    is_about_gear: bool = False

    @property
    def name(self) -> str:
        """The name by which the command is documented."""
        return self.names[0]

    @property
    def promise(self) -> str:
        """The first line of the request's docstring."""
        return (self.requests[0].__doc__ or "").strip().splitlines()[0]


class Registry:
    """Commands by wire name; a name can be taken once."""

    def __init__(self) -> None:
        self._by_name: dict[str, Command] = {}
        self._by_request: dict[type[Request], Command] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(dict.fromkeys(self._by_name.values()))

    def names(self) -> tuple[str, ...]:
        """Every accepted spelling, sorted."""
        return tuple(sorted(self._by_name))

    def of(self, request: Request) -> Command:
        """The command that a decoded request belongs to."""
        return self._by_request[type(request)]

    def named(self, name: str) -> Command | None:
        """The command of this spelling, if there is one."""
        return self._by_name.get(name)

    def add(self, command: Command) -> None:
        """Take in one command; ValueError where a name is taken."""
        for name in command.names:
            if name in self._by_name:
                raise ValueError(f"the command `{name}` is registered twice")
            self._by_name[name] = command
        for request in command.requests:
            self._by_request[request] = command

    def decoder(self) -> msgspec.json.Decoder[Request]:
        """A decoder of any registered request, told apart by `cmd`."""
        requests = tuple(self._by_request)
        return msgspec.json.Decoder(Union[requests])  # noqa: UP007  (built at run time)


registry = Registry()


def command(
    *,
    also: str | None = None,
    emits: tuple[str, ...] = (),
    since: str = "0.1",
    memo: bool = False,
    needs_id: bool = False,
    gear: str | None = None,
    is_about_gear: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the decorated handler `(context, request) -> reply`.

    The request's type and the reply's are read from the annotations; the wire
    name is the request's tag, `also` a second spelling of it. Without `gear`, a gear
    needs the name among its `ipc`.
    """

    def register(handler: Handler) -> Handler:
        request: type[Request] = handler.__annotations__["req"]
        requests = [request]
        if also is not None:
            requests.append(_respelled(request, also))
        registry.add(
            Command(
                names=tuple(_tag(r) for r in requests),
                requests=tuple(requests),
                reply=_reply_of(handler.__annotations__["return"]),
                handler=handler,
                emits=emits,
                since=since,
                memo=memo,
                needs_id=needs_id,
                gear=_tag(request) if gear is None else gear,
                is_about_gear=is_about_gear or gear in (ALWAYS, NEVER),
            )
        )
        return handler

    return register


def _reply_of(returned: Any) -> type[Reply]:
    """The reply of a handler that gives it at once or, as its second choice, later."""
    reply: type[Reply] = next(iter(get_args(returned)), returned)
    return reply


def _tag(request: type[Request]) -> str:
    tag = request.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"`{request.__name__}` has no tag: write `class X(Request, tag='x')`")
    return tag


def _respelled(request: type[Request], tag: str) -> type[Request]:
    return msgspec.defstruct(  # type: ignore[return-value]
        request.__name__ + "Also", [], bases=(request,), tag=tag, kw_only=True
    )
