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
FISH_REFRESH = """\
if functions --query axium_refresh_wrappers; axium_refresh_wrappers; else
{functions}
set --global AXIUM_WRAPPED_COMMANDS {names}
end
"""
FISH_FUNCTION = "function {name}; command axium run {name} $argv; end"
FISH_CLEAR = """\
if functions --query axium_clear_wrappers; axium_clear_wrappers; else
{functions}
set --erase --global AXIUM_WRAPPED_COMMANDS
end
"""
FISH_UNDEFINE = "functions --erase {name}"

CODES = {
    "bash": {"refresh": (REFRESH, FUNCTION), "clear": (CLEAR, UNDEFINE)},
    "fish": {"refresh": (FISH_REFRESH, FISH_FUNCTION), "clear": (FISH_CLEAR, FISH_UNDEFINE)},
}
CODES["zsh"] = CODES["bash"]
"""What is printed for a shell and a verb: the whole, and the line of each name."""


def main(args: list[str]) -> int | None:
    if args[:1] == ["list"]:
        parsed = parse(args[1:], (), ("--json",))
        return None if parsed is None or parsed[0] else show(json="--json" in parsed[1])
    if args[:1] in (["refresh"], ["clear"]):
        parsed = parse(args[1:], ("--shell",))
        return None if parsed is None or parsed[0] else code(args[0], parsed[1].get("--shell"))
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


def code(verb: str, shell: str | None) -> int | None:
    """Print code for a shell to evaluate; None where nothing was published for one."""
    names = _names()
    if names is None or (shell is not None and shell not in CODES):
        return None
    print_code(verb, shell, names)
    return 0


def print_code(verb: str, shell: str | None, names: list[str]) -> None:
    """The code of `refresh` or `clear` for these names; by default for the shell around us."""
    # The hook tells its name; where there is none, bash is meant.
    here = environ().get("AXIUM_HOOK", "").partition(" ")[0]
    form, line = CODES.get(shell or here, CODES["bash"])[verb]
    # Nothing but names goes into code that a shell evaluates.
    names = [name for name in names if _is_name(name)]
    functions = "\n".join([line.format(name=name) for name in names]) or ":"
    say.out(form.format(functions=functions, names=" ".join(names)))


def _names() -> list[str] | None:
    try:
        return published.commands(home_of(environ()))
    except ValueError:
        return None


def _is_name(name: str) -> bool:
    first, rest = name[:1], name.translate({ord(mark): None for mark in "_.+-"})
    return name.isascii() and (first.isalnum() or first == "_") and (rest or "0").isalnum()
