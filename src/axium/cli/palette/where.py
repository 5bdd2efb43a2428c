"""Where the palette was opened: the pane, and which environment it is in."""

from axium.thin.paths import home_of, pane_of, shell_env
from axium.thin.published import pointer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Where:
    """`env` is empty for none; `sgr` are the parameters of its colours."""

    def __init__(self, around: "Mapping[str, str]") -> None:
        self._around = around
        self.pane = pane_of(around)
        self.env = self.sgr = ""
        self.renew()

    def renew(self) -> None:
        """Read what was published for here; what is damaged tells nothing."""
        try:
            found = pointer(home_of(self._around), self._around)
        except ValueError:
            found = None
        self.env, self.sgr = (found.env, found.sgr) if found else ("", "")

    @property
    def place(self) -> str:
        """What it is the environment of."""
        if shell_env(self._around) is not None:
            return "this shell"
        return f"pane {self.pane}" if self.pane else "everywhere"
