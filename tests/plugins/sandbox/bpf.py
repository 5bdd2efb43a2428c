"""A machine for classic BPF, as far as a seccomp filter needs one."""

from __future__ import annotations

import struct

_JUMPS = {0x15: lambda taken, k: taken == k, 0x35: lambda taken, k: taken >= k}


def run(program: bytes, number: int, args: tuple[int, ...] = (), arch: int = 0xC000003E) -> int:
    """The verdict on a system call. ValueError where the program is none."""
    registers = [each & (2**64 - 1) for each in (*args, *(0,) * (6 - len(args)))]
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, arch, 0, *registers)
    instructions = list(struct.iter_unpack("=HBBI", program))
    taken = at = 0
    while True:
        code, if_true, if_false, k = instructions[at]
        at += 1
        if code == 0x20:
            (taken,) = struct.unpack_from("=I", data, k)
        elif code == 0x54:
            taken &= k
        elif code == 0x05:
            at += k
        elif code in _JUMPS:
            at += if_true if _JUMPS[code](taken, k) else if_false
        elif code == 0x06:
            return int(k)
        else:
            raise ValueError(f"instruction {at - 1} is {code:#x}")
