"""moonraker, which serves 3D printers: a key in a header, a bearer token, or a first call."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

from tests.support.servers.program import INSTALLED, Program, free_port
from tests.support.waiting import until

CONFIG = """\
[server]
host: 127.0.0.1
port: {port}
klippy_uds_address: {directory}/no-printer.sock

[authorization]
enable_api_key: True
force_logins: True

[machine]
provider: none
validate_service: False
validate_config: False

[announcements]
dev_mode: True
"""


class Moonraker(Program):
    """Without a printer; `key` and `token` let somebody in."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        self._control = str(directory / "control.sock")
        for name in ("config", "misc"):
            (directory / name).mkdir()
        (directory / "misc/usb.ids").touch()  # else it looks for one on the network
        (directory / "config/moonraker.conf").write_text(
            CONFIG.format(port=port, directory=directory)
        )
        argv: list[str | Path] = [
            sys.executable,
            "-m",
            "moonraker",
            "-d",
            directory,
            "-u",
            self._control,
            "-n",
        ]
        packages = {"PYTHONPATH": str(INSTALLED / "python")}
        super().__init__(directory, argv, port=port, environ=packages)
        until(Path(self._control).exists)
        self.key: str = self._ask("access.get_api_key", {})
        user = {"username": "joe", "password": "hunter2-moon"}
        self.token: str = self._ask("access.post_user", user)["token"]

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        return f"ws://127.0.0.1:{self.port}/websocket"

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        """A request at the socket where whoever comes is trusted."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(self._control)
            control.sendall(json.dumps(request).encode() + b"\x03")
            data = b""
            while True:
                data += control.recv(65536)
                for frame in data.split(b"\x03")[:-1]:
                    reply = json.loads(frame)
                    if reply.get("id") == 1:
                        return reply["result"]
