"""python-lsp-server: nothing is answered before `initialize`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.servers.program import INSTALLED, Program, free_port

# By itself it would listen on all networks.
PROGRAM = """\
import sys, websockets
from functools import partial
websockets.serve = partial(websockets.serve, host="127.0.0.1")
from pylsp.__main__ import main
sys.argv = ["pylsp", "--ws", "--port", sys.argv[1]]
main()
"""

FIRST_CALL = 'first-call initialize {"processId":null,"rootUri":null,"capabilities":{}}'


class Pylsp(Program):
    """A language server for Python."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        argv = [sys.executable, "-c", PROGRAM, str(port)]
        packages = {"PYTHONPATH": str(INSTALLED / "python")}
        super().__init__(directory, argv, port=port, environ=packages)

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        return f"ws://127.0.0.1:{self.port}"
