"""The gear `deploy`, whose commands are run in a real terminal, and a bash to type them in."""

from __future__ import annotations

import re

from tests.support import Tmux, until

MAIN = """
    import os, sys, time
    import typer
    from axium.core import api

    def register(app, events):
        @app.command("deploy-code")
        def code(number: int):
            "End with this code."
            raise typer.Exit(number)

        @app.command("deploy-look")
        def look():
            "Tell what is around."
            size = os.get_terminal_size() if sys.stdout.isatty() else None
            print("tty", [os.isatty(fd) for fd in (0, 1, 2)], size, flush=True)
            typer.secho("green", fg="green")

        @app.command("deploy-lines")
        def lines(number: int):
            "Print lines."
            for each in range(number):
                print("line", each)

        @app.command("deploy-read")
        def read():
            "Tell what is typed."
            for line in sys.stdin:
                print("read", line.strip()[::-1], flush=True)

        @app.command("deploy-wait")
        def wait():
            "Wait for Ctrl-C, and clean up."
            print("wait", "begins", flush=True)
            try:
                while True:
                    time.sleep(0.05)
            except KeyboardInterrupt:
                print("cleaned", "up", flush=True)
                raise

        @app.command("deploy-progress")
        def progress():
            "Show a bar."
            with typer.progressbar(range(30), label="Deploying") as numbers:
                for each in numbers:
                    time.sleep(0.01)

        @app.command("deploy-boom")
        def boom():
            "Fail."
            open(os.path.expanduser("~/secret"))

        @app.command("deploy-ask")
        def ask():
            "Ask axium."
            from axium.core.ipc import send_request_sync
            print("env", api.get_active_env(), "denied",
                  send_request_sync({"cmd": "set_env", "name": "prod"}).get("code"), flush=True)

        @app.command("deploy-said")
        def said():
            "Tell the variables."
            print("variables", *sorted(os.environ), flush=True)

        @app.command("deploy-start")
        def start(words: list[str]):
            "Start a program."
            import subprocess
            raise typer.Exit(subprocess.run(words).returncode)
"""
PLAIN = "permissions:\n  notify: true\n"


class Shell:
    """A bash in a pane."""

    def __init__(self, tmux: Tmux) -> None:
        self.tmux = tmux

    def type(self, line: str) -> None:
        """Type a line, and Enter."""
        self.tmux.send("main", line)

    def press(self, key: str) -> None:
        """Press a key."""
        self.tmux.cmd("send-keys", "-t", "main", key)

    def sees(self, pattern: str, timeout: float = 15.0) -> str:
        """Wait until this is on the screen; what it is."""

        def found() -> str | None:
            screen = self.tmux.cmd("capture-pane", "-p", "-J", "-S", "-", "-t", "main")
            match = re.search(pattern, screen, re.MULTILINE)
            return match and match[0]

        return str(until(found, timeout))
