"""Each decision about what a plugin may do, told in the log; of one gear only so many a second."""

import logging
import time
from collections.abc import Callable, Container

from axium.daemon.caller import USER
from axium.daemon.ration import Ration
from axium.model.decisions import logged, security_line

log = logging.getLogger("axium.security")


class Decisions:
    """Writes a line for each; what of a gear's is left out is counted in its next line.

    `gears` are the names of those that are loaded.
    """

    def __init__(
        self, gears: Container[str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._gears = gears
        self._clock = clock
        self._rations: dict[str, Ration] = {}

    def tell(
        self,
        name: str,
        action: str,
        detail: str | None,
        *,
        allowed: bool,
        via_override: bool = False,
    ) -> None:
        """Tell of one decision about the plugin `name`, or about the user."""
        if name in self._gears and not self._may_tell(name):
            return
        shown, said = logged(action, detail)
        line = security_line(name, shown, allowed=allowed, detail=said, via_override=via_override)
        log.log(logging.INFO if allowed else logging.WARNING, "%s", line)

    def tell_user(self, action: str, detail: str | None) -> None:
        """Tell what the user did, who may do anything."""
        self.tell(USER.name, action, detail, allowed=True)

    def _may_tell(self, gear: str) -> bool:
        ration = self._rations.setdefault(gear, Ration(self._clock))
        if not ration.take():
            return False
        if count := ration.left_out():
            log.warning(
                "[SECURITY] spoke=%s: %d decisions before this one were left out", gear, count
            )
        return True
