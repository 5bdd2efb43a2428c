"""What a command prints: data to stdout, talk to stderr, and the one failure that it may end in."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from axium.core.cli import is_verbose

GREEN, RED, PLAIN = "\033[32m", "\033[31m", "\033[0m"

_STEERING = (
    *range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F),
    *range(0x2066, 0x206A), *range(0xD800, 0xE000),
)  # fmt: skip
"""What moves a cursor, breaks a line, turns the direction of text, or is no character."""

_ESCAPED_BYTES = {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}
_ESCAPES = {code: ascii(chr(code))[1:-1] for code in _STEERING} | _ESCAPED_BYTES


class Failure(Exception):
    """A command cannot do what was asked; `code` is the exit code."""

    def __init__(self, message: str, hint: str | None = None, *, code: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


def document(data: Any) -> None:
    """Print one JSON document, in UTF-8 whatever the locale."""
    sys.stdout.flush()
    text = json.dumps(data, indent=2, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def escaped(text: str) -> str:
    """`text` as one line that a terminal only shows, whoever wrote it."""
    return text.translate(_ESCAPES)


def line(text: str = "") -> None:
    """Print one line of data."""
    sys.stdout.write(escaped(text) + "\n")


def alarm(text: str) -> None:
    """Print one line of data that nobody shall overlook."""
    sys.stdout.write(_coloured(escaped(text), RED, sys.stdout) + "\n")


def lines(text: str) -> None:
    """Print lines that others wrote, and the start of one."""
    sys.stdout.write("\n".join([escaped(part) for part in text.split("\n")]))


def exactly(text: str) -> None:
    """Print text of ours as it is, for a program to read."""
    sys.stdout.write(text)


def faults(reply: Mapping[str, Any]) -> None:
    """Name the faults of the user's files, as `reload` answers them. Failure where one is broken.

    To be called when everything else is done.
    """
    told = [(problem, problem) for problem in reply["problems"]]
    told += [(f"warning: {warning}", warning) for warning in reply["warnings"]]
    for text, fault in told:
        for part in (text, *hint_of(fault, reply)):
            sys.stderr.write(f"{escaped(part)}\n")
    if reply["problems"]:
        raise Failure("your files have faults", "what cannot be read stays as it was")


def hint_of(fault: str, reply: Mapping[str, Any]) -> list[str]:
    """The lines, indented, that say what to do about a fault; none where the reply has no hint."""
    return [f"  {part}" for part in reply.get("hints", {}).get(fault, "").splitlines()]


def note(text: str) -> None:
    """Say what was done where nobody expects it, asked or not."""
    sys.stderr.write(f"{_coloured('✓', GREEN, sys.stderr)} {escaped(text)}\n")


def confirm(text: str) -> None:
    """Say what was done, for who asked with `-v`."""
    if is_verbose():
        note(text)


def failure(message: str, hint: str | None = None) -> None:
    """Say what went wrong and, on a line of its own, what to do."""
    sys.stderr.write(f"{_coloured('✗', RED, sys.stderr)} {escaped(message)}\n")
    for part in (hint or "").splitlines():
        sys.stderr.write(f"  {escaped(part)}\n")


def notice(message: str, hint: str = "") -> None:
    """Say what is otherwise than one may think or is left to the user, and what to do about it."""
    sys.stderr.write(f"! {escaped(message)}\n")
    for part in hint.splitlines():
        sys.stderr.write(f"  {escaped(part)}\n")


def table(rows: list[tuple[str, str]]) -> None:
    """Print pairs in two columns."""
    shown = [(escaped(name), value) for name, value in rows]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        line(f"{name:<{width}}  {value}".rstrip())


def room_beside(widths: list[int]) -> int:
    """Columns that the terminal has left of a table's last column; many where there is none."""
    wide = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    return wide - sum(widths) - 2 * len(widths) if wide else sys.maxsize


def scalar(value: Any) -> str:
    """A value of a user's file as text: strings as they are, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def address(source: str) -> str:
    """Where something is from, without the password that it may have."""
    import re  # here alone: most commands show no address

    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", source)


def is_coloured(stream: TextIO) -> bool:
    """Whether colours are seen there, and wanted."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _coloured(text: str, colour: str, stream: TextIO) -> str:
    return f"{colour}{text}{PLAIN}" if is_coloured(stream) else text
