"""Text to the terminal without the interpreter's streams: data to stdout, talk to stderr."""

import posix

from axium.thin.words import decode, encode


def out(text: str) -> None:
    """Print data."""
    _write(1, encode(text))


def error(message: str, hint: str = "") -> None:
    """Tell what went wrong and, on lines of its own, what to do."""
    lines = f"{message}\n{hint}".rstrip("\n").split("\n")
    first, *more = ["".join(map(_shown, line)) for line in lines]
    _write(2, encode("\n  ".join((f"✗ {first}", *more)) + "\n"))


def notice(message: str) -> None:
    """Tell what is otherwise than one may think."""
    _write(2, encode("! " + "".join(map(_shown, message)) + "\n"))


def _shown(character: str) -> str:
    """A character as a terminal only shows it: an argument, or a file's name, may steer one."""
    if character.isprintable() or character == "\u00a0":
        return character
    byte = ord(character) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else ascii(character)[1:-1]


def reason(error: OSError) -> str:
    """What the system says of a failure, and of which file."""
    name = decode(error.filename) if isinstance(error.filename, bytes) else error.filename
    return f"{error.strerror or error}" + (f" (`{name}`)" if name else "")


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[posix.write(fd, data) :]
