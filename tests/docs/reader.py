"""Somebody who reads a page and types what it shows, in a scratch home with a real tmux."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.docs.page import Block, Step, fits, steps
from tests.support import Scratch, Terminal, Tmux, until

END = "--axium-example-ends--"
START = f"""\
PS1='' PS2=''
unset HISTFILE
end() {{ local code=$?; printf '%s\\n' {END}; return "$code"; }}
eval "$(axium init bash)"
"""


class Shell:
    """An interactive bash with axium's hook that reads its commands from a pipe."""

    def __init__(self, scratch: Scratch, pane: dict[str, str]) -> None:
        start = scratch.root / "start"
        start.write_text(START)
        self._process = subprocess.Popen(
            ["bash", "--noediting", "--rcfile", str(start), "-i"],
            env=scratch.environ | pane,
            cwd=scratch.user,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.type(":")  # and with it what bash says of having no terminal

    def type(self, command: str) -> str:
        """All that the command prints, on stdout and stderr."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\nend\n")
        self._process.stdin.flush()
        printed = ""
        for line in self._process.stdout:
            if line.endswith(f"{END}\n"):
                return printed + line.removesuffix(f"{END}\n")
            printed += line
        raise AssertionError(f"the shell ended at `{command}`: {printed}")

    def close(self) -> None:
        """Leave the shell."""
        self._process.communicate("exit\n", timeout=10)


OTHERS = {
    "zsh": ["zsh", "-i", "-o", "no_zle"],
    "fish": ["fish", "-i", "--init-command", "axium init fish | source"],
}
"""How each other shell is started."""


def typed_in(shell: str, steps: list[Step], scratch: Scratch) -> list[Step]:
    """The steps in a new zsh or fish, which ends with them: fish reads all before it runs one."""
    (scratch.root / ".zshrc").write_text("PS1=''\neval \"$(axium init zsh)\"\n")
    (scratch.user / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
    typed = "".join(f"{step.command}\necho {END}\n" for step in steps)
    around = {"ZDOTDIR": str(scratch.root), "FISH_UNIT_TESTS_RUNNING": "1"}  # for a quiet prompt
    done = scratch.run(*OTHERS[shell], stdin=typed, env=around)
    printed = done.stdout.split(f"{END}\n")
    return [
        step if fits(step.output, text) else Step(step.command, text + done.stderr)
        for step, text in zip(steps, printed, strict=False)
    ]


class Reader:
    """Follows a page; its two panes are `%0` and `%1`."""

    def __init__(self, scratch: Scratch, tmux: Tmux, terminal: Terminal) -> None:
        self.scratch = scratch
        self.tmux = tmux
        self.terminal = terminal
        self._shells: dict[str, Shell] = {}
        tmux.cmd("split-window", "-h", "-t", "%0", "sleep infinity")
        config = scratch.user / ".config"
        config.mkdir()
        (config / "axium").symlink_to(scratch.home)

    def follow(self, block: Block) -> str:
        """What the block would have to show, were it written anew."""
        match block.kind, block.about:
            case "console", name if name in OTHERS:
                typed = typed_in(name, steps(block.text), self.scratch)
                return "".join(step.shown() for step in typed)
            case "console", pane:
                shell = self._shell(pane)
                return "".join(_taken(step, shell).shown() for step in steps(block.text))
            case "text", pane if pane:
                return self._status(pane, block.text)
            case "yaml", name if name:
                file = self.scratch.home / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text)
                self._reload()
            case _, name if name:
                self._write(self.scratch.user / name, block.text)
        return block.text

    def _shell(self, pane: str) -> Shell:
        if pane not in self._shells:
            inside = f"{self.tmux.socket},{self.tmux.pid},0"
            around = {"TMUX": inside, "TMUX_PANE": pane} if pane else {}
            self._shells[pane] = Shell(self.scratch, around)
        return self._shells[pane]

    def _reload(self) -> None:
        """A daemon that is there has read the file before anything else is typed."""
        if self.scratch.socket.exists():
            self.scratch.exchange(b"RELOAD\n")

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def _status(self, pane: str, expected: str) -> str:
        self.tmux.cmd("select-pane", "-t", pane)
        try:
            until(lambda: fits(f"...{expected}", self.terminal.status().rstrip() + "\n"))
        except AssertionError:
            return self.terminal.status().strip() + "\n"
        return expected

    def close(self) -> None:
        """Leave every shell."""
        for shell in self._shells.values():
            shell.close()


def _taken(step: Step, shell: Shell) -> Step:
    printed = shell.type(step.command)
    return step if fits(step.output, printed) else Step(step.command, printed)
