"""Which sockets a gear may make, and what it may do with those that it was handed."""

import errno

from axium.plugins.sandbox.rules import (
    ALLOW,
    DONE_ALREADY,
    NO,
    NO_SOCKET,
    Case,
    Rule,
    Test,
    always,
    but,
    only,
    refusal,
)

_INET, _INET6, _UNIX = 2, 10, 1
_STREAM, _DATAGRAM, _KIND = 1, 2, 0xF
_TCP, _UDP = 6, 17

_INTERNET: Rule = only(
    *(
        (Test(0, family), Test(1, kind, _KIND), Test(2, protocol))
        for family in (_INET, _INET6)
        for kind, ours in ((_STREAM, _TCP), (_DATAGRAM, _UDP))
        for protocol in (0, ours)
    ),
    otherwise=NO_SOCKET,
)

_AGENT = Case(ALLOW, (Test(0, _UNIX), Test(1, _STREAM, _KIND), Test(2, 0)))

_PAIR: Rule = only((Test(0, _UNIX), Test(1, _STREAM, _KIND)), otherwise=NO_SOCKET)
"""One of datagrams can send to any path."""

_WHILE_CONNECTING = 0x20000000
"""MSG_FASTOPEN: sends and connects at once, also a socket that somebody had connected before."""


def _unless_connecting(argument: int) -> Rule:
    return but((Test(argument, _WHILE_CONNECTING, _WHILE_CONNECTING),))


_OPTIONS: Rule = only(
    *(
        (Test(1, level), Test(2, option))
        for level, options in (
            # SOL_SOCKET: REUSEADDR, SNDBUF, RCVBUF, KEEPALIVE, OOBINLINE, PRIORITY, LINGER,
            # RCVLOWAT, and RCVTIMEO and SNDTIMEO in both of their forms
            (1, (2, 7, 8, 9, 10, 12, 13, 18, 20, 21, 66, 67)),
            # IPPROTO_TCP: NODELAY, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, LINGER2, DEFER_ACCEPT,
            # QUICKACK, USER_TIMEOUT, NOTSENT_LOWAT
            (6, (1, 3, 4, 5, 6, 8, 9, 12, 18, 25)),
            (0, (1,)),  # IP_TOS
            (41, (67,)),  # IPV6_TCLASS
        )
        for option in options
    ),
    otherwise=refusal(errno.ENOPROTOOPT),
)
"""Of a socket that was handed over: none that has packets go another way, as IP_OPTIONS does."""


def sockets(*, net: bool, agent: bool) -> dict[str, Rule]:
    """The rules by the names of the calls.

    Without `net` there are those that were handed over, and they stay what they are; with the
    agent it is Landlock that has them stay, since a filter can't tell which is which.
    """
    made = _INTERNET if net else always(NO_SOCKET)
    return {
        **(_free() if net else _handed(connects=agent)),
        "socket": (_AGENT, *made) if agent else made,
        "socketpair": _PAIR,
    }


def _free() -> dict[str, Rule]:
    names = ("connect", "sendto", "sendmsg", "sendmmsg", "setsockopt")
    return {**dict.fromkeys(names, always(ALLOW)), "listen": always(NO)}


def _handed(*, connects: bool) -> dict[str, Rule]:
    return {
        "connect": always(ALLOW if connects else NO_SOCKET),
        # Servers do so with whatever they are given, and what was handed over listens.
        "listen": always(DONE_ALREADY),
        "sendto": _unless_connecting(3),
        "sendmsg": _unless_connecting(2),
        "sendmmsg": _unless_connecting(3),
        "setsockopt": _OPTIONS,
    }
