"""The commands of the wire, one module per family; importing this package registers them all."""

from axium.daemon.commands import (
    configuration,
    core,
    environments,
    hud,
    notifications,
    prefixes,
    streams,
    tmux,
)

FAMILIES = (core, streams, environments, prefixes, hud, configuration, notifications, tmux)
"""In the order in which the reference page shows them."""
