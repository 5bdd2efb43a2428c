"""ganache, an Ethereum node of its own: answers out of order, and tells of new blocks."""

from __future__ import annotations

from pathlib import Path

from tests.support.servers.program import INSTALLED, Program, free_port

PROGRAM = INSTALLED / "node_modules/ganache/dist/node/cli.js"


class Ganache(Program):
    """A chain with ten accounts that are the same each time."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        where = ["--server.host", "127.0.0.1", "--server.port", str(port)]
        argv: list[str | Path] = ["node", PROGRAM, *where, "--wallet.deterministic"]
        super().__init__(directory, argv, port=port)

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        return f"ws://127.0.0.1:{self.port}"
