"""Long-lived interactive shells with the hook, driven line by line, and each one's own clock."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from threading import Timer
from typing import ClassVar, Self

from benchmarks.kit.bench import AXIUM
from tests.support.scratch import Scratch

MARK = "end-of-this-answer"
ANSWER_BOUND = 180  # seconds


class Shell:
    """Interactive, but on pipes: it prints nothing of its own to standard output."""

    name: ClassVar[str]
    start_file: ClassVar[str]
    """Below the home directory."""
    quiet: ClassVar[str] = ""
    """What stands before the hook, so that only answers are printed."""
    hook: ClassVar[str]
    hook_file: ClassVar[str]
    """Below the config home."""
    clock: ClassVar[str]
    """Defines `_turns TURNS COMMAND...`, which says how long each run of each took."""
    argv: ClassVar[Sequence[str]]
    bare: ClassVar[Sequence[str]]
    """Runs one line as an interactive shell without start files."""
    stderr: ClassVar[int] = subprocess.DEVNULL

    def __init__(self, scratch: Scratch, variables: Mapping[str, str] | None = None) -> None:
        start_file = scratch.user / self.start_file
        start_file.parent.mkdir(parents=True, exist_ok=True)
        start_file.write_text(f"{self.quiet}{self.hook.format(axium=AXIUM)}\n{self.clock}")
        self._process = subprocess.Popen(
            self.argv,
            env=scratch.environ | dict(variables or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            cwd=scratch.user,
            text=True,
            start_new_session=True,  # never the terminal that this was started in
        )
        self.type("true")

    def type(self, line: str) -> str:
        """What the line prints; EOFError if the shell ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\necho {MARK}\n")
        self._process.stdin.flush()
        watchdog = Timer(ANSWER_BOUND, self._process.kill)
        watchdog.start()
        try:
            return self._answer(line)
        finally:
            watchdog.cancel()

    def times(self, commands: Mapping[str, str], turns: int) -> dict[str, list[float]]:
        """Microseconds of each run of each command, in turn with the others."""
        words = " ".join(f"'{command}'" for command in commands.values())
        self.type(f"_turns 5 {words}")  # to warm up
        took = self.read_clock(self.type(f"_turns {turns} {words}"))
        if len(took) != turns * len(commands):
            raise RuntimeError(f"{self.name} timed {len(took)} runs of {turns * len(commands)}")
        return {name: took[place :: len(commands)] for place, name in enumerate(commands)}

    def read_clock(self, said: str) -> list[float]:
        """The microseconds in what `_turns` printed."""
        return [float(word) for word in said.split()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _answer(self, line: str) -> str:
        assert self._process.stdout is not None
        said = ""
        while not said.endswith(f"{MARK}\n"):
            answer = self._process.stdout.readline()
            if not answer:
                raise EOFError(f"{self.name} ended in `{line}`")
            said += answer
        return said.removesuffix(f"{MARK}\n")


class Bash(Shell):
    name = "bash"
    start_file = ".bashrc"
    hook = 'eval "$({axium} init bash)"'
    hook_file = "bash/init.sh"
    clock = """
_run() { local began=${EPOCHREALTIME/[.,]/}; eval "$1" >/dev/null
    local ended=${EPOCHREALTIME/[.,]/}; echo $(( ended - began )); }
_turns() { local -i turn; local one
    for (( turn = 0; turn < $1; turn++ )); do for one in "${@:2}"; do _run "$one"; done; done; }
"""
    argv = ("bash", "-i")
    bare = ("bash", "--norc", "-ic")


class Zsh(Shell):
    name = "zsh"
    start_file = ".zshrc"
    quiet = "PROMPT= PS2= RPROMPT=; unsetopt prompt_cr prompt_sp\n"
    hook = 'eval "$({axium} init zsh)"'
    hook_file = "zsh/init.zsh"
    clock = """
zmodload zsh/datetime
_run() { local -a began=($epochtime); eval "$1" >/dev/null
    local -a ended=($epochtime)
    echo $(( (ended[1] - began[1]) * 1000000 + (ended[2] - began[2]) / 1000.0 )); }
_turns() { local one; repeat $1; do for one in "${@:2}"; do _run "$one"; done; done; }
"""
    argv = ("zsh", "-d", "-i")  # without the start files of the system
    bare = ("zsh", "-d", "-f", "-ic")


class Fish(Shell):
    """Where its input is a pipe, it reads all of it before it runs a line: here, a loop reads."""

    name = "fish"
    start_file = ".config/fish/config.fish"
    hook = "{axium} init fish | source"
    hook_file = "fish/init.fish"
    clock = """
function _turns
    for _turn in (seq $argv[1])
        for _one in $argv[2..]
            time eval $_one >/dev/null
        end
    end
end
"""
    argv = ("fish", "-i", "-c", "while read --local _line; eval $_line; end")
    bare = ("fish", "--no-config", "-ic")
    stderr = subprocess.STDOUT  # `time` writes there

    def read_clock(self, said: str) -> list[float]:
        found = re.findall(r"^Executed in +([0-9.]+) (micros|millis|secs)", said, re.MULTILINE)
        units = {"micros": 1, "millis": 1e3, "secs": 1e6}
        return [float(number) * units[unit] for number, unit in found]
