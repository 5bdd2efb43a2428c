"""The links that there are: read from links.yaml, and what was good last where it is at fault."""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from axium.config.remembered_links import NAME, read_links
from axium.links.definition import Link
from axium.model.marks import Fault
from axium.wire.errors import Refusal

log = logging.getLogger("axium.links")

T = TypeVar("T")

_Links = dict[str, Link]


class Definitions:
    """Links by name, as they are in force."""

    def __init__(
        self,
        root: str,
        executor: Executor,
        *,
        show_faults: Callable[[tuple[Fault, ...]], None],
    ) -> None:
        self._path = os.path.join(root, NAME)
        self._root = root
        self._executor = executor
        self._show_faults = show_faults
        self._editing = asyncio.Lock()
        self._was_read = False
        self.links: _Links = {}

    def known(self, name: str) -> Link:
        """The link of this name. Refusal `unknown_link`."""
        link = self.links.get(name)
        if link is None:
            raise unknown(name, self.links)
        return link

    async def read(self) -> bool:
        """Read the file; whether other links are in force now."""
        before = list(self.links.values()) if self._was_read else None
        found, faults = await self._run(read_links, self._root, before)
        self._was_read = True
        self.links = {link.name: link for link in found}
        self._show_faults(faults)
        return found != before

    async def add(self, link: Link) -> None:
        """Write one more link into the file. Refusal `invalid`, `conflict`."""
        from axium.links.checks import Unfit, check  # urllib and json: 4 ms

        try:
            check(link)
        except Unfit as unfit:
            raise Refusal("invalid", f"field `{unfit.field}`: {unfit}", hint=unfit.hint) from None
        if link.name in self.links:
            hint = f"take it away first: `axium link remove {link.name}`"
            raise Refusal("conflict", f"there is a link `{link.name}` already", hint=hint)
        await self._edit(_add, link)

    async def remove(self, name: str) -> None:
        """Take one out of the file. Refusal `unknown_link`, `conflict`."""
        self.known(name)
        await self._edit(_remove, name)

    async def _edit(self, edit: Callable[..., None], what: object) -> None:
        from axium.config.document import EditRefused  # YAML: 12 ms

        async with self._editing:
            try:
                await self._run(edit, self._path, what)
            except EditRefused as refused:
                raise Refusal("conflict", refused.message, hint=refused.hint) from None
            except OSError as error:
                raise Refusal("failed", f"{NAME} can't be written: {error.strerror}") from None
            await self.read()

    async def _run(self, work: Callable[..., T], *given: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work, *given)


def unknown(name: str, known: _Links) -> Refusal:
    """There is no link of this name."""
    from axium.model.suggest import did_you_mean

    hint = did_you_mean(name, known) or "`axium link list` shows those that there are"
    return Refusal("unknown_link", f"there is no link `{name}`", hint=hint)


def _add(path: str, link: Link) -> None:
    from axium.config.edit_links import add_link

    add_link(path, link)


def _remove(path: str, name: str) -> None:
    from axium.config.edit_links import remove_link

    remove_link(path, name)
