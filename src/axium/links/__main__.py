"""The links process as a program: `python -I -S -E .../axium/links/__main__.py`."""

import sys

STARTED_BY_PATH = "axium" not in sys.modules
if STARTED_BY_PATH:
    # First for our own modules alone; then last, so that nothing that is installed beside us
    # can stand in front of the standard library.
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

import axium  # noqa: E402, F401 (it is found by the line above)

if STARTED_BY_PATH:
    sys.path.append(sys.path.pop(0))


def main() -> None:
    """Keep links until the daemon says `end`, or none is there for long enough."""
    if sys.flags.no_site:
        import site

        site.main()
    from axium.links.process import main as process

    process()


if __name__ == "__main__":
    main()
