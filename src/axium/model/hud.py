"""The HUD: one line that says where a pane is, rendered for a terminal, tmux or plain text."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from axium.model.environments import Environment

LABEL = "[axium]"
INACTIVE = "[axium] inactive"
NAMED_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

Format = Literal["plain", "tmux", "ansi"]

_HEX = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_PAIRS = ("[]", "{}", "()", "<>", "||", '""', "''")
# Controls, line and paragraph separators, and what turns the direction of text: none of them
# has a place in one line, and each can make it look like another one. Half a character can't be
# written at all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Theme(msgspec.Struct, frozen=True):
    """The look that is chosen; as long as it is not enabled, `classic`."""

    enabled: bool = False
    name: str = "classic"


class HudConfig(msgspec.Struct, frozen=True):
    """What `hud.yaml` says. `padding` is the number of blanks on each side of a segment."""

    layout: tuple[str, ...] = ("env", "uptime")
    hide: tuple[str, ...] = ()
    color: str = "#00B7C7"
    padding: int = 1
    left: str = ""
    right: str = ""
    theme: Theme = msgspec.field(default_factory=Theme)


class HudContext(msgspec.Struct, frozen=True):
    """What a HUD is about; `faults` counts what is wrong in the user's files."""

    env: Environment | None
    pane: str | None = None
    uptime_secs: int = 0
    faults: int = 0


class Extra(msgspec.Struct, frozen=True):
    """A segment that was set through the wire."""

    name: str
    value: str
    priority: int
    owner: str


class _Segment(NamedTuple):
    text: str
    color: str = ""


def render_hud(
    config: HudConfig,
    context: HudContext,
    extras: Iterable[Extra] = (),
    *,
    format: Format,  # noqa: A002 (the word of the wire)
) -> str:
    """The segments that have something to say, in the user's order, then the others'."""
    by_name = {extra.name: extra for extra in sorted(extras, key=_by_priority, reverse=True)}
    unnamed = sorted((e for e in by_name.values() if e.name not in config.layout), key=_by_priority)
    names = dict.fromkeys((*config.layout, *(extra.name for extra in unnamed)))
    shown = [
        segment
        for name in names
        if name not in config.hide
        and (segment := _segment(name, config, context, by_name)) is not None
    ]
    if context.faults:
        shown.append(_Segment(_wrapped(config, f"faults:{context.faults}")))
    if not shown:
        return INACTIVE
    return _joined(shown, config, format)


def uptime_text(secs: int) -> str:
    """Whole hours and minutes: `2h15m`, `5m`."""
    hours, minutes = divmod(max(secs, 0) // 60, 60)
    return f"{hours}h{minutes}m" if hours else f"{minutes}m"


def is_reserved(name: str) -> bool:
    """Whether a segment of this name is always ours; `aws` is not, where no profile is set."""
    return name in {"env", "uptime", "pane"} or name.startswith("env.")


def is_color(text: str) -> bool:
    """Whether `text` is `#RGB`, `#RRGGBB` or one of the eight names of colours."""
    return text in NAMED_COLORS or _HEX.fullmatch(text) is not None


def sgr(color: str) -> str:
    """The parameters of the terminal's foreground colour; empty for none that we know."""
    if color in NAMED_COLORS:
        return str(30 + NAMED_COLORS.index(color))
    if not _HEX.fullmatch(color):
        return ""
    return "38;2;" + ";".join(str(int(pair, 16)) for pair in _hex_pairs(color))


def printable(text: str) -> str:
    """`text` without what has no place in one line of a terminal."""
    return _UNPRINTABLE.sub("", text)


def _by_priority(extra: Extra) -> tuple[int, str]:
    return (extra.priority, extra.name)


def _segment(
    name: str, config: HudConfig, context: HudContext, extras: dict[str, Extra]
) -> _Segment | None:
    if name == "env":
        return _env_segment(config, context.env)
    label = printable(name.rpartition(".")[2])
    value = _core_value(name, context)
    if value is None:
        text = _extra_text(label, extras[name]) if name in extras else ""
    else:
        value = printable(value).strip()
        text = f"{label}:{value}" if value else ""
    return _Segment(_wrapped(config, text)) if text else None


def _env_segment(config: HudConfig, env: Environment | None) -> _Segment:
    if env is None:
        return _Segment(_wrapped(config, "env:-"))
    text = f"env:{printable(env.name)}"
    return _Segment(_wrapped(config, text), env.texts.get("color", ""))


def _core_value(name: str, context: HudContext) -> str | None:
    """A segment's value, empty for one that hides; None where it is not one of ours."""
    if name == "uptime":
        return uptime_text(context.uptime_secs)
    if name == "pane":
        return context.pane or ""
    texts = {} if context.env is None else context.env.texts
    if name.startswith("env."):
        return texts.get(name.removeprefix("env."), "")
    if name == "aws":
        return texts.get("aws_profile") or None
    return None


def _extra_text(label: str, extra: Extra) -> str:
    """The named value of a plugin, which may have put a wrapper and the name there already."""
    value = printable(extra.value).strip()
    if len(value) > 1 and value[0] + value[-1] in _PAIRS:
        value = value[1:-1].strip()
    if not value or value.startswith(f"{label}:"):
        return value
    return f"{label}:{value}"


def _wrapped(config: HudConfig, text: str) -> str:
    return f"{printable(config.left)}{text}{printable(config.right)}"


def _joined(segments: list[_Segment], config: HudConfig, form: Format) -> str:
    lead = " " * max(1, config.padding)
    gap = " " * max(1, 2 * config.padding)
    if form == "plain":
        return LABEL + lead + gap.join(segment.text for segment in segments)
    escape, paint, end = (
        (_tmux_text, _tmux_color, "#[default]") if form == "tmux" else (str, _ansi_color, "\x1b[0m")
    )
    ground = paint(config.color)
    painted = [_painted(escape(s.text), paint(s.color), ground) for s in segments]
    return ground + LABEL + lead + gap.join(painted) + end


def _painted(text: str, color: str, ground: str) -> str:
    return color + text + ground if color else text


def _tmux_text(text: str) -> str:
    return text.replace("#", "##")


def _tmux_color(color: str) -> str:
    if color in NAMED_COLORS:
        return f"#[fg={color}]"
    return f"#[fg=#{''.join(_hex_pairs(color))}]" if _HEX.fullmatch(color) else ""


def _ansi_color(color: str) -> str:
    parameters = sgr(color)
    return f"\x1b[{parameters}m" if parameters else ""


def _hex_pairs(color: str) -> list[str]:
    digits = color[1:]
    if len(digits) == 3:
        return [digit * 2 for digit in digits]
    return [digits[n : n + 2] for n in (0, 2, 4)]
