"""Changes to YAML text at the parser's marks, so that every other byte stays as it is."""

import json
import re

from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.config.scalars import plain_value

_SAFE = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@%+=-]*(?: [A-Za-z0-9_./@%+=-]+)*")
_RAW_IN_QUOTES = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202f-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def written(value: str) -> str:
    """`value` as YAML reads it back: bare where that is safe, else in double quotes."""
    if _SAFE.fullmatch(value) and plain_value(value) == value:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _RAW_IN_QUOTES.sub(lambda found: f"\\U{ord(found[0]):08X}", quoted)


def with_item(text: str, sequence: Sequence, item: dict[str, str]) -> str:
    """`text` with `item` as the last of a list."""
    if sequence.flow:
        inline = ", ".join(f"{key}: {written(value)}" for key, value in item.items())
        joint = ", " if sequence.items else ""
        return _put(text, sequence.end - 1, f"{joint}{{{inline}}}")
    lines = _item_lines(" " * (sequence.where.column - 1), item)
    return _put_lines(text, _line_end(text, content_end(sequence)), lines)


def with_list(text: str, key: Scalar, value: Node, item: dict[str, str]) -> str:
    """`text` with a list of `item` alone in the place of `value`, which says nothing."""
    bare = text[: value.start].rstrip(" ") + text[value.end :]
    end = _line_end(bare, key.end)
    return _put_lines(bare, end, _item_lines(" " * (key.where.column + 1), item))


def without_items(text: str, key: Scalar, sequence: Sequence, gone: list[Node]) -> str:
    """`text` without some items of a list; one that is empty then is written `[]`."""
    left = list(sequence.items)
    for item in reversed(gone):
        span = _flow_span(left, item) if sequence.flow else _lines_of(text, sequence, item)
        text = text[: span[0]] + text[span[1] :]
        left = [other for other in left if other is not item]
    if left or sequence.flow:
        return text
    return _put(text, text.index(":", key.end) + 1, " []")


def with_value(text: str, root: Node, path: tuple[str, ...], value: str) -> str:
    """`text` in which the keys of `path` lead to `value`, written so; missing keys are added."""
    key, node, in_flow = None, root, False
    for depth, name in enumerate(path):
        pair = _own_pair(node, name)
        if pair is None:
            return _with_keys(text, key, node, path[depth:], value, in_flow=in_flow)
        in_flow = isinstance(node, Mapping) and node.flow
        key, node = pair
    return text[: node.start] + value + text[node.end :]


def without_entry(text: str, mapping: Mapping, name: str) -> str:
    """`text` without one entry of a mapping, which may leave its key without a value."""
    pairs = [(k, v) for k, v in mapping.pairs if isinstance(k, Scalar)]
    place = next(n for n, (found, _value) in enumerate(pairs) if found.text == name)
    own, value = pairs[place]
    if mapping.flow:
        span = _flow_span_of(pairs, place)
    else:
        start = text.rfind("\n", 0, own.start) + 1
        span = start, _line_end(text, max(own.end, content_end(value)))
    return text[: span[0]] + text[span[1] :]


def content_end(node: Node) -> int:
    """Where what was written of a node ends; a block's own mark lies after comments."""
    if isinstance(node, Scalar):
        return node.end
    if node.flow:
        return node.end
    held = node.items if isinstance(node, Sequence) else [n for pair in node.pairs for n in pair]
    return max([node.start, *(content_end(child) for child in held)])


def _own_pair(node: Node, name: str) -> tuple[Scalar, Node] | None:
    """What a mapping itself says under `name`; what is merged into it is another one's."""
    pairs = node.pairs if isinstance(node, Mapping) else []
    found = [(key, value) for key, value in pairs if isinstance(key, Scalar) and key.text == name]
    return found[0] if found else None


def _with_keys(
    text: str, key: Scalar | None, node: Node, path: tuple[str, ...], value: str, *, in_flow: bool
) -> str:
    """`text` with the keys of `path`, one in the other, in a mapping or in the place of a null."""
    if isinstance(node, Mapping):
        if not node.flow:
            lines = _nested_lines(path, value, _indent(text, node.pairs[0][0]))
            return _put_lines(text, _line_end(text, content_end(node)), lines)
        if node.pairs:
            return _put(text, content_end(node.pairs[-1][1]), f", {_nested_inline(path, value)}")
        return _put(text, node.end - 1, _nested_inline(path, value))
    bare = text[: node.start].rstrip(" ") + text[node.end :]
    if key is None:
        return _put_lines(bare, len(bare), _nested_lines(path, value, 0))
    if in_flow:
        colon = text.index(":", key.end) + 1
        return _put(bare, colon, f" {{{_nested_inline(path, value)}}}")
    lines = _nested_lines(path, value, _indent(text, key) + 2)
    return _put_lines(bare, _line_end(bare, key.end), lines)


def _indent(text: str, node: Node) -> int:
    """How many characters stand before a node on its line; a byte order mark is none."""
    return len(text[text.rfind("\n", 0, node.start) + 1 : node.start].removeprefix("\ufeff"))


def _nested_lines(path: tuple[str, ...], value: str, indent: int) -> list[str]:
    lines = [" " * (indent + 2 * depth) + f"{name}:" for depth, name in enumerate(path)]
    return [*lines[:-1], f"{lines[-1]} {value}"]


def _nested_inline(path: tuple[str, ...], value: str) -> str:
    inner = value
    for name in reversed(path[1:]):
        inner = f"{{{name}: {inner}}}"
    return f"{path[0]}: {inner}"


def _item_lines(indent: str, item: dict[str, str]) -> list[str]:
    lines = [f"{key}: {written(value)}" for key, value in item.items()]
    return [indent + ("  " if n else "- ") + line for n, line in enumerate(lines)]


def _flow_span(items: list[Node], item: Node) -> tuple[int, int]:
    """The stretch of an item of `[..]` with one comma beside it."""
    place = next(n for n, other in enumerate(items) if other is item)
    if place + 1 < len(items):
        return item.start, items[place + 1].start
    return (items[place - 1].end if place else item.start), item.end


def _flow_span_of(pairs: list[tuple[Scalar, Node]], place: int) -> tuple[int, int]:
    """The stretch of an entry of `{..}` with one comma beside it."""
    own, value = pairs[place]
    if place + 1 < len(pairs):
        return own.start, pairs[place + 1][0].start
    return (content_end(pairs[place - 1][1]) if place else own.start), content_end(value)


def _lines_of(text: str, sequence: Sequence, item: Node) -> tuple[int, int]:
    """The stretch of the whole lines of an item, from its dash on."""
    column = sequence.where.column - 1
    start = text.rfind("\n", 0, item.start) + 1
    while text[start : start + column].strip() or text[start + column : start + column + 1] != "-":
        start = text.rfind("\n", 0, start - 1) + 1
    return start, _line_end(text, content_end(item))


def _line_end(text: str, index: int) -> int:
    """Where the line after that of the character before `index` begins."""
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
