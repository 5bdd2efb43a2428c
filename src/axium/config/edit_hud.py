"""Editing `hud.yaml`: a theme is chosen, and every other byte stays as it is."""

from typing import Any, NamedTuple

from axium.config import hud, splice
from axium.config.document import Document, alone
from axium.model.themes import ThemeName

ENABLED = ("style", "theme", "enabled")
NAME = ("style", "theme", "name")


class Edit(NamedTuple):
    """What a file says before a change, and after it."""

    path: str
    before: str
    after: str


def set_theme(path: str, name: ThemeName, *, dry_run: bool = False) -> Edit:
    """Choose and enable a theme in a `hud.yaml`; with `dry_run` nothing is written.

    EditRefused if the file has a fault, is read-only, or could not be edited
    without changing more.
    """
    with alone(path):
        return _set_theme(path, name, dry_run=dry_run)


def _set_theme(path: str, name: ThemeName, *, dry_run: bool) -> Edit:
    document = Document(path, hud.NAME, hud.parse)
    text = splice.with_value(document.text, document.root, ENABLED, "true")
    text = splice.with_value(text, document.tree(text), NAME, name)

    def expect(data: dict[str, Any]) -> None:
        style = data["style"] = data.get("style") or {}
        style["theme"] = (style.get("theme") or {}) | {"enabled": True, "name": name}

    if dry_run or text == document.text:
        document.check(text, expect)
    else:
        document.write(text, expect)
    return Edit(document.path, document.text, text)
