"""How deep a JSON value goes."""

from typing import Any


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects stand within one another more than `most` times."""
    if not isinstance(value, (list, dict)):
        return False
    if not most:
        return True
    within = value.values() if isinstance(value, dict) else value
    return any([is_deeper(each, most - 1) for each in within])
