"""`axium completions`: what completion knows, and where shells find it."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import COMMAND, DryRun, Json, group
from axium.cli.shells import Shell, check_shell
from axium.core import completion_files, completions
from axium.core.bootstrap import ensure_axium_config
from axium.thin import completions as thin
from axium.thin.paths import environ, home_of

app = group("See and install the completion of shells.")

Prefix = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PREFIX]", click_type=COMMAND, help="How they begin."),
]


@app.command("list")
def list_(prefix: Prefix = None, *, shell: Shell = None, json: Json = False) -> None:
    """Show every command by its whole name, one a line."""
    if shell is not None:
        check_shell(shell, "completion")
    thin.show(" ".join(prefix or []), json=json)


@app.command()
def refresh() -> None:
    """Write anew what completion reads."""
    completions.write(home_of(environ()))
    show.confirm("completion knows every command")


@app.command()
def install(*, shell: Shell = None, dry_run: DryRun = False) -> None:
    """Let a shell complete `axium` without the hook."""
    shell = shell or _login_shell()
    check_shell(shell, "completion")
    ensure_axium_config()
    files = _missing(shell)
    if dry_run:
        for path in files:
            show.line(f"would write {path}")
        return
    completion_files.write(files)
    for path in files:
        show.note(f"wrote {path}")
        if shell == "zsh":
            directory = shlex.quote(str(path.parent))
            show.notice(
                f"put this line before `compinit` in your .zshrc: fpath=({directory} $fpath)"
            )
    show.confirm(f"{shell} finds the completion of axium")


def _missing(shell: str) -> dict[Path, str]:
    try:
        return completion_files.missing(
            completion_files.wanted(shell, home_of(environ()), environ())
        )
    except completion_files.Foreign as foreign:
        raise show.Failure(str(foreign), foreign.hint) from None


def _login_shell() -> str:
    name = environ().get("SHELL", "").rpartition("/")[2]
    if name in thin.SHELLS:
        return name
    raise show.Failure(
        f"no completion for the shell `{name}`" if name else "SHELL is not set",
        "name one: `axium completions install --shell bash`",
    )
