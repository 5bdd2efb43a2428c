"""The commands of the wire, one module per family; importing this package registers them all."""

from axium.daemon.commands import (
    configuration,
    core,
    environments,
    files,
    gears,
    hud,
    links,
    network,
    notifications,
    panes,
    permissions,
    plugins,
    prefixes,
    programs,
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
    gears,
    notifications,
    files,
    programs,
    panes,
    network,
    tmux,
    links,
)
"""In the order in which the reference page shows them."""
