"""What a command does and takes, beside the list or below it."""

from axium.cli.palette.row import Row, wrapped
from axium.cli.palette.rows import source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.palette.state import Palette
    from axium.cli.palette.style import Color, Style
    from axium.thin.catalogue import Command

    Piece = tuple[str, Color, bool]

EVERYWHERE = ("-v", "--verbose", "-h", "--help")
"""Options of all commands, which help nobody to choose one."""

EVERYWHERE_LINES = ("  -v, --verbose ", "  -h, --help ")

WHOLE = 9
"""Rows from which there is room for the whole help."""


def preview(palette: "Palette", size: tuple[int, int], style: "Style") -> list[str]:
    """As many rows as `size` says, at the side or below."""
    columns, rows = size
    command = palette.command
    lines: list[list[Piece]] = []
    if command and not palette.env_menu:
        tag, color = source(command.section)
        lines = [[(command.name, "cyan", True), (f"  {tag}", color, False)]]
        whole = palette.about(command.name) if rows >= WHOLE else []
        lines += _whole(whole) if whole else _record(command, columns - 4)
    if rows > 5:
        lines.insert(0, [])
    made = [written(pieces, columns, style) for pieces in lines[:rows]]
    return made + [Row(style, columns, "slate").done()] * (rows - len(made))


def written(pieces: "list[Piece]", columns: int, style: "Style") -> str:
    """A line of a help."""
    row = Row(style, columns, "slate").add("  ")
    for text, color, is_bold in pieces:
        row.add(text, color, bold=is_bold)
    return row.done()


def _record(command: "Command", columns: int) -> "list[list[Piece]]":
    """What the catalogue says, which is there at once."""
    options = [word.partition("=")[0] for word in command.words if word[:2] == "--"]
    options = [word for word in options if word not in EVERYWHERE]
    made: list[list[Piece]] = [[(line, "soft", False)] for line in wrapped(command.help, columns)]
    made.append([])
    made += [[(line, "grey", False)] for line in wrapped(" ".join(options), columns)]
    return made


def _whole(lines: list[str]) -> "list[list[Piece]]":
    """What the command itself says, but its usage, which is at the foot of the screen.

    It begins as `_record` does, so that nothing moves when it comes.
    """
    said = lines[lines.index("") + 1 :] if "" in lines else lines
    said = [line for line in said if not line.startswith(EVERYWHERE_LINES)]
    while said and (not said[-1] or _is_title(said[-1])):
        del said[-1]  # a title of nothing
    first = next((at for at, line in enumerate(said) if _is_title(line)), len(said))
    return colored([line.removeprefix("  ") for line in said[:first]] + said[first:])


def colored(lines: list[str]) -> "list[list[Piece]]":
    """The lines of a help, in colours: titles, names, and what is said of them."""
    made: list[list[Piece]] = []
    is_listing = False
    for line in lines:
        name, _, rest = line.strip().partition("  ")
        is_listing = is_listing or _is_title(line)
        if _is_title(line):
            made.append([(line, "teal", True)])
        elif not is_listing:
            made.append([(line, "soft", False)])
        elif rest and line[:3].strip():
            made.append([("  " + name, "soft", False), ("  " + rest, "grey", False)])
        else:
            made.append([(line, "grey", False)])
    return made


def _is_title(line: str) -> bool:
    return line[:1].strip() != "" and line.endswith(":")
