"""Places of the network as a list of permissions has them: `HOST:PORT`, `listen:HOST:PORT`."""

LISTENING_HOST = "127.0.0.1"

_LISTEN = "listen:"


def connecting(host: str, port: int) -> str:
    """The place that is connected to; an address of IPv6 is in brackets, however it is given."""
    bare = host.removeprefix("[").removesuffix("]")
    return f"[{bare}]:{port}" if ":" in bare else f"{host}:{port}"


def listening(port: int) -> str:
    """The place that is listened at, which no other machine reaches."""
    return f"{_LISTEN}{LISTENING_HOST}:{port}"


def is_granted(net: bool | tuple[str, ...], place: str) -> bool:  # noqa: FBT001 (as it is granted)
    """Whether a place is in the list, as it is written there; case is none. `true`: any outward."""
    if isinstance(net, bool):
        return net and not place.startswith(_LISTEN)
    return place.lower() in map(str.lower, net)
