"""The user's editor on one of the user's files."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from axium.cli.show import Failure
from axium.config.atomic import replace_file
from axium.thin.paths import environ

TAKES_LINE = frozenset({"emacs", "emacsclient", "mg", "micro", "nano", "nvim", "vi", "vim"})
"""Editors for which `+LINE` is a place in the file after it."""


def edit(path: str, line: int | None = None) -> None:
    """Have `$EDITOR`, else `vi`, edit a file, at a line where it can; returns when it ended.

    Failure where it can't be started (127), or ends with a failure of its own.
    """
    command = _command()
    if line is not None and os.path.basename(command[0]) in TAKES_LINE:
        command.append(f"+{line}")
    # Ctrl-C is for the editor. A handler, since what is ignored stays so in what is started.
    former = signal.signal(signal.SIGINT, _leave_it)
    try:
        code = subprocess.call([*command, path])
    except OSError as error:
        hint = "set EDITOR to the editor that you use"
        message = f"the editor `{command[0]}` can't be started: {error.strerror}"
        raise Failure(message, hint, code=127) from None
    finally:
        signal.signal(signal.SIGINT, former)
    if code:
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        raise Failure(f"the editor `{command[0]}` {ended}", f"the file is as it left it: {path}")


@contextmanager
def prepared(path: str, text: str) -> Iterator[None]:
    """The file is there, with this text if it was not; it goes again if nothing is made of it."""
    if os.path.lexists(path):
        yield
        return
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    replace_file(path, text.encode(), durable=True, mode=0o600)
    try:
        yield
    finally:
        if _says(path, text):
            os.unlink(path)


def _says(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as found:
            return found.read(len(text.encode()) + 1) == text.encode()
    except OSError:
        return False


def _command() -> list[str]:
    try:
        words = shlex.split(environ().get("EDITOR", ""))
    except ValueError as error:
        raise Failure(f"EDITOR can't be cut into words: {error}") from None
    return words or ["vi"]


def _leave_it(_number: int, _frame: FrameType | None) -> None:
    """Do nothing."""
