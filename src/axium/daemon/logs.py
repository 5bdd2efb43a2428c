"""Where the daemon's log lines go, and how they look."""

import logging
import time
from logging.handlers import RotatingFileHandler

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BYTES = 1_000_000
_KEPT = 3


def begin_log(path: str | None, *, debug: bool) -> None:
    """Log to `path`, rotated at 1 MB with three kept, or to stderr where it is None."""
    handler: logging.Handler = (
        logging.StreamHandler()
        if path is None
        else RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    )
    line = logging.Formatter(_LINE, "%Y-%m-%dT%H:%M:%SZ")
    line.converter = time.gmtime
    handler.setFormatter(line)
    root = logging.getLogger("axium")
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.propagate = False
