"""The faults that were found in one file, collected while it is read to its end."""

from axium.model.marks import Fault, Mark


class Findings:
    """Faults in the order of their places, each once."""

    def __init__(self) -> None:
        self._faults: dict[Fault, None] = {}

    def error(self, where: Mark, message: str, hint: str | None = None) -> None:
        """Add what makes the file unusable."""
        self._faults[Fault(where, message, hint)] = None

    def warning(self, where: Mark, message: str, hint: str | None = None) -> None:
        """Add what the file is usable in spite of."""
        self._faults[Fault(where, message, hint, "warning")] = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them."""
        return tuple(sorted(self._faults, key=lambda f: (f.where.line, f.where.column)))

    @property
    def has_errors(self) -> bool:
        """Whether the file is unusable."""
        return any(fault.severity == "error" for fault in self._faults)
