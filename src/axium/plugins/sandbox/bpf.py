"""An assembler for the classic BPF that a seccomp filter is written in."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

_LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_GOTO = 0x05  # BPF_JMP | BPF_JA
_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

MOST_INSTRUCTIONS = 4096
"""BPF_MAXINSNS."""


class Load(NamedTuple):
    """Take the 32 bits at this offset of `struct seccomp_data`."""

    offset: int


class And(NamedTuple):
    """Keep of what was taken the bits of a mask."""

    mask: int


class Unless(NamedTuple):
    """Go to `label` unless what was taken is `value`."""

    value: int
    label: object


class AtLeast(NamedTuple):
    """Go to `label` if what was taken is `value` or more."""

    value: int
    label: object


class Label(NamedTuple):
    """A place to go to: further down, since BPF has no way back."""

    name: object


class Return(NamedTuple):
    """End with this verdict."""

    verdict: int


Item = Load | And | Unless | AtLeast | Label | Return


def assemble(items: Sequence[Item]) -> bytes:
    """The program, 8 bytes an instruction. ValueError where it has too many."""
    places = _places(items)
    found: list[bytes] = []
    for item in items:
        if not isinstance(item, Label):
            found += _encoded(item, len(found), places)
    if len(found) > MOST_INSTRUCTIONS:
        raise ValueError(f"{len(found)} instructions, a filter has {MOST_INSTRUCTIONS} at most")
    return b"".join(found)


def _places(items: Sequence[Item]) -> dict[object, int]:
    """The number of the instruction that stands at each label."""
    places: dict[object, int] = {}
    at = 0
    for item in items:
        if isinstance(item, Label):
            places[item.name] = at
        else:
            # A conditional jump reaches 255 instructions, so that each has a long one behind it.
            at += 2 if isinstance(item, Unless | AtLeast) else 1
    return places


def _encoded(
    item: Load | And | Unless | AtLeast | Return, at: int, places: dict[object, int]
) -> list[bytes]:
    if isinstance(item, Load):
        return [_instruction(_LOAD_WORD, item.offset)]
    if isinstance(item, And):
        return [_instruction(_AND, item.mask)]
    if isinstance(item, Return):
        return [_instruction(_RETURN, item.verdict)]
    goto = _instruction(_GOTO, places[item.label] - (at + 2))
    if isinstance(item, Unless):
        return [_instruction(_IF_EQUAL, item.value, if_true=1), goto]
    return [_instruction(_IF_AT_LEAST, item.value, if_false=1), goto]


def _instruction(code: int, k: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, k)
