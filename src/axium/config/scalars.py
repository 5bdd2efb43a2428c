"""Plain YAML scalars as the core schema of YAML 1.2 types them."""

import math
import re

Value = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def is_null(text: str) -> bool:
    """Whether an unquoted scalar says nothing."""
    return text in _NULL


def plain_value(text: str) -> Value:
    """An unquoted scalar by its type; what is no number in JSON (`.inf`, a huge one) stays text."""
    if text in _NULL:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    is_whole = text.lstrip("+-").isdigit()
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)) and not is_whole:
        return number
    return text


def tagged_value(text: str, tag: str) -> Value:
    """A scalar with one of the core tags. ValueError if the text does not fit it."""
    if tag == "str":
        return text
    value = plain_value(text)
    fits = {
        "null": value is None,
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not fits.get(tag, False):
        raise ValueError(f"`{text}` does not fit its tag `!!{tag}`")
    return float(value) if tag == "float" and isinstance(value, int) else value
