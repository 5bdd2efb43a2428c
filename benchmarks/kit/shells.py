"""A long-lived interactive bash with the hook, driven line by line."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Timer

from benchmarks.kit.bench import AXIUM
from tests.support.scratch import Scratch

MARK = "=end-of-answer="
ANSWER_BOUND = 180  # seconds
HOOK = 'eval "$({axium} init bash)"\n'


class Bash:
    """Interactive, but on pipes: it prints nothing of its own to standard output."""

    def __init__(self, scratch: Scratch, *, hook: bool, variables: Mapping[str, str]) -> None:
        start_file = scratch.root / ("bashrc" if hook else "plainrc")
        start_file.write_text(HOOK.format(axium=AXIUM) if hook else "")
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--rcfile", str(start_file), "-i"],
            env=scratch.environ | dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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

    def _answer(self, line: str) -> str:
        assert self._process.stdout is not None
        said = ""
        while not said.endswith(f"{MARK}\n"):
            answer = self._process.stdout.readline()
            if not answer:
                raise EOFError(f"the shell ended in `{line}`")
            said += answer
        return said.removesuffix(f"{MARK}\n")

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@contextmanager
def bash(
    scratch: Scratch, *, hook: bool = True, variables: Mapping[str, str] | None = None
) -> Iterator[Bash]:
    shell = Bash(scratch, hook=hook, variables=variables or {})
    try:
        yield shell
    finally:
        shell.close()
