"""Keywords by which published plugins call a function, beside those of its signature."""

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def also_named(**keywords: str) -> "Callable[[Callable[..., Any]], Callable[..., Any]]":
    """Let each of these keywords stand for the parameter that it is given with here."""

    def decorate(function: "Callable[..., Any]") -> "Callable[..., Any]":
        @wraps(function)
        def called(*args: "Any", **kwargs: "Any") -> "Any":
            named = {keywords.get(name, name): value for name, value in kwargs.items()}
            return function(*args, **named)

        return called

    return decorate


def also_without(first: str, second: str) -> "Callable[[Callable[..., Any]], Callable[..., Any]]":
    """Let the first of two parameters be left out, for an empty one: one argument is the second."""

    def decorate(function: "Callable[..., Any]") -> "Callable[..., Any]":
        @wraps(function)
        def called(*args: "Any", **kwargs: "Any") -> "Any":
            if len(args) == 1 and not {first, second} & kwargs.keys():
                args = ("", *args)
            elif not args:
                kwargs.setdefault(first, "")
            return function(*args, **kwargs)

        return called

    return decorate
