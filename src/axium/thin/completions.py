"""`axium completions list`: every command, for the completion of shells that we don't know."""

from axium.thin import say
from axium.thin.catalogue import catalogue
from axium.thin.options import parse
from axium.thin.paths import environ, home_of

SHELLS = ("bash", "zsh", "fish")


def main(args: list[str]) -> int | None:
    if args[:1] != ["list"]:
        return None
    parsed = parse(args[1:], ("--shell",), ("--json",))
    if parsed is None or parsed[1].get("--shell", "bash") not in SHELLS:
        return None
    words, options = parsed
    return show(" ".join(words), json="--json" in options)


def show(prefix: str, *, json: bool) -> int:
    """Print the commands that begin with `prefix`, a name a line or one document."""
    names = matching([command.name for command in catalogue(home_of(environ()))], prefix)
    if json:
        from axium.thin.quote import quote_list, quote_object

        say.out(quote_object({"commands": quote_list(names)}) + "\n")
    else:
        say.out("".join([name + "\n" for name in names]))
    return 0


def matching(names: list[str], prefix: str) -> list[str]:
    """Those of `names` that begin with `prefix`, whatever the case of either, sorted."""
    folded = prefix.casefold()
    return sorted([name for name in names if name.casefold().startswith(folded)])
