"""`axium subscribe`: its help, and its place among the others; the fast table runs it."""

from typing import Annotated

import typer

from axium.cli.options import LINK, Json, group
from axium.thin.subscribe import main

app = group("Follow the server of a link.")

Link = Annotated[str, typer.Argument(metavar="LINK", click_type=LINK, help="Its name.")]
Event = Annotated[str, typer.Argument(metavar="EVENT", help="Its name; `*`: what comes unasked.")]
Count = Annotated[int | None, typer.Option("-n", "--count", help="End after so many events.")]
Time = Annotated[float | None, typer.Option("-t", "--time", help="End after so many seconds.")]


@app.command()
def subscribe(
    link: Link, event: Event, *, count: Count = None, time: Time = None, json: Json = False
) -> None:
    """Print what a link's server tells, an event a line."""
    words = ["--json"] if json else []
    words += [] if count is None else ["--count", str(count)]
    words += [] if time is None else ["--time", str(time)]
    raise typer.Exit(main([*words, link, event]) or 0)
