"""`axium call`: its help, and its place among the others; the fast table runs it."""

from typing import Annotated

import typer

from axium.cli.options import LINK, METHOD, Json, group
from axium.thin.call import main

app = group("Ask the server of a link.")

Link = Annotated[str, typer.Argument(metavar="LINK", click_type=LINK, help="Its name.")]
Method = Annotated[str, typer.Argument(metavar="METHOD", click_type=METHOD, help="What it does.")]
Params = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PARAM...]", help="JSON, or else plain text; `-`: standard input."),
]
Job = Annotated[bool, typer.Option("--job", help="Show its progress; it may take any time.")]
Timeout = Annotated[float | None, typer.Option("--timeout", metavar="S", help="Seconds; 60.")]
Idempotent = Annotated[
    bool, typer.Option("--idempotent", help="Send it once more where the connection was lost.")
]
Named = Annotated[bool, typer.Option("--named", help="The only PARAM is an object of names.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")]


@app.command()
def call(
    link: Link,
    method: Method,
    params: Params = None,
    *,
    job: Job = False,
    timeout: Timeout = None,
    idempotent: Idempotent = False,
    named: Named = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Have the server of a link carry out a method, and print the result.

    Ctrl-C leaves a job to itself; once more has the server abort it. Exit codes: 1 the server
    answered with an error, 2 not asked, 3 no daemon, 4 not connected or not logged in, 5 sent,
    but the outcome is not known.
    """
    flags = {"--job": job, "--idempotent": idempotent, "--named": named}
    flags |= {"--quiet": quiet, "--json": json}
    words = [flag for flag, is_set in flags.items() if is_set]
    if timeout is not None:
        words += ["--timeout", str(timeout)]
    raise typer.Exit(main([*words, "--", link, method, *(params or [])]) or 0)
