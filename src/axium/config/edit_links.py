"""Editing `links.yaml`: one link comes or goes, and every other byte stays as it is."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from axium.config import links, splice
from axium.config.atomic import replace_file
from axium.config.document import Document, EditRefused, alone, entries_of, plain
from axium.config.findings import Findings
from axium.config.nodes import Mapping as MappingNode
from axium.config.nodes import parse as parse_yaml
from axium.links.definition import Link
from axium.model.suggest import did_you_mean

HEAD = """\
# Upstream connections, each by its name. Secrets are never in here, only where they are:
# `axium link add` writes an entry, `docs/links.md` says what one may have.
"""


def add_link(path: str, link: Link) -> None:
    """Add a link to a `links.yaml`, which is made where there is none.

    EditRefused if one of its name is there, or if the file has a fault or could not be
    edited without changing more.
    """
    with alone(path):
        if not os.path.lexists(path):
            replace_file(path, HEAD.encode(), durable=True, mode=0o600)
        document = _Links(path)
        if link.name in document.names():
            hint = f"take it away first: `axium link remove {link.name}`"
            raise EditRefused(f"there is a link `{link.name}` already", hint)
        said = links.entry_of(link)
        document.write(document.adding(link.name, said), _with(link.name, said))


def remove_link(path: str, name: str) -> None:
    """Take a link out of a `links.yaml`. EditRefused if it is not there."""
    with alone(path):
        document = _Links(path)
        known = document.names()
        if name not in known:
            raise EditRefused(f"there is no link `{name}`", did_you_mean(name, known))
        held = document.links

        def expect(data: dict[str, Any]) -> None:
            del data["links"][name]
            if not data["links"] and not held.flow:
                data["links"] = None  # its key stays

        document.write(splice.without_entry(document.text, held, name), expect)


class _Links(Document):
    """The file with its links."""

    def __init__(self, path: str) -> None:
        super().__init__(path, links.NAME, links.parse)

    def names(self) -> list[str]:
        """The links that there are."""
        entry = entries_of(self.root).get("links")
        return [] if entry is None else list(entries_of(entry.value))

    @property
    def links(self) -> MappingNode:
        """What stands under `links`, where there are some."""
        mapping = entries_of(self.root)["links"].value
        assert isinstance(mapping, MappingNode)
        return mapping

    def adding(self, name: str, said: Mapping[str, str]) -> str:
        """The text with one more link."""
        text, key = self.text, splice.written(name)
        if not said:
            return splice.with_value(text, self.root, ("links", key), "{}")
        for field, value in said.items():
            text = splice.with_value(text, self.tree(text), ("links", key, field), value)
            key = name  # as it is read, now that it is there
        return text


def _with(name: str, said: Mapping[str, str]) -> Callable[[dict[str, Any]], None]:
    def expect(data: dict[str, Any]) -> None:
        root = parse_yaml("".join([f"{k}: {v}\n" for k, v in said.items()]), "", Findings())
        entry = plain(root) if said and root is not None else {}
        data["links"] = (data.get("links") or {}) | {name: entry}

    return expect
