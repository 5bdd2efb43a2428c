"""`axium wrapper`: which commands are wrapped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from axium.cli import known, show
from axium.cli.ask import ask
from axium.cli.options import WRAPPABLE, WRAPPED, Json, group
from axium.cli.shells import Shell, check_shell
from axium.thin import wrapper as thin
from axium.thin.paths import environ, home_of

app = group("See and change which commands are wrapped.")

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=WRAPPABLE, help="The command.")]
WrappedName = Annotated[
    str, typer.Argument(metavar="NAME", click_type=WRAPPED, help="The command.")
]
Wrapper = Annotated[
    str, typer.Argument(metavar="WRAPPER", help='What stands instead: "wrapx exec prod --".')
]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show the wrapped commands, one a line."""
    thin.print_names(known.wrapped(home_of(environ())), json=json)


@app.command()
def add(name: Name, wrapper: Wrapper) -> None:
    """Wrap a command by a rule of prefixes.yaml."""
    from axium.config.edit import add_wrapper

    with _editing() as path:
        add_wrapper(path, name, wrapper)
    show.confirm(f"`{name}` is wrapped by `{wrapper}`")


@app.command()
def remove(name: WrappedName) -> None:
    """Take the rules of a command out of prefixes.yaml."""
    from axium.config.edit import remove_rules

    with _editing() as path:
        remove_rules(path, name)
    show.confirm(f"`{name}` is not wrapped any more")


@contextmanager
def _editing() -> Iterator[str]:
    """The path of prefixes.yaml; what was changed in it is in force afterwards."""
    # Only here: the editor and its YAML cost 30 ms, which `list` does not need.
    from axium.config.document import EditRefused
    from axium.core.bootstrap import ensure_axium_config

    ensure_axium_config()
    try:
        yield home_of(environ()).prefixes
    except EditRefused as refused:
        raise show.Failure(refused.message, refused.hint) from None
    show.faults(ask("reload"))


@app.command()
def refresh(*, shell: Shell = None) -> None:
    """Print shell code that defines the wrappers, for `eval`."""
    _print_code("refresh", shell)


@app.command()
def clear(*, shell: Shell = None) -> None:
    """Print shell code that takes the wrappers away, for `eval`."""
    _print_code("clear", shell)


def _print_code(verb: str, shell: str | None) -> None:
    if shell is not None:
        check_shell(shell, "code")
    thin.print_code(verb, shell, known.wrapped(home_of(environ())))
