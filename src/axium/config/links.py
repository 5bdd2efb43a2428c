"""The names in links.yaml; what they stand for is for whoever connects them."""

import os
from typing import Any

import msgspec

from axium.config.decode import decode
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.source import Unreadable, read_text
from axium.model.marks import Fault

NAME = "links.yaml"


class LinksFile(msgspec.Struct):
    """The file: each link by its name."""

    links: dict[str, Any] = {}


def names(home: str) -> tuple[list[str], tuple[Fault, ...]]:
    """The names in their order, and the faults of the file."""
    findings = Findings()
    try:
        root = parse_yaml(read_text(os.path.join(home, NAME), NAME), NAME, findings)
    except FileNotFoundError:
        return [], ()
    except Unreadable as unreadable:
        return [], (unreadable.fault,)
    file = None if root is None else decode(root, LinksFile, findings)
    return ([] if file is None else list(map(str, file.links))), findings.faults
