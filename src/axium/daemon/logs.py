"""Where the daemon's log lines go, and how they look."""

import logging
import time

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_BYTES = 1_000_000
_KEPT = 3


def begin_log(path: str | None, *, debug: bool) -> None:
    """Log to `path`, or to stderr where it is None."""
    root = logging.getLogger("axium")
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.propagate = False
    _log_by(logging.StreamHandler() if path is None else logging.FileHandler(path))


def rotate_log(path: str) -> None:
    """From now on keep three files of 1 MB of what `begin_log` logs to `path`."""
    from logging.handlers import RotatingFileHandler  # 3 ms: not before the first answer

    _log_by(RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8"))


def _log_by(handler: logging.Handler) -> None:
    root = logging.getLogger("axium")
    for former in list(root.handlers):
        root.removeHandler(former)
        former.close()
    line = logging.Formatter(_LINE, _TIME)
    line.converter = time.gmtime
    handler.setFormatter(line)
    root.addHandler(handler)
