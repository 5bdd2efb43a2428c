"""`axium subscribe`: the events of a link's server, a line each, as they come."""

import time

from axium.thin import say
from axium.thin.answers import USAGE, decoded, tell_error, tell_lost, text_of
from axium.thin.options import parse
from axium.thin.paths import environ
from axium.thin.quote import quote
from axium.thin.talk import NO_DAEMON, NoDaemon, Talk, begun

_EVENT = b'"ok":true,"type":"event",'


def main(args: list[str]) -> int | None:
    if {"-h", "--help"} & {*args}:
        return None
    parsed = parse(args, ("-n", "-t", "--count", "--time"), ("--json", "-v", "--verbose"))
    if parsed is None or len(parsed[0]) != 2:
        return _misused("it takes the name of a link, and an event")
    (link, event), options = parsed
    try:
        most = _number(options, "-n", "--count")
        secs = _number(options, "-t", "--time")
    except ValueError as error:
        return _misused(str(error))
    try:
        talk = begun(environ())
    except NoDaemon as fault:
        say.error(str(fault), fault.hint)
        return NO_DAEMON
    talk.send(f'{{"cmd":"link_subscribe","id":1,"link":{quote(link)},"event":{quote(event)}}}')
    return _follow(talk, most, secs, json="--json" in options)


def _follow(talk: Talk, most: float | None, secs: float | None, *, json: bool) -> int:
    """Print so many events, for so many seconds; the exit code."""
    if most == 0:
        return 0
    until = None if secs is None else time.monotonic() + secs
    count = 0
    for line in talk.lines(until):
        _head, found, rest = line.partition(_EVENT)
        if found:
            say.out("{" + text_of(rest) + "\n")
            count += 1
            if count == most:
                return 0
            continue
        reply = decoded(line)
        if not reply.get("ok"):
            return tell_error(reply, json=json)
        if reply.get("type") == "result":
            return 0
        _tell(reply, text_of(line), json=json)
    return tell_lost() if talk.is_over else 0


def _tell(reply: "dict[str, object]", line: str, *, json: bool) -> None:
    """Tell that events are missing."""
    kind = reply.get("type")
    if kind == "gap":
        text = "the connection was lost: events may be missing here"
    elif kind == "lagged":
        text = f"{reply.get('count')} events were left out: they were not read in time"
    else:
        return
    if json:
        say.out("{" + line.partition('"ok":true,')[2] + "\n")
    else:
        say.notice(text)


def _number(options: dict[str, str], *names: str) -> float | None:
    text = next((options[name] for name in names if name in options), None)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9 or (names[0] == "-n" and number != int(number)):
        raise ValueError(f"`{names[0]}` takes a number, not `{text}`")
    return number


def _misused(why: str) -> int:
    say.error(why, "`axium subscribe --help` says what it takes")
    return USAGE
