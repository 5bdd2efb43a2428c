"""The daemon's process, started by path: hold the home first, then import what answering takes."""

import sys

if "axium" not in sys.modules:
    # Last, so that nothing beside the package can stand in front of the standard library.
    sys.path.append(__file__.rpartition("/axium/")[0])

from axium.daemon.start import main

if __name__ == "__main__":
    main(sys.argv[1:])
