"""`hud.yaml` made into the HUD's configuration."""

from collections.abc import Iterable, Mapping

from axium.config.decode import Text, decode, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import HudFile, StyleEntry, WrapperEntry
from axium.model.colors import is_color
from axium.model.environments import Environment
from axium.model.hud import SEGMENTS, HudConfig, ThemeChoice
from axium.model.suggest import did_you_mean, nearest

NAME = "hud.yaml"


def parse(
    text: str, findings: Findings, environments: Mapping[str, Environment] | None = None
) -> HudConfig:
    """What the HUD shall be; what could not be made out is the default, and told.

    With `environments`, a property that none of them has is told as well.
    """
    root = parse_yaml(text, NAME, findings)
    file = None if root is None else decode(root, HudFile, findings)
    if file is None:
        return HudConfig()
    style = file.style
    left, right = _wrapper(style.wrapper or WrapperEntry(), findings)
    _check_segments(file.layout, environments or {}, findings)
    return HudConfig(
        layout=_names(file.layout, findings),
        hide=_names(file.hide, findings),
        color=_color(style, findings),
        padding=style.padding,
        left=left,
        right=right,
        theme=ThemeChoice(style.theme.enabled, style.theme.name),
    )


def _names(names: list[str], findings: Findings) -> tuple[str, ...]:
    for name in names:
        if isinstance(name, Text) and not name.strip():
            findings.error(name.where, "a segment must have a name, found nothing")
    return tuple(dict.fromkeys(str(name) for name in names))


def _check_segments(
    names: list[str], environments: Mapping[str, Environment], findings: Findings
) -> None:
    """Warn of names that look mistyped; any other may be one that a plugin fills."""
    properties = {path for env in environments.values() for path in env.texts}
    for name in names:
        if not isinstance(name, Text):
            continue  # the default layout
        if name.startswith("env."):
            _check_property(name, properties, findings)
        elif name not in SEGMENTS and (close := nearest(name, SEGMENTS, 1)):
            hint = f"did you mean `{close[0]}`? Only a program of yours could fill `{name}`"
            findings.warning(name.where, f"axium has no segment `{name}`", hint)


def _check_property(name: Text, properties: Iterable[str], findings: Findings) -> None:
    path = name.removeprefix("env.")
    if properties and path not in properties:
        hint = did_you_mean(name, [f"env.{known}" for known in properties])
        message = f"no environment has the property `{path}`, or it is a list or a mapping"
        findings.warning(name.where, message, hint)


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
