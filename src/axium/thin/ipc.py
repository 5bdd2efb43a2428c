"""`axium ipc LINE`: one raw line to the daemon, for scripts and developers; starts nothing."""

from axium.thin import say
from axium.thin.client import UNREACHABLE, ask
from axium.thin.paths import environ, socket_path
from axium.thin.words import decode, encode


def main(args: list[str]) -> int | None:
    if len(args) != 1 or args[0].startswith("-"):
        return None
    return send(args[0])


def send(line: str) -> int:
    """Print the answer, a JSON one as soon as its line is whole."""
    # Only JSON replies are one line by promise, and with an `id` the daemon does not close.
    ends = b"\n" if line.lstrip().startswith("{") else b""
    around = environ()
    try:
        answer = ask(encode(line) + b"\n", socket_path(around), ends=ends)
    except UNREACHABLE:
        say.error("the daemon is not running", "start it with `axium daemon start`")
        return 1
    except TimeoutError:
        hint = "a change may still be made\nsee `axium daemon logs`"
        say.error("the daemon did not answer in time", hint)
        return 2
    say.out(decode(answer))
    return 0
