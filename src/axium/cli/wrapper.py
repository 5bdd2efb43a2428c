"""`axium wrapper`: which commands are wrapped."""

from axium.cli.options import Json, group
from axium.thin import wrapper as thin

app = group("See and change which commands are wrapped.")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show the wrapped commands, one a line."""
    if thin.show(json=json) is None:
        thin.print_names(_from_files(), json=json)


@app.command()
def refresh() -> None:
    """Print shell code that defines the wrappers, for `eval`."""
    if thin.code("refresh") is None:
        thin.print_code("refresh", _from_files())


@app.command()
def clear() -> None:
    """Print shell code that takes the wrappers away, for `eval`."""
    if thin.code("clear") is None:
        thin.print_code("clear", _from_files())


def _from_files() -> list[str]:
    from axium.cli.files import configuration

    return list(configuration().rules.commands())
