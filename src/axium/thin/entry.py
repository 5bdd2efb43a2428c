"""The fast table: verbs that run before anything costly is imported."""

import _signal  # type: ignore[import-not-found]  # `signal` imports enum: 3 ms
import sys
from posix import _exit

from axium.thin.words import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Verb = Callable[[list[str]], int | None]

RESTORED = (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGXFSZ)
"""What a command of the user's must be able to do by itself, and Python took away."""


def fast(argv: list[str]) -> None:
    """Run a fast verb and leave the process; return where it is the command line's turn."""
    restore()
    verb = _verb(argv[0] if argv else "")
    if verb is not None:
        leave_by(verb, argv[1:])


def restore() -> None:
    """Have signals end us, and whatever we become, as they end any program."""
    for number in RESTORED:
        _restore(number)


def leave_by(verb: "Verb", words: list[str]) -> None:
    """Run a verb with these words and leave the process; return where it gives no exit code."""
    try:
        code = verb([_utf8(word) for word in words])
    except OSError as error:
        code = _failed(error)
    if code is not None:
        _exit(code)


def _verb(name: str) -> "Verb | None":
    # Imports stand here so that each verb pays for its own module only (0.1 ms each).
    if name == "run":
        from axium.thin.run import main
    elif name == "hud":
        from axium.thin.hud import main
    elif name == "env":
        from axium.thin.env import main
    elif name == "wrapper":
        from axium.thin.wrapper import main
    elif name == "completions":
        from axium.thin.completions import main
    elif name in ("", "help", "-h", "--help"):
        from axium.thin.help import main
    elif name == "ipc":
        from axium.thin.ipc import main
    else:
        return _verb_of_links(name)
    return main


def _verb_of_links(name: str) -> "Verb | None":
    if name == "call":
        from axium.thin.call import main
    elif name == "subscribe":
        from axium.thin.subscribe import main
    else:
        return None
    return main


def _restore(number: int) -> None:
    # A signal that our parent ignores stays ignored, except the two that Python itself ignores.
    if number != _signal.SIGINT or _signal.getsignal(number) is _signal.default_int_handler:
        _signal.signal(number, _signal.SIG_DFL)


def _utf8(word: str) -> str:
    """An argument as we hold all text: UTF-8, other bytes as surrogates, whatever the locale."""
    if sys.getfilesystemencoding() == "utf-8":
        return word
    return decode(word.encode(sys.getfilesystemencoding(), "surrogateescape"))


def _failed(error: OSError) -> int:
    from axium.thin import say

    try:  # noqa: SIM105 (contextlib costs 2 ms)
        say.error(say.reason(error), getattr(error, "hint", ""))
    except OSError:
        pass  # stderr is closed: the exit code is all that can be said
    return 2
