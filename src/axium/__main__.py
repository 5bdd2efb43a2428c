"""The program `axium`: a fast verb leaves by itself, everything else is the command line."""

import sys

STARTED_BY_PATH = "axium" not in sys.modules
if STARTED_BY_PATH:
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

from axium.thin.entry import fast, leave_by  # noqa: E402 (it is found by the line above)

if STARTED_BY_PATH:
    # Found first until now, last from here on: nothing that is installed beside us can stand
    # in front of the standard library.
    sys.path.append(sys.path.pop(0))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.plugin_commands import Loader


def main() -> None:
    """Run `sys.argv`; does not return."""
    fast(sys.argv[1:])
    if sys.argv[1:2] == ["palette"]:
        from axium.cli.palette.app import main as palette

        leave_by(palette, sys.argv[2:])
    from axium.plugins.runner import command

    leave_by(command, sys.argv[1:])
    if sys.flags.no_site:
        # The launcher starts without site (2 ms): only from here on are dependencies needed.
        import site

        site.main()
    from axium.cli.app import main as command_line

    command_line(sys.argv[1:], _plugins)


def _plugins() -> "Loader":
    """What runs a plugin's command: neither package of the two may know the other."""
    from axium.plugins.terminal import Terminal
    from axium.thin.paths import environ, home_of

    return Terminal(home_of(environ()))


if __name__ == "__main__":
    main()
