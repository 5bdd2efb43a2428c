"""Where the daemon's log lines go, and how they look."""

import errno
import logging
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from axium.daemon.log_file import LogFile

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def begin_log(path: str | None, *, debug: bool) -> None:
    """Log to `path`, or to stderr where it is None. OSError."""
    if path is not None and _has_no_reader(path):
        raise OSError(f"{path} is no file: move it away")
    root = logging.getLogger("axium")
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.propagate = False
    _log_by(logging.StreamHandler() if path is None else logging.FileHandler(path))


def rotate_log(path: str) -> None:
    """From now on a thread writes to `path`, rotates, and has written all at the end."""
    from axium.daemon.log_file import LogFile  # not needed before the first answer

    _log_by(_Behind(LogFile(path)))


def _has_no_reader(path: str) -> bool:
    """Whether it is a FIFO that nobody reads: to open it as a log is opened would wait for ever."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return error.errno == errno.ENXIO
    return False


class _Behind(logging.Handler):
    """Hands each line to a thread: a disk that hangs must not keep a request waiting.

    `logging` closes its handlers when the interpreter ends, however it ends.
    """

    def __init__(self, file: "LogFile") -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        self._file.write(self.format(record).encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Have all of it written."""
        self._file.close()
        super().close()


def _log_by(handler: logging.Handler) -> None:
    root = logging.getLogger("axium")
    for former in list(root.handlers):
        root.removeHandler(former)
        former.close()
    line = logging.Formatter(_LINE, _TIME)
    line.converter = time.gmtime
    handler.setFormatter(line)
    root.addHandler(handler)
