"""The commands of plugins: whose each is, and the catalogue and tables that tell of them."""

import asyncio
import logging
import re
from concurrent.futures import Executor

from axium.daemon.services.store import Store
from axium.thin.catalogue import core_words
from axium.thin.paths import Home

log = logging.getLogger("axium.plugins")

_RECORD = re.compile(
    r"([a-zA-Z0-9_][^\t\x00-\x1f ]*(?: [^\t\x00-\x1f ]+)*)\t[^\t\x00-\x1f]*"
    r"\t[^\t\x00-\x1f]*\t[^\t\x00-\x1f]*"
)

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:+@-]*(?: [A-Za-z0-9_.:+@-]+)*")
"""Of a gear's command: what is typed is what is read, and no shell takes it for more."""


class Commands:
    """Records of the catalogue by plugin; the first one that has a command keeps it."""

    def __init__(self, home: Home, store: Store, executor: Executor) -> None:
        self._home = home
        self._store = store
        self._executor = executor
        self._core: frozenset[str] = frozenset()
        self._records: dict[str, list[str]] = {}
        self._written: list[str] | None = None

    def read(self) -> None:
        """Learn what the core's commands are, and what the catalogue says; blocks."""
        from axium.core.completions import written_for_plugins  # json: 7 ms

        if not self._core:
            self._core = core_words()
        if self._written is None:
            self._written = written_for_plugins(self._home)

    def give(self, owner: str, section: str, records: list[str]) -> list[str]:
        """A plugin has these; which of them are left out, and why."""
        others = {
            _name(record): other
            for other, theirs in self._records.items()
            if other != owner
            for record in theirs
        }
        faults, kept = [], []
        for record in records:
            fault = self._fault(record, section, others)
            if fault is None:
                kept.append(record)
            else:
                faults.append(fault)
        self._records[owner] = kept
        return faults

    def names_of(self, owner: str) -> frozenset[str]:
        """The commands that a plugin has, each with its whole name."""
        return frozenset(map(_name, self._records.get(owner, ())))

    def take(self, owner: str) -> None:
        """A plugin has none any more."""
        self._records.pop(owner, None)

    async def publish(self) -> None:
        """Have the catalogue and the tables say what there is, where they say something else."""
        records = [record for owner in sorted(self._records) for record in self._records[owner]]
        if records != self._written:
            await self._write(records)
        subcommands = self._subcommands(records)
        if subcommands != self._store.committed.configuration.subcommands:
            await self._store.change(lambda found: found.with_subcommands(subcommands))

    async def _write(self, records: list[str]) -> None:
        from axium.core import completions  # json: 7 ms

        try:
            await asyncio.get_running_loop().run_in_executor(
                self._executor, completions.write, self._home, records
            )
        except OSError as error:
            log.warning("cannot write the catalogue: %s", error)
        else:
            self._written = records

    def _fault(self, record: str, section: str, others: dict[str, str]) -> str | None:
        match = _RECORD.fullmatch(record)
        if match is None or record.split("\t")[1] != section:
            return f"what is reported as a command is none: {record[:80]!r}"
        name = match[1]
        if section.startswith("gear:") and not _PLAIN_NAME.fullmatch(name):
            fitting = "a gear names one with letters, digits, `_.:+@-`"
            return f"the command {name[:80]!r} is left out: {fitting}"
        if name.partition(" ")[0] in self._core:
            return f"the command `{name}` is left out: `{name.partition(' ')[0]}` is axium's own"
        if name in others:
            return f"the command `{name}` is left out: `{others[name]}` has it already"
        return None

    def _subcommands(self, records: list[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, section, *_ in (record.split("\t") for record in records):
            command, *words = name.split(" ")
            # What is typed without `axium` goes to a gear by the rules of its manifest alone.
            if words and not section.startswith("gear:"):
                found.setdefault(command, {})[words[0]] = section
        return found


def _name(record: str) -> str:
    return record.partition("\t")[0]
