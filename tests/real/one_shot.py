"""What an existing client of a connection daemon does: one request, lines, end of file."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any


def one_shot(path: Path, timeout: float = 20.0, **request: Any) -> list[Any]:
    """All lines that the daemon at this socket answers; the request has no newline at its end."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout)
        client.connect(str(path))
        client.sendall(json.dumps(request).encode())
        client.shutdown(socket.SHUT_WR)
        data = b"".join(iter(lambda: client.recv(65536), b""))
    return [json.loads(line) for line in data.splitlines()]
