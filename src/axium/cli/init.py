"""`axium init`: the shell hook, for `eval`."""

from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import group, one_of
from axium.core.bootstrap import ensure_axium_config, hooks, update_init_scripts
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

app = group("Print the shell hook.")

FILES = {"bash": "bash/init.sh", "zsh": "zsh/init.zsh", "fish": "fish/init.fish"}

Shell = Annotated[
    str, typer.Argument(metavar="SHELL", click_type=one_of(*FILES), help="bash, zsh or fish")
]


@app.command()
def init(shell: Shell) -> None:
    """Print the hook of a shell: `eval "$(axium init bash)"`."""
    if shell not in FILES:
        raise show.Failure(
            f"no hook for the shell `{shell}`", did_you_mean(shell, FILES) or "one of " + NAMES
        )
    # What is printed loads the rest from the config home, which must be of the same version.
    ensure_axium_config()
    update_init_scripts()
    text = hooks(home_of(environ())).get(FILES[shell])
    if text is None:
        raise show.Failure(f"this version has no hook for {shell} yet", "use bash")
    show.exactly(text)


NAMES = ", ".join(f"`{name}`" for name in FILES)
