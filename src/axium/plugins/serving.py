"""What a host does with the daemon's calls: one after another, each to its answer."""

import os

from axium.core.hud_segments import HudRegistry
from axium.core.spokes import get_event_bus
from axium.plugins import segments, variables
from axium.plugins.channel import Channel
from axium.plugins.listeners import deliver
from axium.plugins.plugin import Plugin
from axium.plugins.report import fault_of, registered
from axium.wire.channel import Answer, Call, Deliver, Register


class Serving:
    """The calls for one plugin."""

    def __init__(self, plugin: Plugin, channel: Channel) -> None:
        self._plugin = plugin
        self._channel = channel

    def run(self) -> None:
        """Answer calls until the daemon closes the channel, also where the plugin needs no host.

        One that ended by itself could be gone before its answer was read.
        """
        while (call := self._channel.next_call()) is not None:
            answer = self._answer(call)
            if not self._channel.is_ours:
                os._exit(0)  # the plugin forked, and its child came back here as well
            self._channel.answer(answer)

    def _answer(self, call: Call) -> Answer:
        if isinstance(call, Register):
            return self._register(call)
        if isinstance(call, Deliver):
            return Answer(
                answer=call.call, faults=deliver(get_event_bus(), call, self._plugin.directory)
            )
        values, faults = segments.rendered(HudRegistry.get_instance(), call, self._plugin.directory)
        return Answer(answer=call.call, values=values, faults=faults)

    def _register(self, call: Register) -> Answer:
        if call.variables is not None:
            variables.replace(call.variables)
        if self._plugin.kind == "spoke":
            os.chdir(_home())
        try:
            report, faults = registered(self._plugin)
        except BaseException as error:  # noqa: BLE001 (the plugin boundary; it is in the answer)
            fault = fault_of("register", error, self._plugin.directory)
            return Answer(answer=call.call, faults=[fault])
        return Answer(answer=call.call, report=report, faults=faults)


def _home() -> str:
    home = os.environ.get("HOME", "")
    return home if os.path.isdir(home) and os.access(home, os.X_OK) else "/"
