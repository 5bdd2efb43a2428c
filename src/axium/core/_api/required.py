"""The fields that a manifest must have to be published; loading takes defaults for three."""

import os

from axium.config.entries import entries
from axium.config.findings import Findings
from axium.config.manifests import FILES
from axium.config.nodes import Mapping, parse
from axium.config.source import read_text

REQUIRED = ("name", "version", "description", "entrypoint")


def check(directory: str) -> None:
    """ValueError that names the fields which the manifest in a directory, whole else, lacks."""
    path = next(path for name in FILES["spokes"] if os.path.lexists(path := f"{directory}/{name}"))
    root = parse(read_text(path, path), path, Findings())
    said = entries(root, Findings()) if isinstance(root, Mapping) else {}
    absent = ", ".join([f"`{name}`" for name in REQUIRED if name not in said])
    if absent:
        raise ValueError(f"{path}: {absent} must be there")
