"""`make run`: axium at work in a real tmux, in a home of its own that is gone afterwards.

On a terminal it leaves the person in that session; without one it drives the session,
prints its screens and fails where one is not as it must be.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType

from tests.support import Scratch, Terminal, Tmux, until
from tests.support.scratch import SYSTEM_PATH, make_scratch

SIZE = (100, 12)
LEFT, RIGHT = "%0", "%1"
PATIENCE = 15.0

ENVIRONMENTS = """\
envs:
  dev:
    color: "#5FAF5F"
    prefix: ""
  prod:
    color: "#D75F5F"
    prefix: wrapx exec prod --
"""

STAND_IN = """\
#!/bin/sh
# Stands in for {name}: prints what it was asked, and keeps it.
printf '%s\\n' "{name} $*" >>'{calls}'
printf '{name} was asked: %s\\n' "$*"
"""

SHELL_START = """\
PS1='${AXIUM_PROMPT}$ '
eval "$(axium init bash)"
[ "$TMUX_PANE" != %0 ] || cat "$HOME/try"
"""

TRY = """\

  This pane is in dev, the other prod.
  Try, and watch the status line:

    aws s3 ls
    {keys} o  (the other pane)
    axium env set prod
    axium explain -- aws s3 ls
    command aws s3 ls

  {keys} d leaves; nothing is
  left behind in {root}

"""

PERMANENT = """\
To keep it:
  python3 -m venv ~/.local/share/axium-venv
  ~/.local/share/axium-venv/bin/pip install .
  mkdir -p ~/.local/bin && ln -sf ~/.local/share/axium-venv/bin/ax* ~/.local/bin/
and of these lines the one of your shell:
  echo 'export PATH=~/.local/bin:"$PATH"; eval "$(axium init bash)"' >> ~/.bashrc
  echo 'export PATH=~/.local/bin:"$PATH"; eval "$(axium init zsh)"' >> ~/.zshrc
  echo 'fish_add_path ~/.local/bin; axium init fish | source' >> ~/.config/fish/config.fish
"""


class Faulty(Exception):
    """A screen that is not as it must be."""


class Demo:
    """Two panes of one private tmux server, each with a bash that has axium's hook."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.calls = scratch.root / "calls"
        self.real_aws = shutil.which("aws", path=SYSTEM_PATH) is not None
        self._furnish()
        self._start_in("dev")
        shell = f"exec bash --rcfile {scratch.user}/start -i"
        self.tmux = Tmux(scratch, size=SIZE, shell=shell)
        self.tmux.cmd("set-option", "-g", "status-left", "")
        self.tmux.cmd("set-option", "-g", "status-right", "")
        self.tmux.cmd("split-window", "-h", "-t", LEFT, shell)

    def _furnish(self) -> None:
        for name in ("wrapx",) if self.real_aws else ("wrapx", "aws"):
            self.scratch.tool(name, STAND_IN.format(name=name, calls=self.calls))
        text = TRY.format(root=self.scratch.root, keys=prefix()) if sys.stdout.isatty() else ""
        (self.scratch.user / "start").write_text(SHELL_START)
        (self.scratch.user / "try").write_text(text)
        (self.scratch.home / "envs.yaml").write_text(ENVIRONMENTS)

    def _start_in(self, env: str) -> None:
        done = self.scratch.axium("env", "set", env, "--global")
        if done.returncode:
            raise Faulty(done.stderr.strip())

    def type(self, pane: str, command: str) -> None:
        """Go to the pane and type there, once its shell waits for a command."""
        self.tmux.cmd("select-pane", "-t", pane)
        self.expect(
            f"no prompt in pane {pane}", lambda: self.tmux.capture(pane).rstrip().endswith("$")
        )
        self.tmux.send(pane, command)
        self.expect_text(pane, command)

    def expect(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait until it is so; Faulty, with both panes, if it does not come."""
        try:
            until(condition, PATIENCE)
        except AssertionError:
            panes = "\n".join(self.tmux.capture(pane) for pane in (LEFT, RIGHT))
            raise Faulty(f"{what}\n{panes}") from None

    def expect_text(self, pane: str, text: str) -> None:
        self.expect(f"no `{text}` in pane {pane}", lambda: text in self.tmux.capture(pane))

    def settle(self) -> None:
        """One pane in dev, one in prod, and the same command typed in both."""
        for pane, env in ((LEFT, "dev"), (RIGHT, "prod")):
            self.type(pane, f"axium env set {env}")
            self.type(pane, "aws s3 ls")
        if not self.real_aws:
            self.expect_text(LEFT, "aws was asked: s3 ls")
        self.expect_text(RIGHT, "wrapx was asked: exec prod -- aws s3 ls")
        self.tmux.cmd("select-pane", "-t", LEFT)

    def close(self) -> None:
        self.tmux.close()


def prefix() -> str:
    """What is pressed before a key of the demo's tmux: a tmux around it may take the first."""
    if "TMUX" not in os.environ:
        return "Ctrl-b"
    asked = ("tmux", "show-options", "-gv", "prefix")
    around = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return "Ctrl-b Ctrl-b" if around == "C-b" else "Ctrl-b"


def show(demo: Demo) -> None:
    """Drive the session and print what a person would see."""
    with closing(Terminal(demo.tmux, size=SIZE)) as terminal:

        def expect_status(env: str) -> None:
            text = f"env:{env}"
            demo.expect(f"no `{text}` in the status line", lambda: text in terminal.status())

        demo.settle()
        expect_status("dev")
        picture(
            "`aws s3 ls` typed in both panes, the left one in dev, the right one in prod", terminal
        )
        for pane, env in ((RIGHT, "prod"), (LEFT, "dev")):
            demo.tmux.cmd("select-pane", "-t", pane)
            expect_status(env)
            print(f"\nthe status line in pane {pane}:\n{terminal.status().rstrip()}")
        demo.type(LEFT, "axium env set prod")
        expect_status("prod")
        demo.type(LEFT, "aws s3 ls")
        demo.expect_text(LEFT, "wrapx was asked: exec prod -- aws s3 ls")
        picture("the left pane after `axium env set prod` and again `aws s3 ls`", terminal)
    check_calls(demo)


def picture(title: str, terminal: Terminal) -> None:
    lines = [line.rstrip() for line in terminal.screen().split("\n")]
    print(f"\n{title}:\n{'-' * SIZE[0]}", *lines, "-" * SIZE[0], sep="\n")


def check_calls(demo: Demo) -> None:
    """What really ran, and nothing else."""
    plain = [] if demo.real_aws else ["aws s3 ls"]
    expected = [*plain, *["wrapx exec prod -- aws s3 ls"] * 2]
    ran = demo.calls.read_text().splitlines()
    if ran != expected:
        raise Faulty(f"ran {ran}, expected {expected}")


def hand_over(demo: Demo) -> None:
    """Leave the person in the session until they leave it."""
    demo.settle()
    demo.tmux.cmd("set-option", "-g", "mouse", "on")
    environ = demo.scratch.environ | {"TERM": os.environ.get("TERM", "xterm-256color")}
    subprocess.run(["tmux", "-L", demo.tmux.name, "attach", "-t", "main"], env=environ, check=False)


@contextmanager
def stage() -> Iterator[Demo]:
    """A demo that is cleaned up however it ends."""
    with closing(make_scratch()) as scratch, closing(Demo(scratch)) as demo:
        yield demo


def leave(number: int, frame: FrameType | None) -> None:
    """End through the clean-up."""
    sys.exit(128 + number)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        with stage() as demo:
            hand_over(demo) if on_terminal else show(demo)
    except Faulty as fault:
        print(f"✗ {fault}", file=sys.stderr)
        return 1
    print(f"\n{PERMANENT}", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
