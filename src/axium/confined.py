"""The program that confines itself, and is then a program, or the command line of a gear.

`python -I -B .../axium/confined.py RUN WORD...`, with RUN as of `plugins.orders.run_command`.
"""

import sys

STARTED_BY_PATH = "axium" not in sys.modules
if STARTED_BY_PATH:
    # First for our own modules alone; then last, so that nothing that is installed beside us
    # can stand in front of the standard library.
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

from axium.plugins import confined  # noqa: E402 (it is found by the line above)

if STARTED_BY_PATH:
    sys.path.append(sys.path.pop(0))


def main() -> None:
    """Be what `sys.argv` says; does not return."""
    run = confined.begun(sys.argv[1:])
    if run.kind == "program":
        confined.become(run.argv)
    # Only now: neither package of the two may know the other, and a program needs none of this.
    from axium.cli.app import main_of_gear
    from axium.plugins.terminal import OneGear

    main_of_gear(run.argv, OneGear(run))


if __name__ == "__main__":
    main()
