"""From the command line of the daemon to a running one, telling its starter how it went."""

import gc
import os
import sys

from axium.daemon.boot import ENDING, Hold, take
from axium.daemon.lock import Taken
from axium.daemon.runtime import Unusable
from axium.thin.paths import Home, environ, home_of


class Options:
    """`--ready-fd N`: where to tell. `--foreground`: log to stderr. `--debug`: log more."""

    def __init__(self, argv: list[str]) -> None:
        self.foreground = "--foreground" in argv
        self.debug = "--debug" in argv or os.environ.get("AXIUM_DEBUG") == "1"
        self.ready = int(argv[argv.index("--ready-fd") + 1]) if "--ready-fd" in argv else None

    def tell(self, line: str) -> None:
        """One line to whoever started us; once."""
        if "NOTIFY_SOCKET" in os.environ:
            from axium.daemon.activation import notify

            notify(os.environ, "READY=1" if line.startswith("ready ") else f"STATUS={line}")
        if self.ready is None:
            return
        try:  # noqa: SIM105 (contextlib costs 2 ms)
            os.write(self.ready, line.replace("\n", " ").encode() + b"\n")
        except BrokenPipeError:
            pass  # a starter that gave up waiting has closed its end: its own affair
        os.close(self.ready)
        self.ready = None


def main(argv: list[str]) -> None:
    """Run the daemon until it is stopped; exits 1 where it can't be one, 0 otherwise."""
    options = Options(argv)
    os.umask(0o077)
    home = home_of(environ())
    try:
        os.makedirs(home.root, mode=0o700, exist_ok=True)
        hold = take(home, environ())
    except Taken as taken:
        if options.ready is None:
            sys.exit(str(taken))
        options.tell("taken")
        return
    except (Unusable, OSError) as fault:
        options.tell(f"error {fault}")
        sys.exit(str(fault))
    _serve(hold, options)


def _serve(hold: Hold, options: Options) -> None:
    """Import the heavy part, now that clients can connect, and answer them."""
    try:
        _leave_on_signals()
        # Collecting garbage while there is none costs a tenth of the start; `app` goes on with it.
        gc.disable()
        _leave_out()
        _find_dependencies()
        _make_home(hold.home)
        from axium.daemon.app import run

        run(hold, options)
    except (OSError, ImportError, SystemExit) as fault:
        options.tell(f"error {fault}")
        raise
    finally:
        hold.release()


def _leave_on_signals() -> None:
    """Until the event loop handles them, signals end the process in a way that lets it clean up."""
    import signal  # 2 ms, not before clients can connect

    for number in ENDING:
        signal.signal(number, _leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit


def _find_dependencies() -> None:
    """The launcher starts without site; an editable install needs it for what we import."""
    try:
        import msgspec  # noqa: F401
    except ImportError:
        import site

        site.main()


def _make_home(home: Home) -> None:
    """A first run has no files yet; a later one pays nothing for looking (4 ms)."""
    if os.access(home.envs, os.F_OK):
        return
    from axium.core.bootstrap import ensure_axium_config

    ensure_axium_config()


def _leave_out() -> None:
    """Have others believe that what this process never uses is not installed.

    asyncio then does without TLS (5 ms, 4 MiB), msgspec takes `typing` alone (3 ms).
    """
    for name in ("ssl", "typing_extensions"):
        sys.modules[name] = None  # type: ignore[assignment]
