"""The palette as lines of a screen: where what stands, at any size."""

from axium.cli.palette.menu import NOTHING
from axium.cli.palette.preview import colored, preview, written
from axium.cli.palette.prompt import intent, prompt_of
from axium.cli.palette.row import Row, fitted, width
from axium.cli.palette.rows import row_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.palette.state import Palette
    from axium.cli.palette.style import Style
    from axium.cli.palette.where import Where

BESIDE = 100
"""Columns from which the preview stands beside the list, not below it."""

BELOW = 13
"""Rows from which there is a preview below the list."""

HINTS = {
    "search": ("tab options", "^E environment", "^O help", "esc close"),
    "form": ("tab complete", "^O help", "esc back"),
    "envs": ("esc back",),
    "help": ("any other key back",),
}
"""What keys do, the last one to be left out last."""


def help_columns(size: tuple[int, int]) -> int:
    """In lines of which length a command is to tell its help."""
    columns = size[0]
    return min(80, _right(columns) - 2 if columns >= BESIDE else columns - 2)


class Frame:
    """The lines of a screen, and where its cursor stands: column and row from 0."""

    def __init__(self, lines: list[str], cursor: tuple[int, int]) -> None:
        self.lines = lines
        self.cursor = cursor


def draw(palette: "Palette", where: "Where", size: tuple[int, int], style: "Style") -> Frame:
    """The whole screen."""
    columns, rows = size
    head = [_header(where, columns, style)] if rows > 3 else []
    foot = [_footer(palette, columns, style)] if rows > 2 else []
    space = [Row(style, columns).done()] if rows >= BELOW else []
    line, at = _input(palette, where, columns, style)
    head += [*space, line]
    cursor = (at, len(head) - 1)
    body = _body(palette, where, (columns, rows - len(head) - len(foot) - len(space)), style)
    return Frame([*head, *space, *body, *foot][:rows], cursor)


def _header(where: "Where", columns: int, style: "Style") -> str:
    row = Row(style, columns, "slate")
    row.add(" axium", "cyan", bold=True)
    name = where.env or "no environment"
    place = f"{where.place}  " if columns >= 40 else ""
    row.until(len(place) + 2 + width(fitted(name, columns, style)) + 1)
    row.add(place, "grey")
    if where.env:
        row.put(f"{style.signs['dot']} {name}", style.on(where.sgr, "slate"))
    else:
        row.add(f"  {name}", "grey")
    return row.done()


def _input(palette: "Palette", where: "Where", columns: int, style: "Style") -> tuple[str, int]:
    """The line of input, and the column of its cursor."""
    row = Row(style, columns)
    row.add(" ")
    lead = prompt_of(palette, where)
    if lead and columns >= 40:
        row.add(fitted(lead, columns // 2, style), "teal", bold=True).add(" ")
    row.add(style.signs["prompt"] + " ", "cyan", bold=True)
    line = palette.menu.line
    count = _count(palette)
    room = max(1, row.left - len(count) - 3)
    before = _tail(fitted(line.text[: line.at], 10_000, style), room - 1)
    row.add(before, "soft", bold=True)
    at = columns - row.left
    row.add(fitted(line.text[line.at :], max(0, row.left - len(count) - 3), style), bold=True)
    row.until(len(count) + 1).add(count, "grey")
    return row.done(), min(at, columns - 1)


def _tail(text: str, columns: int) -> str:
    """The end of a text that is too long to be shown whole."""
    while width(text) > columns:
        text = text[max(1, len(text) - columns) :]
    return text


def _count(palette: "Palette") -> str:
    if palette.menu is not palette.search:
        return ""
    found = len(palette.search.found)
    return f"{found} of {palette.finder.total}"


def _footer(palette: "Palette", columns: int, style: "Style") -> str:
    row = Row(style, columns, "slate")
    row.add(" ")
    if palette.message:
        return row.add(palette.message, "red", bold=True).done()
    if palette.note:
        return row.add(palette.note, "green").done()
    intent(row, palette)
    hints = list(HINTS[palette.mode])
    while hints and width(_joined(hints, style)) + 3 > row.left:
        del hints[0]
    said = _joined(hints, style)
    return row.until(width(said) + 1).add(said, "grey").done()


def _joined(hints: list[str], style: "Style") -> str:
    return f" {style.signs['between']} ".join(hints)


def _body(palette: "Palette", where: "Where", size: tuple[int, int], style: "Style") -> list[str]:
    """List and preview."""
    columns, rows = size
    if palette.reading is not None:
        palette.page = rows
        return _help(palette, size, style)
    if columns >= BESIDE and palette.mode != "envs":
        return _beside(palette, where, size, style)
    has_preview = rows >= BELOW - 5 and palette.command and palette.mode != "envs"
    height = min(7, rows // 2) if has_preview else 0
    return [
        *_list(palette, where, (columns, rows - height), style, helps=columns >= 60),
        *preview(palette, (columns, height), style),
    ]


def _beside(palette: "Palette", where: "Where", size: tuple[int, int], style: "Style") -> list[str]:
    columns, rows = size
    right = _right(columns)
    left = columns - right
    listed = _list(palette, where, (left, rows), style, helps=False)
    shown = preview(palette, (right, rows), style)
    return [one + other for one, other in zip(listed, shown, strict=True)]


def _right(columns: int) -> int:
    return min(84, columns * 52 // 100)


def _list(
    palette: "Palette", where: "Where", size: tuple[int, int], style: "Style", *, helps: bool
) -> list[str]:
    columns, rows = size
    menu = palette.menu
    palette.page = max(1, rows - 1)
    chosen = max(menu.at, 0)
    top = max(0, min(chosen - rows // 2, len(menu.found) - rows))
    seen = menu.found[top : top + rows]
    names = max([width(fitted(item.name, columns // 2, style)) for item in seen], default=0)
    lines = [
        row_of(palette, item, where, Row(style, columns), names, helps=helps,
               is_chosen=menu.at != NOTHING and at == menu.at)
        for at, item in enumerate(seen, top)
    ]  # fmt: skip
    if not lines and rows:
        lines = [Row(style, columns).add("   " + _nothing(palette), "grey").done()]
    return lines + [Row(style, columns).done()] * (rows - len(lines))


def _nothing(palette: "Palette") -> str:
    if palette.env_menu:
        return "no environment has this name"
    if palette.form:
        return "" if palette.menu.line.text else "type a value"
    return "no command matches"


def _help(palette: "Palette", size: tuple[int, int], style: "Style") -> list[str]:
    columns, rows = size
    lines = palette.about(palette.command.name) if palette.command else []
    top = palette.reading or 0
    made = [written(line, columns, style) for line in colored(lines)[top : top + rows]]
    if not made and rows:
        made = [written([("nothing to show yet", "grey", False)], columns, style)]
    return made + [Row(style, columns, "slate").done()] * (rows - len(made))
