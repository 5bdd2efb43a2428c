"""Words that would do something if anybody took them for code, and a long-lived shell to try."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import strategies as st

from tests.support import Scratch

MARK = b"--the shell is done--"


def hostile_words(canary: Path) -> list[bytes]:
    """Words of which each would create the canary, or change something, if it were evaluated."""
    touch = b"touch " + bytes(canary)
    return [
        b"",
        b" ",
        b"\n",
        b"end",
        b"axium1",
        b"a b\tc\n d",
        b"\n\ntrailing\n\n",
        b"$(" + touch + b")",
        b"`" + touch + b"`",
        b"; " + touch + b" #",
        b"\n" + touch + b"\n",
        b"' ; " + touch + b"; '",
        b'" ; ' + touch + b'; "',
        b"a[$(" + touch + b")]",
        b"x[`" + touch + b"`]=1",
        b"$((a[$(" + touch + b")]))",
        b"${x:=$(" + touch + b")}",
        b"<(" + touch + b")",
        b"() { :; }; " + touch,
        b"\\$(" + touch + b")\\",
        b"%s%n%q%(%s)T\\n\\x41\\0",
        b"*",
        b"/*",
        b"[a-z]?{a,b}",
        b"@(a|b)!(c)",
        b"~",
        b"~root",
        b"!!",
        b"!$",
        b"-n",
        b"-e",
        b"--",
        b"-p",
        b"+x",
        b"=",
        b"=cat",
        b"$HOME",
        b"${HOME}",
        b"$'\\n'",
        b"\\",
        b"\\\\",
        b"'",
        b'"',
        b"\x01\x02\x07\x1b[31m\x7f",
        b"\xff\xfe\x80",
        b"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa9",
        b"\xc3",
        b"\xef\x98\x80\xef\x9f\xbf",
        b"\xed\xa0\x80",
        b"x" * 20000,
        b"$(" + touch + b")" * 50,
    ]


def words(canary: Path) -> st.SearchStrategy[bytes]:
    """Hostile words, and any bytes but NUL."""
    free = st.binary(max_size=40).map(lambda data: data.replace(b"\0", b"\n"))
    return st.sampled_from(hostile_words(canary)) | free


class LongShell:
    """A shell that lives for many examples: `run` gives it lines and returns what it printed."""

    def __init__(self, scratch: Scratch, *argv: str | Path) -> None:
        self._errors = scratch.root / "errors"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=scratch.environ,
                cwd=scratch.user,
            )

    def run(self, line: str) -> bytes:
        """What one line prints to stdout."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\nprintf '%s\\n' '{MARK.decode()}'\n".encode())
        self._process.stdin.flush()
        printed = b""
        for read in self._process.stdout:
            if read == MARK + b"\n":
                return printed
            printed += read
        raise AssertionError(f"the shell ended: {self.errors()!r}")

    def errors(self) -> bytes:
        """What it has said to stderr so far."""
        return self._errors.read_bytes()

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=10)
