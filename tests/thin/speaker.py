"""A small real server in the daemon's place: bytes in, bytes out, and what was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

Answer = Callable[[bytes], bytes]


class Speaker:
    """Answers each connection's first line and closes; `asked` has the lines in order."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self.asked: list[bytes] = []
        self._answer = answer
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # it was shut down: that is how we end
                return
            with connection:
                line = connection.makefile("rb").readline()
                self.asked.append(line)
                connection.sendall(self._answer(line))
