"""Saving a change: on disk first, then visible to shells, and back again where that fails."""

import logging

from axium.config.state_file import write_state
from axium.daemon.services.publisher import Publisher
from axium.daemon.services.snapshot import Snapshot
from axium.model.state import State

log = logging.getLogger("axium.state")


class Saving:
    """The store's `Saver`; it runs on the writer thread."""

    def __init__(self, path: str, publisher: Publisher) -> None:
        self._path = path
        self._publisher = publisher

    def begin(self, stored: State | None, found: Snapshot) -> None:
        """Put the first snapshot of this daemon on disk, where it differs, and publish it."""
        if found.state != stored:
            write_state(self._path, found.state)
        self._publisher.publish(found)

    def sweep(self) -> None:
        """Take away what readers can't be holding any more."""
        self._publisher.sweep()

    @property
    def has_to_sweep(self) -> bool:
        """Whether `sweep` will find something later."""
        return self._publisher.has_retired

    def __call__(self, old: Snapshot, new: Snapshot) -> None:
        """See `Saver`."""
        is_done = False
        try:
            if new.state is not old.state:
                write_state(self._path, new.state)
            self._publisher.publish(new)
            is_done = True
        finally:
            if not is_done:
                self._put_back(old)
        if new.state is old.state:
            return
        log.info(
            "generation %d: %s is active, %d panes of their own",
            new.state.generation,
            new.state.active_env or "no environment",
            len(new.state.panes),
        )

    def _put_back(self, old: Snapshot) -> None:
        """Make disk and shells say again what they said before."""
        self._publisher.forget()
        try:
            write_state(self._path, old.state)
            self._publisher.publish(old)
        except OSError as fault:
            log.error("the former state could not be put back whole: %s", fault)
