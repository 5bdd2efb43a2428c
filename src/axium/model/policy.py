"""What a gear's process is held to by the kernel."""

from typing import NamedTuple


class Policy(NamedTuple):
    """`reads` and `writes` are directories with all that is in them, absolute and real.

    `home` is the user's, `directory` the gear's own, `scratch` are its private directories, the
    temporary one first. `exec` and `net` are of the process itself: a list of programs, or of
    hosts, is the daemon's to keep. `agent`: it may ask the user's ssh-agent, where no other socket
    is in reach.
    """

    home: str
    directory: str
    scratch: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    exec: bool = False
    net: bool = False
    agent: bool = False
