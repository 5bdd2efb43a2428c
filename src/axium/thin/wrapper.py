"""`axium wrapper list|refresh|clear`: the wrapped names, and shell code that defines them."""

from axium.thin import published, say
from axium.thin.options import parse
from axium.thin.paths import environ, home_of

# A shell with our hook knows better; one without it gets functions that go through `axium run`.
REFRESH = """\
if typeset -f axium_refresh_wrappers >/dev/null 2>&1; then axium_refresh_wrappers; else
{functions}
AXIUM_WRAPPED_COMMANDS='{names}'
fi
"""
FUNCTION = 'function {name} {{ command axium run {name} "$@"; }}'
CLEAR = """\
if typeset -f axium_clear_wrappers >/dev/null 2>&1; then axium_clear_wrappers; else
{functions}
unset AXIUM_WRAPPED_COMMANDS
fi
"""
UNDEFINE = "unset -f {name} 2>/dev/null"


def main(args: list[str]) -> int | None:
    parsed = parse(args[1:], (), ("--json",))
    if not args or parsed is None or parsed[0]:
        return None
    if args[0] == "list":
        return show(json="--json" in parsed[1])
    if args[0] in ("refresh", "clear") and not parsed[1]:
        return code(args[0])
    return None


def show(*, json: bool) -> int | None:
    """Print the names; None where nothing was published."""
    names = _names()
    if names is None:
        return None
    print_names(names, json=json)
    return 0


def print_names(names: list[str], *, json: bool) -> None:
    """A name a line, or one document."""
    if json:
        from axium.thin.quote import quote_list, quote_object

        say.out(quote_object({"commands": quote_list(names)}) + "\n")
    else:
        say.out("".join([name + "\n" for name in names]))


def code(verb: str) -> int | None:
    """Print bash and zsh code for `eval`; None where nothing was published."""
    names = _names()
    if names is None:
        return None
    print_code(verb, names)
    return 0


def print_code(verb: str, names: list[str]) -> None:
    """The code of `refresh` or `clear` for these names."""
    form, line = (REFRESH, FUNCTION) if verb == "refresh" else (CLEAR, UNDEFINE)
    functions = "\n".join([line.format(name=name) for name in names]) or ":"
    say.out(form.format(functions=functions, names=" ".join(names)))


def _names() -> list[str] | None:
    try:
        names = published.commands(home_of(environ()))
    except ValueError:
        return None
    # Nothing but names goes into code that a shell evaluates.
    return names and [name for name in names if _is_name(name)]


def _is_name(name: str) -> bool:
    first, rest = name[:1], name.translate({ord(mark): None for mark in "_.+-"})
    return name.isascii() and (first.isalnum() or first == "_") and (rest or "0").isalnum()
