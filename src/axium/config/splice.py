"""Changes to YAML text at the parser's marks, so that every other byte stays as it is."""

import json
import re

from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.config.scalars import plain_value

Plain = str | int | bool

_SAFE = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@%+=-]*(?: [A-Za-z0-9_./@%+=-]+)*")
_RAW_IN_QUOTES = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202f-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def written(value: Plain) -> str:
    """Return `value` as YAML reads it back: bare where that is safe, else in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _SAFE.fullmatch(value) and plain_value(value) == value:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _RAW_IN_QUOTES.sub(lambda found: f"\\U{ord(found[0]):08X}", quoted)


def with_item(text: str, sequence: Sequence, item: dict[str, Plain]) -> str:
    """Return `text` with `item` as the last of a list."""
    if sequence.flow:
        inline = ", ".join(f"{key}: {written(value)}" for key, value in item.items())
        joint = ", " if sequence.items else ""
        return _put(text, sequence.end - 1, f"{joint}{{{inline}}}")
    lines = _item_lines(" " * (sequence.where.column - 1), item)
    return _put_lines(text, _line_end(text, content_end(sequence)), lines)


def with_list(text: str, key: Scalar, value: Node, item: dict[str, Plain]) -> str:
    """Return `text` with a list of `item` alone in the place of `value`, which says nothing."""
    bare = text[: value.start].rstrip(" ") + text[value.end :]
    end = _line_end(bare, key.end)
    return _put_lines(bare, end, _item_lines(" " * (key.where.column + 1), item))


def without_items(text: str, key: Scalar, sequence: Sequence, gone: list[Node]) -> str:
    """Return `text` without some items of a list; one that is empty then is written `[]`."""
    left = list(sequence.items)
    for item in reversed(gone):
        span = _flow_span(left, item) if sequence.flow else _lines_of(text, sequence, item)
        text = text[: span[0]] + text[span[1] :]
        left = [other for other in left if other is not item]
    if left or sequence.flow:
        return text
    return _put(text, text.index(":", key.end) + 1, " []")


def with_scalar(text: str, node: Scalar, value: Plain) -> str:
    """Return `text` with another value in a scalar's place."""
    old = text[node.start : node.end]
    ending = old[len(old.rstrip("\r\n")) :]
    lead = " " if node.start == node.end and text[node.start - 1 : node.start] == ":" else ""
    return text[: node.start] + lead + written(value) + ending + text[node.end :]


def with_entry(text: str, mapping: Mapping, keys: list[str], value: Plain) -> str:
    """Return `text` with one more entry in a mapping, nested as deep as there are `keys`."""
    if mapping.flow:
        inner = written(value)
        for key in reversed(keys[1:]):
            inner = f"{{{written(key)}: {inner}}}"
        joint = ", " if mapping.pairs else ""
        return _put(text, mapping.end - 1, f"{joint}{written(keys[0])}: {inner}")
    lines = nested_lines(mapping.where.column - 1, keys, value)
    return _put_lines(text, _line_end(text, content_end(mapping)), lines)


def under_key(text: str, key: Scalar, keys: list[str], value: Plain) -> str:
    """Return `text` with a nested entry under a key that has nothing yet."""
    return _put_lines(
        text, _line_end(text, key.end), nested_lines(key.where.column + 1, keys, value)
    )


def nested_lines(indent: int, keys: list[str], value: Plain) -> list[str]:
    """Return the lines of a block in which each key is nested in the one before."""
    lines = [" " * (indent + 2 * n) + f"{written(key)}:" for n, key in enumerate(keys)]
    return [*lines[:-1], f"{lines[-1]} {written(value)}"]


def at_end(text: str, lines: list[str]) -> str:
    """Return `text` with `lines` after everything else."""
    return _put_lines(text, len(text), lines)


def content_end(node: Node) -> int:
    """Return where what was written of a node ends; a block's own mark lies after comments."""
    if isinstance(node, Scalar):
        return node.end
    if node.flow:
        return node.end
    held = node.items if isinstance(node, Sequence) else [n for pair in node.pairs for n in pair]
    return max([node.start, *(content_end(child) for child in held)])


def _item_lines(indent: str, item: dict[str, Plain]) -> list[str]:
    lines = [f"{key}: {written(value)}" for key, value in item.items()]
    return [indent + ("  " if n else "- ") + line for n, line in enumerate(lines)]


def _flow_span(items: list[Node], item: Node) -> tuple[int, int]:
    """Return the stretch of an item of `[..]` with one comma beside it."""
    place = next(n for n, other in enumerate(items) if other is item)
    if place + 1 < len(items):
        return item.start, items[place + 1].start
    return (items[place - 1].end if place else item.start), item.end


def _lines_of(text: str, sequence: Sequence, item: Node) -> tuple[int, int]:
    """Return the stretch of the whole lines of an item, from its dash on."""
    column = sequence.where.column - 1
    start = text.rfind("\n", 0, item.start) + 1
    while text[start : start + column].strip() or text[start + column : start + column + 1] != "-":
        start = text.rfind("\n", 0, start - 1) + 1
    return start, _line_end(text, content_end(item))


def _line_end(text: str, index: int) -> int:
    """Return where the line after that of the character before `index` begins."""
    if text[:index].endswith("\n"):
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _put(text: str, index: int, more: str) -> str:
    return text[:index] + more + text[index:]


def _put_lines(text: str, index: int, lines: list[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lead = newline if index and text[index - 1] != "\n" else ""
    return _put(text, index, lead + "".join(line + newline for line in lines))
