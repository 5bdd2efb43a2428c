"""System calls by number, for which Python has no word."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long
# Each as wide as a register: what is variadic would be passed as 32 bits.
_syscall.argtypes = [ctypes.c_long, *[ctypes.c_void_p] * 6]
_NONE_LEFT = (None,) * 6

Argument = int | bytes | ctypes.Array[ctypes.c_char] | None


def call(number: int, *args: Argument) -> int:
    """What a system call returns. OSError."""
    result: int = _syscall(number, *args, *_NONE_LEFT[len(args) :])
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"system call {number}")
    return result


def address(buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer is, for structures that point to it."""
    return ctypes.addressof(buffer)


def buffer(data: bytes) -> ctypes.Array[ctypes.c_char]:
    """These bytes, and nothing after them, where the kernel may write too."""
    return (ctypes.c_char * len(data)).from_buffer_copy(data)
