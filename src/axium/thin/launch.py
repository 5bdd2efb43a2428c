"""Becoming the tool: its argv and environment, the search on PATH, and exec."""

import posix

from axium.thin import say
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from axium.thin.table import Table

NOT_EXECUTABLE = 126
NOT_FOUND = 127
# What the C library searches where PATH is not set.
DEFAULT_PATH = "/bin:/usr/bin"


def plain(argv: list[str], environ: dict[str, str]) -> int:
    """Become `argv` as it was typed; the exit code where that fails."""
    return _become(argv, environ) or _missing(argv[0], "", environ)


def launch(table: "Table", env: str, typed: list[str], environ: dict[str, str]) -> int:
    """Become what the table makes of `typed`; the exit code where that fails.

    `env` is the environment's name, empty for none.
    """
    child = _marked(table.environ(environ), typed[0], env)
    argv = table.argv(typed[1:])
    failed = _become(argv, child)
    if failed is None and table.plain:
        failed = _become(typed, _marked(environ, typed[0], env))
    if failed is None:
        # 100 ms or more, and only for a program that PATH does not have.
        from axium.thin.functions import become_function

        failed = become_function(argv, child)
    return failed or _missing(argv[0], table.where, child)


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
        posix.execve(encode(path), words, variables)
    except OSError as error:
        return _refused(error, path, words, variables)


def _refused(error: OSError, path: str, words: list[bytes], variables: dict[bytes, bytes]) -> int:
    import errno

    if error.errno != errno.ENOEXEC:
        say.error(f"cannot run `{path}`: {error.strerror}")
        return NOT_EXECUTABLE
    # A script without `#!` is the shell's, as it is for execvp.
    return posix.execve(b"/bin/sh", [b"sh", encode(path), *words[1:]], variables)


def _missing(program: str, where: str, environ: dict[str, str]) -> int:
    for path in _candidates(program, environ):
        if _is_file(path):
            say.error(f"cannot run `{path}`: not executable", _named(where))
            return NOT_EXECUTABLE
    say.error(f"`{program}` is not on PATH", _named(where))
    return NOT_FOUND


def _named(where: str) -> str:
    return f"the rule at {where} names it" if where else ""


def find(program: str, environ: dict[str, str]) -> str | None:
    """The path of an executable file, searched as execvp does."""
    for path in _candidates(program, environ):
        if posix.access(encode(path), posix.X_OK) and _is_file(path):
            return path
    return None


def _candidates(program: str, environ: dict[str, str]) -> "Iterator[str]":
    if "/" in program or not program:
        yield program
        return
    for directory in environ.get("PATH", DEFAULT_PATH).split(":"):
        yield (directory or ".") + "/" + program


def _is_file(path: str) -> bool:
    try:
        return posix.stat(encode(path)).st_mode & 0o170000 == 0o100000
    except OSError:
        return False
