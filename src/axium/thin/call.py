"""`axium call`: one request to a link's server, through the connection that is there already."""

import _signal  # type: ignore[import-not-found]  # `signal` imports enum: 3 ms
import time
from posix import read

from axium.thin import say
from axium.thin.answers import (
    UNKNOWN,
    USAGE,
    decoded,
    result_of,
    tell_error,
    tell_lost,
    text_of,
)
from axium.thin.paths import environ
from axium.thin.quote import quote, quote_list
from axium.thin.talk import NO_DAEMON, NoDaemon, Talk, begun
from axium.thin.words import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.thin.progress import Progress

FLAGS = ("--job", "--idempotent", "--named", "-q", "--quiet", "--json", "-v", "--verbose")

SECOND_SECS = 3.0
"""How long a job is left alone after Ctrl-C before a second one comes too late to abort it."""

ABORT_SECS = 15.0
"""How long the server may take to end an aborted job before it is left alone."""

_CALL, _LEAVE = 1, 2
"""Ids of our requests."""


class Misuse(Exception):
    """What was typed is no call; the text says why."""


class Asked:
    """What was typed."""

    def __init__(self, args: list[str]) -> None:
        self.flags: set[str] = set()
        self.timeout = ""
        self.words: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                self.words += rest
            elif arg in FLAGS:
                self.flags.add(arg)
            elif arg.startswith("--timeout"):
                self.timeout = _seconds(arg, rest)
            elif arg.startswith("-") and arg != "-" and not arg[1:2].isdigit():
                raise Misuse(f"no such option `{arg}`")
            else:
                self.words.append(arg)
        if len(self.words) < 2:
            raise Misuse("a call takes the name of a link, and a method")

    @property
    def is_json(self) -> bool:
        return "--json" in self.flags

    @property
    def is_quiet(self) -> bool:
        return bool({"-q", "--quiet", "--json"} & self.flags)

    def line(self) -> str:
        """The request."""
        link, method, *params = self.words
        words = [_stdin() if word == "-" else word for word in params]
        fields = [
            f'"cmd":"call","id":{_CALL}',
            f'"link":{quote(link)}',
            f'"method":{quote(method)}',
            f'"words":{quote_list(words)}',
        ]
        fields += [f'"{name}":true' for name in ("job", "idempotent", "named") if self._has(name)]
        if self.timeout:
            fields.append(f'"timeout":{self.timeout}')
        return "{" + ",".join(fields) + "}"

    def _has(self, name: str) -> bool:
        return "--" + name in self.flags


def main(args: list[str]) -> int | None:
    if {"-h", "--help"} & {*args}:
        return None
    try:
        asked = Asked(args)
    except Misuse as misuse:
        say.error(str(misuse), "`axium call --help` says what it takes")
        return USAGE
    try:
        return _call(asked)
    except NoDaemon as fault:
        say.error(str(fault), fault.hint)
        return NO_DAEMON


def _call(asked: Asked) -> int:
    line = asked.line()
    talk = begun(environ())
    talk.send(line)
    if "--job" not in asked.flags:
        return _told(talk, asked)
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    from axium.thin.progress import Progress

    progress = Progress(is_quiet=asked.is_quiet)
    try:
        return _told(talk, asked, progress)
    except KeyboardInterrupt:
        progress.clear()
        return _interrupted(talk, asked)


def _told(
    talk: Talk, asked: Asked, progress: "Progress | None" = None, until: float | None = None
) -> int:
    """Follow what is told until the last line; the exit code."""
    for line in talk.lines(until):
        result = result_of(line)
        if result is not None:
            if progress is not None:
                progress.clear()
            return _print(text_of(result), json=asked.is_json)
        reply = decoded(line)
        if reply.get("id") != _CALL and "id" in reply:
            continue
        if reply.get("type") == "progress":
            if progress is not None:
                progress.show(reply)
            continue
        if progress is not None:
            progress.clear()
        return _detached(reply) if reply.get("detached") else tell_error(reply, json=asked.is_json)
    return tell_lost() if talk.is_over else UNKNOWN


def _print(result: str, *, json: bool) -> int:
    """Print what the server answered; the exit code."""
    try:
        say.out(f'{{"result": {result}}}\n' if json else result + "\n")
    except OSError as error:
        say.error(f"the answer came and can't be printed: {error.strerror}", "the server did it")
        return UNKNOWN
    return 0


def _interrupted(talk: Talk, asked: Asked) -> int:
    """Ctrl-C: the job goes on without us, unless another one comes soon."""
    try:
        say.notice(
            f"the job goes on; Ctrl-C again within {SECOND_SECS:g} s has the server abort it"
        )
        until = time.monotonic() + SECOND_SECS
        code = _told(talk, asked, until=until)
        if time.monotonic() < until:
            return code
        talk.send(_cancel(aborts=False))
        return _told(talk, asked, until=time.monotonic() + 1.0)
    except KeyboardInterrupt:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        talk.send(_cancel(aborts=True))
        return _told(talk, asked, until=time.monotonic() + ABORT_SECS)


def _cancel(*, aborts: bool) -> str:
    more = ',"abort":true' if aborts else ""
    return f'{{"cmd":"link_cancel","id":{_LEAVE},"call":{_CALL}{more}}}'


def _detached(reply: "dict[str, object]") -> int:
    job = reply.get("job")
    say.notice("detached" if job is None else f"detached from job {job}, which goes on")
    return UNKNOWN


def _seconds(arg: str, rest: "object") -> str:
    name, equals, value = arg.partition("=")
    if name != "--timeout":
        raise Misuse(f"no such option `{arg}`")
    text = value if equals else next(rest, "")  # type: ignore[call-overload]
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e7:
        raise Misuse(f"`--timeout` takes seconds, not `{text}`")
    return f"{seconds:g}"


def _stdin() -> str:
    pieces = []
    while piece := read(0, 1 << 16):
        pieces.append(piece)
    return decode(b"".join(pieces)).rstrip("\n")
