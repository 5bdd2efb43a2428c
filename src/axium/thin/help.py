"""`axium`, `axium help`, `axium --help`: every command by sections, from the catalogue alone."""

import posix

from axium.thin import say
from axium.thin.catalogue import catalogue
from axium.thin.options import parse
from axium.thin.paths import environ, home_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 80
"""Columns."""

HEAD = "axium NOUN VERB   (-v confirms, `axium help COMMAND` tells more)"
BOLD, PLAIN = "\033[1m", "\033[0m"


def main(args: list[str]) -> int | None:
    parsed = parse(args, (), ("--json",))
    if parsed is None or parsed[0]:
        return None
    around = environ()
    if parsed[1]:
        say.out(document(sections(around)))
    else:
        say.out(text(around, is_coloured=_is_coloured(around)))
    return 0


def sections(around: "Mapping[str, str]", within: str = "") -> dict[str, dict[str, str]]:
    """Section -> command -> its help in one line; with `within` only that command and its own."""
    found: dict[str, dict[str, str]] = {}
    for command in catalogue(home_of(around)):
        if f"{command.name} ".startswith(f"{within} ".lstrip()):
            found.setdefault(command.section, {})[command.name] = command.help
    return found


def document(found: dict[str, dict[str, str]]) -> str:
    """The same for programs."""
    from axium.thin.quote import quote, quote_object

    told = {
        title: quote_object({name: quote(said) for name, said in rows.items()})
        for title, rows in found.items()
    }
    return quote_object({"commands": quote_object(told)}) + "\n"


def text(around: "Mapping[str, str]", *, is_coloured: bool = False) -> str:
    """The same for people, in 80 columns."""
    begin, end = (BOLD, PLAIN) if is_coloured else ("", "")
    found = sections(around)
    width = max([len(name) for rows in found.values() for name in rows], default=0)
    lines = [HEAD]
    for title, rows in found.items():
        lines += ["", f"{begin}{title}{end}"]
        lines += [_row(f"  {name:<{width}}  ", said) for name, said in rows.items()]
    return "\n".join([*lines, ""])


def _row(name: str, said: str) -> str:
    left = WIDTH - len(name)
    for mark in ";:,":
        # The first clause says what it does, those after it how, or what else; but of a list
        # the first thing alone would say something else.
        if len(said) > left and (mark != "," or said.count(", ") == 1):
            said = said.partition(f"{mark} ")[0].rstrip(".") + "."
    if not said:
        return name.rstrip()
    return name + (said if len(said) <= left else said[:left].rpartition(" ")[0] + " …")


def _is_coloured(around: "Mapping[str, str]") -> bool:
    return posix.isatty(1) and not around.get("NO_COLOR")
