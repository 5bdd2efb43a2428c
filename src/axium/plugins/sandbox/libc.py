"""System calls by number, for which Python has no word."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

Argument = int | bytes | ctypes.Array[ctypes.c_char] | None


def call(number: int, *args: Argument) -> int:
    """What a system call returns. OSError."""
    ctypes.set_errno(0)
    result: int = _libc.syscall(ctypes.c_long(number), *map(_word, args))
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"system call {number}")
    return result


def _word(value: Argument) -> object:
    """As wide as a register: what is variadic would be passed as 32 bits."""
    return ctypes.c_ulong(value) if isinstance(value, int) else value


def address(buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer is, for structures that point to it."""
    return ctypes.addressof(buffer)


def buffer(data: bytes) -> ctypes.Array[ctypes.c_char]:
    """These bytes, and nothing after them, where the kernel may write too."""
    return (ctypes.c_char * len(data)).from_buffer_copy(data)
