"""The commands that there are, and running one."""

from axium.core._api.guard import or_false, or_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


@or_nothing
def list_commands(sort_by: str = "grouped") -> "list[dict[str, Any]]":
    """Every command, as `CommandMetadata` has it; `sort_by` is `grouped`, `alpha` or `usage`."""
    from axium.core.registry import get_all_commands  # 6 ms, for typing

    return [command.to_dict() for command in get_all_commands(sort_by)]


@or_false
def run_command(command: str, args: "Sequence[str]") -> bool:
    """Run a command and wait for its end; whether it ended with 0.

    A command of axium's or of a plugin's (`env set`), else a program, as `axium run` does.
    """
    import subprocess  # 10 ms
    import sys

    import axium

    words = command.split() if _is_ours(command) else ["run", command]
    main = axium.__file__.replace("__init__.py", "__main__.py")
    return subprocess.call([sys.executable, "-I", "-S", "-E", main, *words, *args]) == 0


def _is_ours(command: str) -> bool:
    from axium.thin.catalogue import catalogue
    from axium.thin.paths import environ, home_of

    # A group is none itself: `env` is the program of that name, `env set` a command of axium's.
    return command in [known.name for known in catalogue(home_of(environ()))]
