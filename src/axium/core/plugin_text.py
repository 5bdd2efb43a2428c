"""Which commands the text of a plugin names, without a line of it being run."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class _Found(NamedTuple):
    """`commands` are pairs of the variable that they are added to and their name.

    `groups` is by variable: the variable that a group is added to, and its name there, if it is
    given one; `names` is what groups call themselves.
    """

    commands: list[tuple[str, str]]
    groups: dict[str, tuple[str, str | None]]
    names: dict[str, str]


def commands_of(directory: str, name: str) -> list[str]:
    """The whole names, sorted; those that a program would compute are not seen.

    What is added to a variable `api` stands under the plugin's `name`, as it does when it runs.
    """
    found = _Found([], {}, {})
    for path in sorted(Path(directory).glob("*.py")):
        if not path.name.startswith("test_"):
            _read(path, found)
    return sorted({_whole(place, word, found, name) for place, word in found.commands})


def _read(path: Path, found: _Found) -> None:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # loading it will tell
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.commands.extend(_decorated(node))
        elif isinstance(node, ast.Call):
            _called(node, found)
            found.commands.extend(_added(node))
        elif isinstance(node, ast.Assign) and (name := _name_in(node.value)):
            found.names[ast.unparse(node.targets[0])] = name


def _decorated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """`@app.command()`, and `@api.command`, name the function; one with a text is a call."""
    for each in function.decorator_list:
        yield from _named_like(each, function.name)


def _added(call: ast.Call) -> Iterator[tuple[str, str]]:
    """`app.command()(function)` is named like the function, too."""
    given = call.args[0] if call.args else None
    if isinstance(call.func, ast.Call) and isinstance(given, ast.Name):
        yield from _named_like(call.func, given.id)


def _named_like(made: ast.expr, function: str) -> Iterator[tuple[str, str]]:
    method = made.func if isinstance(made, ast.Call) else made
    is_named = isinstance(made, ast.Call) and bool(_names(made))
    if isinstance(method, ast.Attribute) and method.attr == "command" and not is_named:
        yield ast.unparse(method.value), function.lower().replace("_", "-")


def _called(call: ast.Call, found: _Found) -> None:
    """`app.command("name")` and `app.add_typer(group, name="name")`."""
    if not isinstance(call.func, ast.Attribute):
        return
    place, name = ast.unparse(call.func.value), _text(call)
    if call.func.attr == "command" and name is not None:
        found.commands.append((place, name))
    elif call.func.attr == "add_typer" and call.args:
        found.groups[ast.unparse(call.args[0])] = (place, name)


def _name_in(value: ast.expr) -> str | None:
    return _text(value) if isinstance(value, ast.Call) else None


def _text(call: ast.Call) -> str | None:
    """The name that a call gives, where it stands there."""
    texts = [each.value for each in _names(call) if isinstance(each, ast.Constant)]
    return next((text for text in texts if isinstance(text, str)), None)


def _names(call: ast.Call) -> list[ast.expr]:
    """What may be one: `name`, and the first argument."""
    return [keyword.value for keyword in call.keywords if keyword.arg == "name"] + call.args[:1]


def _whole(place: str, word: str, found: _Found, name: str) -> str:
    words, seen = [word], {place}
    while place in found.groups:
        before, group = found.groups[place]
        words[:0] = filter(None, [group or found.names.get(place)])
        place = before
        if place in seen:
            break
        seen.add(place)
    return " ".join([name, *words] if place == "api" else words)
