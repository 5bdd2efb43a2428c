"""`hud.yaml` made into the HUD's configuration."""

from axium.config.decode import Text, decode, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import HudFile, StyleEntry, WrapperEntry
from axium.model.hud import HudConfig, Theme, is_color

NAME = "hud.yaml"


def parse(text: str, findings: Findings) -> HudConfig:
    """What the HUD shall be; what could not be made out is the default, and told."""
    root = parse_yaml(text, NAME, findings)
    file = None if root is None else decode(root, HudFile, findings)
    if file is None:
        return HudConfig()
    style = file.style
    left, right = _wrapper(style.wrapper or WrapperEntry(), findings)
    return HudConfig(
        layout=_names(file.layout, findings),
        hide=_names(file.hide, findings),
        color=_color(style, findings),
        padding=style.padding,
        left=left,
        right=right,
        theme=Theme(style.theme.enabled, style.theme.name),
    )


def _names(names: list[str], findings: Findings) -> tuple[str, ...]:
    for name in names:
        if isinstance(name, Text) and not name.strip():
            findings.error(name.where, "a segment must have a name, found nothing")
    return tuple(dict.fromkeys(str(name) for name in names))


def _color(style: StyleEntry, findings: Findings) -> str:
    if not is_color(style.color):
        message = f"`{style.color}` is no colour that can be shown"
        findings.error(mark_of(style.color), message, "write `#RRGGBB` or `red`")
    return str(style.color)


def _wrapper(entry: WrapperEntry, findings: Findings) -> tuple[str, str]:
    for one, other in ((entry.left, entry.prefix), (entry.right, entry.suffix)):
        if one is not None and other is not None:
            message = "`style.wrapper` takes `left` and `right`, or `prefix` and `suffix`"
            findings.error(mark_of(other), f"{message}; found both")
    return str(entry.left or entry.prefix or ""), str(entry.right or entry.suffix or "")
