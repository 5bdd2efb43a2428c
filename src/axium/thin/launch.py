"""Becoming the tool: its argv and environment, the search on PATH, and exec."""

import posix

from axium.thin import say
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from axium.thin.table import Table

NOT_EXECUTABLE = 126
NOT_FOUND = 127
DEFAULT_PATH = "/bin:/usr/bin"
"""What the C library searches where PATH is not set."""

SHIM_MARK = "#!/bin/sh\n# A shim of axium:"
"""How the files begin that hand a command to `axium run`: none of them is ever the tool."""


def plain(argv: list[str], environ: dict[str, str]) -> int:
    """Become `argv` as it was typed; the exit code where that fails."""
    failed = _become(argv, environ)
    return _missing(argv[0], environ) if failed is None else failed


def launch(table: "Table", env: str, typed: list[str], environ: dict[str, str]) -> int:
    """Become what the table makes of `typed`; the exit code where that fails.

    `env` is the environment's name, empty for none.
    """
    child = _marked(table.environ(environ), typed[0], env)
    argv = table.argv(typed[1:])
    if argv[0] == typed[0]:
        return plain(argv, child)
    failed = _become(argv, child)
    if failed is None:
        failed = _elsewhere(argv, child)
    if failed is None and table.plain:
        return plain(typed, child)
    return _missing_of_rule(argv[0], typed[0], table.where, child) if failed is None else failed


def _elsewhere(argv: list[str], environ: dict[str, str]) -> int | None:
    # Start files of a shell run here: 5 ms at least, and only for what PATH does not have.
    from axium.thin.functions import become_function

    return become_function(argv, environ)


def _marked(environ: dict[str, str], command: str, env: str) -> dict[str, str]:
    child = {**environ, "AXIUM_WRAPPED": command, "AXIUM_ENV": env}
    if not env:
        del child["AXIUM_ENV"]
    return child


def _become(argv: list[str], environ: dict[str, str]) -> int | None:
    """Replace the process; None where PATH has no such program, else an exit code."""
    path = find(argv[0], environ)
    if path is None:
        return None
    words = [encode(word) for word in argv]
    variables = {encode(name): encode(value) for name, value in environ.items()}
    try:
        _execute(encode(path), words, variables)
    except OSError as error:
        say.error(f"cannot run `{path}`: {error.strerror}")
        return NOT_EXECUTABLE


def _execute(path: bytes, words: list[bytes], variables: dict[bytes, bytes]) -> "NoReturn":
    try:
        posix.execve(path, words, variables)
    except OSError as error:
        from errno import ENOEXEC

        if error.errno != ENOEXEC:
            raise
    # A script without `#!` is the shell's, as it is for execvp.
    posix.execve(b"/bin/sh", [b"sh", path, *words[1:]], variables)


def _missing(program: str, environ: dict[str, str]) -> int:
    if path := _unfit(program, environ):
        say.error(f"`{program}` did not run: {path} is not executable")
        return NOT_EXECUTABLE
    if "/" in program and _mode(program):
        say.error(f"`{program}` did not run: it is no file that can be executed")
        return NOT_EXECUTABLE
    where = "there is no such file" if "/" in program else "it is not on PATH"
    say.error(f"`{program}` did not run: {where}")
    return NOT_FOUND


def _missing_of_rule(program: str, command: str, where: str, environ: dict[str, str]) -> int:
    told = f"`{command}` did not run: `{program}`, which its rule names,"
    if path := _unfit(program, environ):
        say.error(f"{told} is not executable: {path}", f"see {where}")
        return NOT_EXECUTABLE
    say.error(f"{told} is not there", f"see {where}: install it, or write `fallback: plain` there")
    return NOT_FOUND


def _unfit(program: str, environ: dict[str, str]) -> str | None:
    """A file of this name that cannot be executed."""
    return next((path for path in _candidates(program, environ) if _is_idle(path)), None)


def find(program: str, environ: dict[str, str]) -> str | None:
    """The path of an executable file, searched as execvp does, past the shims on PATH."""
    for path in _candidates(program, environ):
        if posix.access(encode(path), posix.X_OK) and _is_file(path):
            if path != program and is_shim(path):
                continue
            return path
    return None


def is_shim(path: str) -> bool:
    """Whether a file is a shim, of whatever home."""
    try:
        fd = posix.open(encode(path), posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return False
    try:
        return posix.read(fd, len(SHIM_MARK)) == encode(SHIM_MARK)
    finally:
        posix.close(fd)


def _candidates(program: str, environ: dict[str, str]) -> "Iterator[str]":
    if "/" in program or not program:
        yield program
        return
    for directory in environ.get("PATH", DEFAULT_PATH).split(":"):
        yield (directory or ".") + "/" + program


def _is_idle(path: str) -> bool:
    return _is_file(path) and not posix.access(encode(path), posix.X_OK)


def _is_file(path: str) -> bool:
    return _mode(path) & 0o170000 == 0o100000


def _mode(path: str) -> int:
    """The mode of what is at `path`; 0 where nothing is."""
    try:
        return posix.stat(encode(path)).st_mode
    except OSError:
        return 0
