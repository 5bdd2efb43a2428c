"""`axium help`: every command, grouped."""

import typer

from axium.cli import show
from axium.cli.app import GROUPS, root, walk
from axium.cli.options import Json, group

app = group("Show every command.")


@app.command()
def help(context: typer.Context, *, json: Json = False) -> None:  # noqa: A001 (its name)
    """Show every command, grouped."""
    found = {name: command.get_short_help_str(limit=72) for name, command in walk(context, root())}
    sections = {
        title: {name: text for name, text in found.items() if name.split()[0] in commands}
        for title, commands in GROUPS.items()
    }
    if json:
        show.document({"commands": sections})
        return
    show.line("axium NOUN VERB   (-v confirms, --help after any command)")
    for title, rows in sections.items():
        show.line()
        show.line(title)
        show.table([(f"  axium {name}", text) for name, text in rows.items()])
