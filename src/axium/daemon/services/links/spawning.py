"""Starting the links process, with its end of a channel and where the next daemon comes."""

import os
import signal
from collections.abc import Mapping

from axium.links.channel import CHANNEL, LISTENING, command


def spawn(
    environ: Mapping[str, str], *, channel: int, listening: int, output: int, path: str
) -> int:
    """Start it with these descriptors, which stay the caller's; its pid. OSError.

    `path` is where it listens, and what it takes away at its end.
    """
    argv = [*command(), path]
    return os.posix_spawn(
        argv[0],
        argv,
        dict(environ),
        file_actions=[
            (os.POSIX_SPAWN_DUP2, channel, CHANNEL),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
            # The last, because it may be where one of the others was.
            (os.POSIX_SPAWN_DUP2, listening, LISTENING),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # Python ignores these two
    )
