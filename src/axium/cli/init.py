"""`axium init`: the shell hook, for `eval`."""

from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import group, one_of
from axium.cli.shells import check_shell
from axium.core.bootstrap import ensure_axium_config, hooks, update_init_scripts
from axium.thin.paths import environ, home_of

app = group("Print the shell hook.")

FILES = {"bash": "bash/init.sh", "zsh": "zsh/init.zsh", "fish": "fish/init.fish"}

Shell = Annotated[
    str, typer.Argument(metavar="SHELL", click_type=one_of(*FILES), help="bash, zsh or fish")
]


@app.command()
def init(shell: Shell) -> None:
    """Print the hook of a shell: `eval "$(axium init bash)"`."""
    check_shell(shell, "hook")
    # What is printed loads the rest from the config home, which must be of the same version.
    ensure_axium_config()
    update_init_scripts()
    show.exactly(hooks(home_of(environ()))[FILES[shell]])
