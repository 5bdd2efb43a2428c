"""`axium notify`: notifications, sent and read."""

import os
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import ask
from axium.cli.options import Json, group, one_of

app = group("Send and read notifications.")

Title = Annotated[str, typer.Option("-t", "--title", help="Its first line.")]
Body = Annotated[str | None, typer.Option("-b", "--body", help="More of it.")]
Level = Annotated[
    str | None,
    typer.Option(
        "-l",
        "--level",
        metavar="LEVEL",
        click_type=one_of("info", "success", "warning", "error"),
        help="info, success, warning or error",
    ),
]
Limit = Annotated[int | None, typer.Option("-n", "--limit", min=1, help="At most so many.")]


@app.command()
def send(*, title: Title, body: Body = None, level: Level = None) -> None:
    """Send a notification."""
    if not title.strip():
        raise show.Failure("the title is empty", "say what happened: `-t 'backup is done'`")
    reply = ask("notify", title=title, body=body, level=level)
    show.confirm(f"notification {reply['seq']} is kept")


@app.command("list")
def list_(*, limit: Limit = None, json: Json = False) -> None:
    """Show notifications; nothing is taken away."""
    _print(ask("notify_list", limit=limit)["notifications"], json=json)


@app.command()
def drain(*, json: Json = False) -> None:
    """Show each notification once, and take it away."""
    # The id makes a repetition after a lost answer give the same rows again, not the next ones.
    drain = os.urandom(8).hex()
    try:
        reply = ask("notify_drain", drain=drain)
    except show.Failure as failed:
        if failed.code != 2:
            raise
        reply = ask("notify_drain", drain=drain)
    _print(reply["notifications"], json=json)


@app.command()
def clear() -> None:
    """Take all notifications away."""
    count = ask("notify_clear")["cleared"]
    were = "notification was" if count == 1 else "notifications were"
    show.confirm(f"{count} {were} taken away")


def _print(notifications: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        show.document({"notifications": notifications})
        return
    for row in notifications:
        body = f" — {row['body']}" if row.get("body") else ""
        show.line(f"{row['timestamp']}  {row['level']:<7}  {row['spoke']}: {row['title']}{body}")
