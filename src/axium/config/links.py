"""`links.yaml` made into links: what each is, and what of it can't be."""

import os
from typing import Any

from msgspec import structs

from axium.config.decode import Text, decode
from axium.config.document import entries_of
from axium.config.findings import Findings
from axium.config.nodes import Node
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import LinkEntry, LinksFile
from axium.config.source import Unreadable, read_text
from axium.config.splice import written
from axium.links.checks import Unfit, check
from axium.links.definition import Link
from axium.model.marks import Fault, Mark

NAME = "links.yaml"


def read(home: str) -> tuple[list[Link], tuple[Fault, ...]]:
    """The links of a home in their order, and the faults of the file; no file, no links."""
    findings = Findings()
    try:
        text = read_text(os.path.join(home, NAME), NAME)
    except FileNotFoundError:
        return [], ()
    except Unreadable as unreadable:
        return [], (unreadable.fault,)
    return parse(text, findings), findings.faults


def names(home: str) -> tuple[list[str], tuple[Fault, ...]]:
    """The names in their order, and the faults of the file."""
    links, faults = read(home)
    return [link.name for link in links], faults


def parse(text: str, findings: Findings) -> list[Link]:
    """The links; what is wrong with one is told."""
    root = parse_yaml(text, NAME, findings)
    file = None if root is None else decode(root, LinksFile, findings)
    if root is None or file is None:
        return []
    found = []
    for name, entry in file.links.items():
        assert isinstance(name, Text)
        link = link_of(str(name), entry or LinkEntry())
        try:
            check(link)
        except Unfit as unfit:
            where = _place(root, str(name), unfit.field, name.where)
            findings.error(where, f"link `{name}`: {unfit}", unfit.hint)
        found.append(link)
    return found


def link_of(name: str, entry: LinkEntry) -> Link:
    """The link that an entry of the file is."""
    said: dict[str, Any] = {
        field: str(value) if isinstance(value, str) else value
        for field, value in structs.asdict(entry).items()
        if value is not None
    }
    if "ca" in said:
        said["ca"] = os.path.expanduser(said["ca"])
    return Link(name=name, **said)


def entry_of(link: Link) -> dict[str, str]:
    """What an entry has to say of a link: the fields, each as it is written in YAML."""
    plain = link_of(link.name, LinkEntry())
    return {
        field: _written(getattr(link, field))
        for field in LinkEntry.__struct_fields__
        if getattr(link, field) != getattr(plain, field)
    }


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return written(value) if isinstance(value, str) else f"{value:.0f}"


def _place(root: Node, name: str, field: str, default: Mark) -> Mark:
    """Where a field of a link was written; where its name was, if it is not there."""
    entry = entries_of(entries_of(root)["links"].value).get(name)
    found = None if entry is None else entries_of(entry.value).get(field)
    return default if found is None else found.value.where
