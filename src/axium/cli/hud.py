"""`axium hud`: the line of one pane, and its look."""

from typing import Annotated

import typer

from axium.cli import show, theme
from axium.cli.ask import ask
from axium.cli.options import Json, Pane, group, one_of
from axium.thin import hud as thin

app = group("Print the HUD, refresh it, or choose its look.")
app.add_typer(theme.app, name="theme")

Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="plain|tmux|ansi",
        click_type=one_of(*thin.FORMATS),
        help="Its form.",
    ),
]


@app.callback(invoke_without_command=True)
def hud(
    context: typer.Context,
    *,
    pane: Pane = None,
    form: Format = "plain",
    json: Json = False,
) -> None:
    """Print the HUD of a pane; `[axium] inactive` without a daemon."""
    if context.invoked_subcommand is not None:
        return
    if form not in thin.FORMATS:
        raise show.Failure(f"no format `{form}`", "one of " + ", ".join(thin.FORMATS))
    thin.show(pane, form, json=json)


@app.command()
def reload() -> None:
    """Read hud.yaml again and refresh every pane."""
    show.faults(ask("reload", autostart=False))
    show.confirm("the HUD was read again")
