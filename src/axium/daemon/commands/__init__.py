"""The commands of the wire, one module per family; importing this package registers them all."""

from axium.daemon.commands import (
    configuration,
    core,
    environments,
    hud,
    notifications,
    permissions,
    plugins,
    prefixes,
    streams,
    tmux,
)

FAMILIES = (
    core,
    streams,
    environments,
    prefixes,
    hud,
    configuration,
    permissions,
    plugins,
    notifications,
    tmux,
)
"""In the order in which the reference page shows them."""
