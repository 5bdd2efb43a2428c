"""A program that is no file but a function of the user's interactive shell."""

import posix
import time

from axium.thin.words import encode

FOUND = b"axium: it is a function"

TIMEOUT = 5.0
"""Seconds; start files that take longer keep every new terminal waiting as long."""

# Words travel as positional parameters and are never spliced into a script: `$1` is the program.
_POSIX_PROBE = 'typeset -f -- "$1" >/dev/null && printf "%s\\n" "$2"'
PROBES = {
    "bash": _POSIX_PROBE,
    "zsh": _POSIX_PROBE,
    "fish": 'functions -q -- $argv[1]; and printf "%s\\n" $argv[2]',
}

RUNNERS = {"bash": 'exec 2>&{0} {0}>&-; "$@"', "zsh": 'exec 2>&{0} {0}>&-; "$@"', "fish": "$argv"}
"""Start files and the shell itself may talk to stderr; the function gets it back."""


def become_function(argv: list[str], environ: dict[str, str]) -> int | None:
    """Replace the process by `$SHELL -ic` and the function; None where there is no such one."""
    shell = environ.get("SHELL", "")
    name = shell.rpartition("/")[2]
    if name not in PROBES or not _is_function(shell, argv[0], environ):
        return None
    stderr = posix.dup(2)
    posix.set_inheritable(stderr, True)
    if name != "fish":
        posix.dup2(posix.open("/dev/null", posix.O_WRONLY), 2)
    # bash and zsh name the script itself by the word after it; fish has no such word.
    words = [shell, "-ic", RUNNERS[name].format(stderr), *([] if name == "fish" else ["axium"])]
    posix.execve(encode(shell), [encode(word) for word in [*words, *argv]], _bytes(environ))


def _is_function(shell: str, program: str, environ: dict[str, str]) -> bool:
    name = shell.rpartition("/")[2]
    words = [shell, "-ic", PROBES[name], *([] if name == "fish" else ["axium"]), program]
    reader, writer = posix.pipe()
    # Its own session: an interactive shell takes the terminal away from whoever has it.
    try:
        pid = posix.posix_spawn(
            encode(shell),
            [*(encode(word) for word in words), FOUND],
            _bytes(environ),
            file_actions=[
                (posix.POSIX_SPAWN_OPEN, 0, "/dev/null", posix.O_RDONLY, 0),
                (posix.POSIX_SPAWN_DUP2, writer, 1),
                (posix.POSIX_SPAWN_OPEN, 2, "/dev/null", posix.O_WRONLY, 0),
            ],
            setsid=True,
        )
    except OSError:
        posix.close(reader)
        return False
    finally:
        posix.close(writer)
    return FOUND in _output(reader, pid)


def _output(reader: int, pid: int) -> bytes:
    """What the shell prints until it closes its output, or is too slow and ended."""
    import select

    deadline = time.monotonic() + TIMEOUT
    chunks = []
    while select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = posix.read(reader, 65536)
        if not chunk or FOUND in chunk:
            chunks.append(chunk)
            break
        chunks.append(chunk)
    posix.kill(-pid, 9)  # a session that we made, of a child that is not reaped yet
    posix.waitpid(pid, 0)
    posix.close(reader)
    return b"".join(chunks)


def _bytes(environ: dict[str, str]) -> dict[bytes, bytes]:
    return {encode(name): encode(value) for name, value in environ.items()}
