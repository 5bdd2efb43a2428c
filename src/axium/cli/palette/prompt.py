"""What is being asked for, and what Enter would do."""

from axium.cli.palette.menu import Offer
from axium.cli.palette.words import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.palette.form import Form
    from axium.cli.palette.row import Row
    from axium.cli.palette.state import Palette
    from axium.cli.palette.where import Where


def prompt_of(palette: "Palette", where: "Where") -> str:
    """What stands before the line of input; empty where a command is looked for."""
    if palette.env_menu:
        return f"environment of {where.place}" if where.pane else "environment everywhere"
    if palette.form is None:
        return ""
    title = palette.form.title(palette.form.at, palette.titles)
    return title if palette.form.field.needed else f"{title}, or nothing"


def intent(row: "Row", palette: "Palette") -> None:
    """Write what Enter does: the command line itself, what is missing in it in another colour."""
    if palette.mode == "help":
        row.add("up and down move", "grey")
        return
    if palette.env_menu:
        chosen = palette.env_menu.chosen
        if isinstance(chosen, Offer):
            said = f"switch to {chosen.value}" if chosen.value else chosen.help
            row.add(row.style.signs["enter"], "teal").add(f" {said}")
        return
    form = palette.filled
    if form is None:
        return
    row.add(row.style.signs["enter"], "teal").add(" axium", "grey")
    try:
        words = form.words()
    except ValueError:
        words = [form.command.name]
    for word in words:
        row.add(" ").add(quoted(word), bold=True)
    for at in form.missing():
        row.add(" ").add(_placeholder(form, at, palette.titles), "cyan")


def _placeholder(form: "Form", at: int, told: list[str]) -> str:
    title = form.title(at, told).upper().replace(" ", "_")
    option = form.fields[at].option
    return f"{option}={title}" if option else title
