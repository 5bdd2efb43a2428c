"""What a plugin registered, as the daemon has to know it; and what of its code raised."""

from collections.abc import Iterator

from typer._click.core import Context
from typer.core import TyperGroup

from axium.core.cli import HELP_OPTIONS
from axium.core.commands import record, walk
from axium.core.hud_segments import HudRegistry, priority_of
from axium.core.spokes import get_event_bus
from axium.plugins.faults import sayable, told
from axium.plugins.plugin import Plugin
from axium.plugins.register import commands_of
from axium.thin.catalogue import shipped
from axium.wire.channel import Fault, Report, Segment


def registered(plugin: Plugin) -> tuple[Report, list[Fault]]:
    """Register a plugin; what it asked for, and what of that can't be had.

    Whatever `commands_of` raises.
    """
    group = commands_of(plugin)
    refused = list(_refused(group))
    report = Report(
        commands=list(_records(plugin, group)),
        events=get_event_bus().settle(),
        segments=_segments(HudRegistry.get_instance()),
    )
    return report, refused


def fault_of(what: str, error: BaseException, directory: str) -> Fault:
    """The fault of `what`, a listener for one, that raised `error`."""
    said = told(error, directory)
    return Fault(what=sayable(what), error=said.error, trace=said.trace)


def _records(plugin: Plugin, group: TyperGroup) -> Iterator[str]:
    context = Context(group, info_name="axium", help_option_names=HELP_OPTIONS)
    for name, command in walk(context, group):
        yield sayable(record(context, name, f"{plugin.kind}:{plugin.name}", command))


def _refused(group: TyperGroup) -> Iterator[Fault]:
    """Take out the commands that can't stand beside the core's, and say which."""
    core = {line.split("\t", 1)[0].split()[0] for line in shipped()}
    for name in list(group.commands):
        if name in core:
            del group.commands[name]
            text = f"`{name}` is a command of axium itself: give it another name"
            yield Fault(what=f"command `{name}`", error=text)
        elif not name.isprintable() or name.split() != [name] or name.startswith("-"):
            del group.commands[name]
            text = "a command is one word, and begins with no dash"
            yield Fault(what=f"command {name!r}", error=text)


def _segments(registry: HudRegistry) -> list[Segment]:
    return [
        Segment(
            name=segment.name,
            priority=priority_of(segment),
            cached=bool(getattr(segment, "cached", False)),
            refresh=getattr(segment, "refresh", None),
            is_verbatim=bool(getattr(segment, "is_verbatim", False)),
        )
        for segment in registry.segments
    ]
