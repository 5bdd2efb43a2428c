"""Where secrets come from: read right before a login, on a thread, and never shown."""

import os
import select
import shlex
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress

COMMAND_SECS = 10.0
"""How long a command may take to print a secret."""

LONGEST = 64 * 1024
"""Bytes of a secret."""


class Secret:
    """A secret, which shows itself to nobody by accident."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "***"


class Unreadable(Exception):
    """A secret can't be had; the text says why, and nothing of it."""


def read(source: str, environ: Mapping[str, str]) -> Secret:
    """What is at `env:NAME`, `file:PATH`, `cmd:ARGV` or `keyring:SERVICE/USER`. Unreadable.

    One line break at the end is not part of it.
    """
    kind, _colon, rest = source.partition(":")
    readers = {"env": _variable, "file": _file, "cmd": _command, "keyring": _keyring}
    text = readers[kind](rest, environ).removesuffix("\n").removesuffix("\r")
    if not text:
        raise Unreadable(f"the secret at `{kind}:` is empty")
    if "\0" in text or "\n" in text or "\r" in text:
        raise Unreadable(f"the secret at `{kind}:` has more than one line")
    return Secret(text)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise Unreadable(
            f"the variable `{name}` is not set where the daemon was started;"
            " a daemon that starts by itself has few of the variables of a shell: `file:` or `cmd:`"
        )
    # What is no UTF-8 stands in a variable as halves of surrogate pairs.
    return _text(os.fsencode(environ[name]), f"the variable `{name}`")


def _file(path: str, environ: Mapping[str, str]) -> str:
    shown = path
    if path.startswith("~/"):
        path = environ.get("HOME", "") + path[1:]
    if not path.startswith("/"):
        raise Unreadable(f"`file:{shown}` is no absolute path")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise Unreadable(f"{shown}: {error.strerror}") from None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(f"{shown} is no file")
        if found.st_mode & 0o077:
            raise Unreadable(f"{shown} can be read by others: `chmod 600 {shown}`")
        if found.st_uid not in (os.geteuid(), 0):
            raise Unreadable(f"{shown} belongs to another user")
        return _text(file.read(LONGEST + 1), shown)


def _command(words: str, environ: Mapping[str, str]) -> str:
    try:
        argv = shlex.split(words)
    except ValueError as error:
        raise Unreadable(f"`cmd:` can't be split into words: {error}") from None
    return _printed(argv, environ)


def _keyring(name: str, environ: Mapping[str, str]) -> str:
    service, _slash, user = name.partition("/")
    return _printed(["secret-tool", "lookup", "service", service, "username", user], environ)


def _printed(argv: list[str], environ: Mapping[str, str]) -> str:
    """What the program prints; its own words on stderr may tell the secret and are dropped."""
    program = argv[0]
    try:
        process = subprocess.Popen(
            argv,
            env=dict(environ),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise Unreadable(f"`{program}` can't be run: {error.strerror}") from None
    with process:
        try:
            printed = _read(process, time.monotonic() + COMMAND_SECS)
        except (TimeoutError, subprocess.TimeoutExpired):
            raise Unreadable(f"`{program}` took longer than {COMMAND_SECS:g} s") from None
        finally:
            _end(process)
    if process.returncode != 0 and len(printed) <= LONGEST:
        raise Unreadable(f"`{program}` ended with {process.returncode}")
    return _text(printed, f"what `{program}` printed")


def _read(process: "subprocess.Popen[bytes]", until: float) -> bytes:
    """What it prints until its end, or until that is too much. TimeoutError, TimeoutExpired."""
    assert process.stdout is not None
    coming = select.poll()
    coming.register(process.stdout, select.POLLIN)
    printed = b""
    while coming.poll(max(0.0, until - time.monotonic()) * 1000):
        piece = os.read(process.stdout.fileno(), LONGEST)
        printed += piece
        if len(printed) > LONGEST:
            return printed
        if not piece:
            process.wait(max(0.0, until - time.monotonic()))
            return printed
    raise TimeoutError


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Nothing that it started stays."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(data: bytes, what: str) -> str:
    if len(data) > LONGEST:
        raise Unreadable(f"{what} has more than {LONGEST} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{what} is not UTF-8") from None
