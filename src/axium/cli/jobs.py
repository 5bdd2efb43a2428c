"""`axium jobs`: programs that were started for plugins and scripts, and ending them."""

from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.options import Json, group

app = group("See and end what was started in the background.")

Number = Annotated[int, typer.Argument(metavar="JOB", min=1, help="Its number in the list.")]

STOP_SECS = 15.0
"""For the daemon's answer: a job is given time to end by itself."""


@app.callback(invoke_without_command=True)
def jobs(context: typer.Context, *, json: Json = False) -> None:
    """See and end what was started in the background; alone it is `list`."""
    if context.invoked_subcommand is None:
        list_(json=json)


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show the jobs that run, and the last ones that ended."""
    try:
        rows = ask("list_jobs", autostart=False)["jobs"]
    except NotRunning:
        rows = []  # jobs end with the daemon
    if json:
        show.document({"jobs": rows})
        return
    for row, cells in zip(rows, _aligned([_cells(row) for row in rows]), strict=True):
        show.line(f"{cells}  {_command(row)}")


@app.command("show")
def show_(job: Number, *, json: Json = False) -> None:
    """Show how a job is, and the last of what it wrote."""
    reply = ask("show_job", autostart=False, job=job)
    row = reply["job"]
    if json:
        show.document({"job": row, "output": reply["output"], "truncated": reply["truncated"]})
        return
    told = [
        ("job", str(row["job"])),
        ("state", _state(row)),
        ("for", row["spoke"]),
        ("command", _command(row)),
        ("directory", row["cwd"]),
        ("environment", row["env"] or "-"),
        ("pid", str(row["pid"])),
        ("started", row["started"]),
        ("ended", row["ended"] or "-"),
    ]
    show.table([(name, show.escaped(value)) for name, value in told])
    if reply["truncated"]:
        show.notice("this is the end of its output", f"it wrote {row['output_bytes']} bytes")
    show.lines(reply["output"])


@app.command("stop")
def stop_(job: Number) -> None:
    """End a job with all that it started."""
    stopped = ask("stop_job", autostart=False, timeout=STOP_SECS, job=job)["stopped"]
    show.confirm(f"job {job} was ended" if stopped else f"job {job} had ended before")


def _cells(row: dict[str, Any]) -> list[str]:
    return [str(row["job"]), _state(row), row["spoke"], row["started"]]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]


def _state(row: dict[str, Any]) -> str:
    """`running`, `done`, `exit 3`, `signal 9`, and why it was ended."""
    code = row["returncode"]
    if row["status"] == "running":
        return "running"
    if row["reason"] is not None:
        return str(row["reason"])
    if code == 0:
        return "done"
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _command(row: dict[str, Any]) -> str:
    """What was asked for: the shell that a string went to is left out."""
    import shlex  # 1 ms, and most commands need none

    argv = row["argv"]
    return argv[2] if argv[:2] == ["/bin/sh", "-c"] and len(argv) == 3 else shlex.join(argv)
