"""One row of the list: a command with its source, a value with what is said of it."""

from axium.cli.palette.matching import marked
from axium.cli.palette.menu import Offer
from axium.cli.palette.row import fitted, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.palette.menu import Item
    from axium.cli.palette.row import Row
    from axium.cli.palette.state import Palette
    from axium.cli.palette.style import Color
    from axium.cli.palette.where import Where

SOURCES: "dict[str, Color]" = {"spoke": "teal", "gear": "green"}


def source(section: str) -> "tuple[str, Color]":
    """Where a command comes from, and the colour in which that is said."""
    kind, colon, name = section.partition(":")
    if not colon or kind not in SOURCES:
        return "core", "grey"
    return f"{kind} {name}", SOURCES[kind]


def row_of(
    palette: "Palette",
    item: "Item",
    where: "Where",
    row: "Row",
    names: int,
    *,
    helps: bool,
    is_chosen: bool,
) -> str:
    """The row; `names` are the columns that the longest name takes."""
    style = row.style
    if is_chosen:
        row.ground = "slate"
    row.add(style.signs["bar"] if is_chosen else " ", "cyan", bold=True).add(" ")
    if isinstance(item, Offer) and palette.env_menu:
        return _environment(item, where, row, names, is_chosen=is_chosen)
    before = row.left
    query = palette.menu.line.text.rpartition(" ")[2] if palette.form else palette.menu.line.text
    _name(row, fitted(item.name, names, style), marked(query, item.name), is_chosen=is_chosen)
    tag, color = source(item.section)
    tag = fitted(tag, 16, style) if row.left > 24 and not palette.form else ""
    if helps or palette.form:
        row.until(row.left - max(0, names + 2 - (before - row.left)))
        room = row.left - len(tag) - 3
        row.add(fitted(item.help, room, style) if room > 8 else "", "grey")
    return row.until(width(tag) + 1).add(tag, color).done()


def _name(row: "Row", name: str, marks: set[int], *, is_chosen: bool) -> None:
    """A name, the letters that were meant in another colour."""
    pieces: list[tuple[bool, str]] = []
    for at, letter in enumerate(name):
        if pieces and pieces[-1][0] == (at in marks):
            pieces[-1] = (at in marks, pieces[-1][1] + letter)
        else:
            pieces.append((at in marks, letter))
    for is_marked, text in pieces:
        row.add(text, "cyan" if is_marked else "soft", bold=is_marked or is_chosen)


def _environment(item: Offer, where: "Where", row: "Row", names: int, *, is_chosen: bool) -> str:
    style = row.style
    right = row.left - names - 4
    if item.value is None:
        row.add(f"  {item.name}", "grey", bold=is_chosen)
    else:
        row.put(f"{style.signs['dot']} {item.name}", style.on(item.sgr, row.ground))
    row.until(right)
    said = "active here" if item.value and item.value == where.env else ""
    row.add(fitted(item.help, max(0, row.left - len(said) - 3), style), "grey")
    return row.until(len(said) + 1).add(said, "green").done()
