"""aria2, which downloads what it is told to: jobs by gid, a token or Basic, TLS."""

from __future__ import annotations

from pathlib import Path

from tests.support.servers.program import Program, free_port

TOKEN, USER, PASSWORD = "hunter2-token", "joe", "hunter2-basic"

CONFIG = """\
enable-rpc=true
rpc-listen-port={port}
dir={directory}/downloads
max-download-limit=500K
enable-dht=false
enable-dht6=false
disable-ipv6=true
max-tries=1
file-allocation=none
"""


class Aria2(Program):
    """Wants the token, or where `is_basic` a user; `tls` are the files of certificate and key."""

    def __init__(
        self, directory: Path, *, is_basic: bool = False, tls: tuple[str, str] | None = None
    ) -> None:
        port = free_port()
        self.scheme = "ws" if tls is None else "wss"
        lines = [CONFIG.format(port=port, directory=directory)]
        if is_basic:
            lines += [f"rpc-user={USER}\n", f"rpc-passwd={PASSWORD}\n"]
        else:
            lines += [f"rpc-secret={TOKEN}\n"]
        if tls is not None:
            lines += ["rpc-secure=true\n"]
            lines += [f"rpc-certificate={tls[0]}\n", f"rpc-private-key={tls[1]}\n"]
        config = directory / "aria2.conf"
        config.write_text("".join(lines))
        super().__init__(directory, ["aria2c", f"--conf-path={config}"], port=port)

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        return f"{self.scheme}://127.0.0.1:{self.port}/jsonrpc"
