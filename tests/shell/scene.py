"""A home with the hook in it, published files written by hand, and tools that record."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from axium.thin.words import encode
from tests.support import Scratch

SHELL_FILES = Path(__file__).parents[2] / "src/axium/shell"
VERSION = "0.1.0"
WHERE = "/home/me/prefixes.yaml:3:5"

# dash: it passes any bytes on, and starts in a millisecond.
RECORDER = r"""#!/bin/sh
cat /proc/$$/environ >{seen}/env
printf '%s\0' "${{0##*/}}" "$@" >{seen}/argv
echo "${{0##*/}}" >>{seen}/calls
{then}
"""

Word = str | bytes


@dataclass(frozen=True)
class Call:
    """What a recording tool saw."""

    argv: list[bytes]
    env: dict[bytes, bytes]

    def variables(self, *names: str) -> dict[str, str | None]:
        """Some of its variables; None where one was not set."""
        found = {name: self.env.get(name.encode()) for name in names}
        return {name: None if value is None else value.decode() for name, value in found.items()}


class Bash:
    """How a test talks with an interactive bash; one such class for each shell."""

    hook = "bash/init.sh"
    rc = "rc"
    quiet = "PS1=\n"
    """Start of a start file, so that nothing but answers is printed."""
    status = "$?"
    """The word that is the exit code of the last command."""
    names = '"${AXIUM_WRAPPED_COMMANDS[@]}"'
    """The words that are the wrapped names."""
    count_names = "echo ${#AXIUM_WRAPPED_COMMANDS[@]}"
    """Prints how many they are."""

    def make_ready(self, scratch: Scratch) -> None:
        """What it must find in the user's home."""

    def source(self, scene: Scene) -> str:
        """The line that loads the hook."""
        return f"source {shlex.quote(str(scene.home / self.hook))}"

    def argv(self, scene: Scene) -> list[str]:
        """The command of an interactive shell that reads the scene's start file."""
        return ["bash", "--noediting", "--noprofile", "--rcfile", str(scene.rc), "-i"]

    def environ(self, scene: Scene) -> dict[str, str]:
        """What it must find in its environment for that."""
        return {}

    def script(self, lines: tuple[str, ...]) -> str:
        """What it is given to run `lines`, and to draw its prompt before each."""
        return "\n".join(lines) + "\n"

    def told(self, stderr: str) -> str:
        """What it said, without what every shell of its kind says where it has no terminal."""
        talk = [
            line
            for line in stderr.splitlines()
            if "no job control" not in line and "cannot set terminal" not in line
        ]
        return "\n".join(talk).removesuffix("exit").strip()


class Zsh(Bash):
    """The same of zsh."""

    hook = "zsh/init.zsh"
    rc = ".zshrc"
    quiet = "PROMPT= PS2= RPROMPT=; unsetopt prompt_cr prompt_sp\n"

    def argv(self, scene: Scene) -> list[str]:
        return ["zsh", "-d", "-i"]  # without the start files of the system

    def environ(self, scene: Scene) -> dict[str, str]:
        return {"ZDOTDIR": str(scene.rc.parent)}

    def told(self, stderr: str) -> str:
        return stderr.strip()


class Scene:
    """`aws` is wrapped; `python` and `aws` record; nothing is published yet."""

    def __init__(self, scratch: Scratch, shell: Bash | None = None) -> None:
        self.scratch = scratch
        self.shell = shell or Bash()
        self.home = scratch.home
        self.published = scratch.home / "run"
        self.seen = scratch.root / "seen"
        self.canary = scratch.root / "canary"
        self.seen.mkdir()
        self.shell.make_ready(scratch)
        (self.published / "t").mkdir(parents=True)
        self.python = self.tool("python")
        self.tool("aws")
        for file in SHELL_FILES.glob("*/*.*"):
            self._render(file)
        self.rc = scratch.user / self.shell.rc
        self.rc.parent.mkdir(parents=True, exist_ok=True)
        self.start_file()

    def start_file(self, before: str = "", after: str = "") -> None:
        """A start file that loads the hook between these lines."""
        lines = (before, self.shell.source(self), after)
        self.rc.write_text(self.shell.quiet + "\n".join(filter(None, lines)) + "\n")

    def tool(self, name: str, then: str = "") -> Path:
        """A program on PATH that records its argv and environment."""
        seen = shlex.quote(str(self.seen))
        return self.scratch.tool(name, RECORDER.format(seen=seen, then=then))

    def publish(self, path: str, *words: Word) -> Path:
        """One published file, whole and at once."""
        data = b"\0".join(_bytes(word) for word in ("axium1", *words, "end", ""))
        file = self.published / path
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.parent / ".fresh"
        fresh.write_bytes(data)
        return fresh.rename(file)

    def commands(self, *names: Word, stamp: str = "c1") -> None:
        """The names that are wrapped."""
        self.publish("commands", stamp, *names)

    def everywhere(
        self, env: Word, stamp: Word = "s1", *, sgr: Word = "", commands: str = "c1"
    ) -> Path:
        """The global pointer."""
        return self.publish("global", env, stamp, sgr, commands)

    def linked(self, env: str, stamp: str = "s1", *, sgr: str = "", commands: str = "c1") -> Path:
        """The global pointer as the daemon writes it: a link to its original."""
        original = self.publish(f"t/{stamp}/.{commands},{sgr}", env, stamp, sgr, commands)
        fresh = self.published / ".fresh"
        fresh.hardlink_to(original)
        return fresh.rename(self.published / "global")

    def table(self, *tagged: Word, command: str = "aws", stamp: str = "s1") -> Path:
        """A table that says `go`."""
        return self.publish(f"t/{stamp}/{command}", "go", WHERE, *tagged)

    def prod(self, *tagged: Word) -> None:
        """`aws` is wrapped everywhere, the environment is `prod`."""
        self.commands("aws")
        self.everywhere("prod")
        self.table(*(tagged or ("<aws", "<--profile", "<prod", "=AWS_PROFILE=prod")))

    def type(self, *lines: str, env: dict[str, str] | None = None) -> Typed:
        """An interactive shell that is given `lines`, once its start file was read."""
        script = self.shell.script(lines)
        around = self.shell.environ(self) | (env or {})
        done = self.scratch.run(*self.shell.argv(self), stdin=script, env=around)
        return Typed(done.returncode, done.stdout, self.shell.told(done.stderr))

    def call(self) -> Call:
        """What the tool that was called last saw."""
        return Call(_words(self.seen / "argv"), _environ(self.seen / "env"))

    def calls(self) -> list[str]:
        """The names of all recording tools that ran, in order."""
        path = self.seen / "calls"
        return path.read_text().split() if path.exists() else []

    def asked(self, *argv: Word) -> list[bytes]:
        """The argv of `axium run` for a command."""
        start = ("python", "-I", "-S", "-E", str(self.home / "main.py"), "run")
        return [_bytes(word) for word in (*start, *argv)]

    def _render(self, file: Path) -> None:
        places = {
            "PYTHON": str(self.python),
            "MAIN": str(self.home / "main.py"),
            "HOME": str(self.home),
            "VERSION": VERSION,
        }
        text = file.read_text()
        for name, value in places.items():
            text = text.replace(f"@AXIUM_{name}@", shlex.quote(value))
        path = self.home / file.relative_to(SHELL_FILES)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@dataclass(frozen=True)
class Typed:
    """What a shell said of the lines that it was given."""

    status: int
    stdout: str
    stderr: str


def _bytes(word: Word) -> bytes:
    return encode(word) if isinstance(word, str) else word


def _words(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\0")[:-1]


def _environ(path: Path) -> dict[bytes, bytes]:
    pairs = (entry.partition(b"=") for entry in _words(path))
    return {name: value for name, _, value in pairs}
