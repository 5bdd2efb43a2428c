"""The names of methods that servers answered, for completion: kept bounded, and published."""

import asyncio
import logging
import os
from collections.abc import Iterable
from concurrent.futures import Executor

import msgspec

from axium.config.atomic import replace_file
from axium.config.own_files import read_bytes
from axium.daemon.tasks import Tasks
from axium.thin.words import frame

log = logging.getLogger("axium.links")

MOST_METHODS = 200
"""Of one link; the one that was noted first goes."""

LONGEST = 100
"""Characters of a method's name that is kept."""

WRITE_SECS = 1.0
"""How long a new name waits for further ones before it is written."""

_Names = dict[str, list[str]]
_decode = msgspec.json.Decoder(_Names).decode


class Seen:
    """Methods by link. `path` is the file that lasts, `run` the directory that shells read."""

    def __init__(self, path: str, run: str, executor: Executor) -> None:
        self._path = path
        self._run = run
        self._executor = executor
        self._methods: dict[str, dict[str, None]] = {}
        self._links: list[str] = []
        self._tasks = Tasks(log)
        self._is_due = False

    async def begin(self) -> None:
        """Take in what was seen before."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._executor, _recall, self._path)
        self._methods = {link: dict.fromkeys(methods) for link, methods in found.items()}

    async def follow(self, links: Iterable[str]) -> None:
        """These links there are; what is known of others is forgotten."""
        self._links = list(links)
        self._methods = {name: self._methods.get(name, {}) for name in self._links}
        await self._write()

    def note(self, link: str, method: str) -> None:
        """A server answered this."""
        methods = self._methods.setdefault(link, {})
        if method in methods or len(method) > LONGEST or not method.isprintable():
            return
        methods[method] = None
        if len(methods) > MOST_METHODS:
            del methods[next(iter(methods))]
        self._is_due = True
        if not len(self._tasks):
            self._tasks.spawn("note the methods of links", self._write_later())

    async def close(self) -> None:
        """Write what is not written yet."""
        await self._tasks.close()
        if self._is_due:
            await self._write()

    async def _write_later(self) -> None:
        while self._is_due:  # again, where one was noted while the others were written
            await asyncio.sleep(WRITE_SECS)
            await self._write()

    async def _write(self) -> None:
        self._is_due = False
        methods = {link: list(names) for link, names in self._methods.items() if names}
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(
            self._executor, _write, self._path, self._run, self._links, methods
        )


def _recall(path: str) -> _Names:
    try:
        return _decode(read_bytes(path) or b"")
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(path: str, run: str, links: list[str], methods: _Names) -> None:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        replace_file(path, msgspec.json.encode(methods), durable=False)
        replace_file(f"{run}/links", frame(links), durable=False)
        known = [f"{link} {method}" for link, names in methods.items() for method in names]
        replace_file(f"{run}/methods", frame(known), durable=False)
    except OSError as error:
        log.warning("the names of methods can't be kept: %s", error)
