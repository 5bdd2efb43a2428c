"""The environments that can be switched to here, and the switch."""

from axium.cli.palette.matching import Finder
from axium.cli.palette.menu import Offer
from axium.cli.palette.offers import names_of_envs
from axium.thin.paths import home_of, pane_of, shell_env
from axium.thin.say import reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NONE = "(none)"
FOLLOW = "follow the global environment"
SAID = ("prefix", "region")
"""The properties that tell environments from one another at a glance."""


class NotSwitched(Exception):
    """The environment is as it was; the text says why."""


class Switching:
    """The environment of the pane where the palette was opened, outside tmux that of everywhere."""

    def __init__(self, around: "Mapping[str, str]") -> None:
        self._around = around
        self._pane = pane_of(around)
        self._finder: Finder | None = None

    def find(self, text: str) -> "Sequence[Offer]":
        """The environments that `text` means, each in its colours."""
        if self._finder is None:
            self._finder = Finder(self._all(), {})
        return [item for item in self._finder.find(text) if isinstance(item, Offer)]

    def switch(self, env: str | None) -> str:
        """Have another environment here; what was done. NotSwitched."""
        if env is None:
            self._ask({"cmd": "clear_pane_env", "pane": self._pane})
            return f"pane {self._pane} follows the global environment"
        if self._pane is not None:
            self._ask({"cmd": "set_pane_env", "pane": self._pane, "env": env})
            return f"{env} is active in pane {self._pane}"
        self._ask({"cmd": "set_env", "value": env})
        if shell_env(self._around) is not None:
            return f"{env} is active everywhere; this shell goes on in its own environment"
        return f"{env} is active everywhere"

    def _all(self) -> "list[Offer]":
        told = self._properties()
        names = names_of_envs(home_of(self._around)) or [*told]
        found = [self._offer(name, told.get(name, {})) for name in names]
        return [*found, *[Offer(NONE, FOLLOW)] * (self._pane is not None)]

    def _offer(self, name: str, properties: "Mapping[str, Any]") -> Offer:
        # 8 ms, and only here: what the daemon says of colours is made into what terminals know.
        from axium.model.colors import sgr

        said = [str(properties[key]) for key in SAID if properties.get(key)]
        color = str(properties.get("color") or "")
        return Offer(name, "  ".join(said), sgr=color and f"1;{sgr(color)}", value=name)

    def _properties(self) -> "Mapping[str, Mapping[str, Any]]":
        """What the daemon says of each; nothing without one, which is not started for that."""
        # json costs 6 ms: only who looks at the environments pays for it.
        from axium.thin.query import query

        try:
            envs = query({"cmd": "list_envs"}, self._around).get("envs")
        except (OSError, ValueError):
            return {}
        return envs if isinstance(envs, dict) else {}

    def _ask(self, payload: "dict[str, Any]") -> None:
        from axium.thin.query import refusal

        try:
            reply = self._reply(payload)
        except TimeoutError:
            raise NotSwitched("the daemon did not answer in time") from None
        except OSError as error:
            raise NotSwitched(f"no answer from the daemon: {reason(error)}") from None
        except ValueError:
            raise NotSwitched("the daemon gave no answer") from None
        if not reply.get("ok"):
            raise NotSwitched(refusal(reply)[0])

    def _reply(self, payload: "dict[str, Any]") -> "dict[str, Any]":
        from axium.thin.client import UNREACHABLE
        from axium.thin.query import query

        try:
            return query(payload, self._around)
        except UNREACHABLE:
            if self._around.get("AXIUM_NO_AUTOSTART") == "1":
                raise NotSwitched("the daemon is not running") from None
        from axium.thin.start import StartFailed, start

        try:
            start(home_of(self._around), self._around)
        except StartFailed as failed:
            raise NotSwitched(str(failed)) from None
        return query(payload, self._around)
