"""What is told of each plugin, and noted beside what its install wrote."""

import asyncio
import logging
import os
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

import msgspec

from axium.core import plugin_metadata
from axium.daemon.caller import PluginKind
from axium.daemon.services.plugins.installed import Installed
from axium.daemon.services.plugins.kinds import KINDS
from axium.daemon.tasks import Tasks
from axium.model.plugins import GearRow, Row

log = logging.getLogger("axium.plugins")

_NOT_KEPT = ("pid", "restarts", "late", "raised", "last_raised", "is_contained")
"""What is true of a running daemon alone."""

_LOCKED_SECS = 20.0
_LOCKED_STEP = 0.1


class Rows:
    """The rows of the plugins of a home, and the files in which they are kept."""

    def __init__(self, root: str, executor: Executor, tasks: Tasks) -> None:
        self._root = root
        self._executor = executor
        self._tasks = tasks
        self._metadata: dict[PluginKind, dict[str, dict[str, Any]]] = {}

    def read(self, kind: PluginKind) -> None:
        """Learn what installs wrote; blocks."""
        self._metadata[kind] = self._file(kind).read()

    def of_gear(self, item: Installed) -> GearRow:
        """How one gear is."""
        standing = {} if item.standing is None else item.standing._asdict()
        return GearRow(**msgspec.structs.asdict(self.of(item)), **standing)

    def of(self, item: Installed) -> Row:
        """How one plugin is."""
        manifest, host = item.found.manifest, item.host
        known = self._metadata.get(item.kind, {}).get(item.name, {})
        is_link = os.path.islink(item.found.directory)
        return Row(
            name=item.name,
            version=manifest.version if manifest else "",
            description=manifest.description if manifest else "",
            entrypoint=manifest.entrypoint if manifest else "",
            source=str(known.get("source") or f"local:{item.found.directory}"),
            install_mode=str(known.get("install_mode") or ("symlink" if is_link else "copy")),
            installed_at=str(known.get("installed_at") or ""),
            last_loaded=item.last_loaded or known.get("last_loaded"),
            status=item.status,
            error=item.error,
            pid=host.pid if host is not None else None,
            restarts=item.restarts,
            late=item.late_calls,
            raised=item.raised_count,
            last_raised=item.last_raised,
            is_contained=host.is_contained if host is not None else None,
        )

    def note_soon(self, items: Iterable[Installed]) -> None:
        """Put into the files how these were loaded."""
        noted: dict[PluginKind, list[Installed]] = {}
        for item in items:
            noted.setdefault(item.kind, []).append(item)
        for kind, of_kind in noted.items():
            work = self._note(kind, of_kind)
            self._tasks.spawn(f"note how {kind}s were loaded", work)

    async def _note(self, kind: PluginKind, items: list[Installed]) -> None:
        """An install may have the file for a while, which it ends by asking us to load."""
        loop = asyncio.get_running_loop()
        for _ in range(int(_LOCKED_SECS / _LOCKED_STEP)):
            rows = [self.of(item) for item in items if not item.is_gone]
            try:
                if await loop.run_in_executor(self._executor, self._put, kind, rows):
                    return
            except OSError as error:
                log.warning("cannot note how plugins were loaded: %s", error)
                return
            await asyncio.sleep(_LOCKED_STEP)

    def _put(self, kind: PluginKind, rows: list[Row]) -> bool:
        return self._file(kind).note({row.name: _kept(row) for row in rows})

    def _file(self, kind: PluginKind) -> plugin_metadata.Rows:
        return plugin_metadata.Rows(self._root, KINDS[kind].directory)


def _kept(row: Row) -> dict[str, Any]:
    said = msgspec.to_builtins(row)
    return {key: value for key, value in said.items() if key not in _NOT_KEPT}
