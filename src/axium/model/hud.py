"""The HUD: one line that says where a pane is, rendered for a terminal, tmux or plain text."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from axium.model.colors import Depth
from axium.model.display import printable, shortened
from axium.model.environments import Environment
from axium.model.painting import PLAIN, Format, end, parameters, turn
from axium.model.themes import Looks, Style, ThemeName, looks, tinted

LABEL = "[axium]"
INACTIVE = "[axium] inactive"

SEGMENTS = ("env", "uptime", "session", "pane", "aws")
"""Those of the core, beside `env.KEY` for every property."""

WIDEST = 60
"""Columns of one segment's value; a status line has some 200 for everything."""

TMUX_SESSION = "\ufdd0"
"""Stands in tmux's HUD for the session's name, which tmux knows best; nobody else can write it."""

_PAIRS = ("[]", "{}", "()", "<>", "||", '""', "''")


class ThemeChoice(msgspec.Struct, frozen=True):
    """The look that is chosen; as long as it is not enabled, `classic`."""

    enabled: bool = False
    name: ThemeName = "classic"

    @property
    def shown(self) -> ThemeName:
        """The theme in force."""
        return self.name if self.enabled else "classic"


class HudConfig(msgspec.Struct, frozen=True):
    """What `hud.yaml` says. `padding` is the number of blanks on each side of a segment."""

    layout: tuple[str, ...] = ("env", "uptime")
    hide: tuple[str, ...] = ()
    color: str = "#00B7C7"
    padding: int = 1
    left: str = ""
    right: str = ""
    theme: ThemeChoice = msgspec.field(default_factory=ThemeChoice)

    def shows(self, segment: str) -> bool:
        """Whether the layout has this segment of ours."""
        return segment in self.layout and segment not in self.hide


class HudContext(msgspec.Struct, frozen=True):
    """What a HUD is about; `faults` counts what is wrong in the user's files.

    `session` is the tmux session's name, where it is known; tmux's own HUD does
    not need it.
    """

    env: Environment | None
    pane: str | None = None
    uptime_secs: int = 0
    faults: int = 0
    session: str | None = None


class Extra(msgspec.Struct, frozen=True):
    """A segment of a plugin's, or one that was set through the wire.

    `is_verbatim`: shown as it is, without its name.
    """

    name: str
    value: str
    priority: int
    owner: str
    is_verbatim: bool = False


class _Segment(NamedTuple):
    text: str
    style: Style


def render_hud(
    config: HudConfig,
    context: HudContext,
    extras: Iterable[Extra] = (),
    *,
    format: Format,  # noqa: A002 (the word of the wire)
    colors: Depth = "24bit",
) -> str:
    """The segments that have something to say, in the user's order, then the others'."""
    by_name: dict[str, Extra] = {}
    for extra in sorted(extras, key=_by_priority):
        by_name.setdefault(extra.name, extra)
    names = dict.fromkeys((*config.layout, *by_name))
    if format == "tmux":
        context = msgspec.structs.replace(context, session=TMUX_SESSION)
    look = looks(config.theme.shown, config.color)
    shown = [
        segment
        for name in names
        if name not in config.hide
        and (segment := _segment(name, context, by_name, look)) is not None
    ]
    if context.faults:
        shown.append(_Segment(f"faults:{context.faults}", look.fault))
    if not shown:
        return INACTIVE
    return _joined(shown, config, look, format, colors)


def uptime_text(secs: int) -> str:
    """Whole hours and minutes: `2h15m`, `5m`."""
    hours, minutes = divmod(max(secs, 0) // 60, 60)
    return f"{hours}h{minutes}m" if hours else f"{minutes}m"


def is_reserved(name: str) -> bool:
    """Whether a segment of this name is always ours; `aws` is not, where no profile is set."""
    return (name in SEGMENTS and name != "aws") or name.startswith("env.")


def prompt_sgr(config: HudConfig, env: Environment | None) -> str:
    """The SGR parameters in which a prompt shows an environment's name; empty for none.

    Without a theme only an environment's own colour counts there.
    """
    if env is None:
        return ""
    look = looks(config.theme.shown, config.color)
    return parameters(_env_style(env, look if config.theme.enabled else _NO_LOOK))


_NO_LOOK = Looks(PLAIN, PLAIN, PLAIN, PLAIN, tints=True)


def _by_priority(extra: Extra) -> tuple[int, str]:
    return (extra.priority, extra.name)


def _segment(
    name: str, context: HudContext, extras: dict[str, Extra], look: Looks
) -> _Segment | None:
    if name == "env":
        text = "env:-" if context.env is None else f"env:{_value(context.env.name)}"
        return _Segment(text, _env_style(context.env, look))
    label = _value(name.rpartition(".")[2])
    value = _core_value(name, context)
    if value is None:
        text = _extra_text(label, extras[name]) if name in extras else ""
    else:
        text = f"{label}:{value}" if value else ""
    return _Segment(text, look.text) if text else None


def _env_style(env: Environment | None, look: Looks) -> Style:
    if env is None or not look.tints:
        return look.env
    return tinted(look.env, env.texts.get("color", ""))


def _core_value(name: str, context: HudContext) -> str | None:
    """A segment's value, empty for one that hides; None where it is not one of ours."""
    if name == "uptime":
        return uptime_text(context.uptime_secs)
    if name == "pane":
        return _value(context.pane or "")
    if name == "session":
        return context.session if context.session == TMUX_SESSION else _value(context.session or "")
    texts = {} if context.env is None else context.env.texts
    if name.startswith("env."):
        return _value(texts.get(name.removeprefix("env."), ""))
    if name == "aws":
        return _value(texts.get("aws_profile", "")) or None
    return None


def _extra_text(label: str, extra: Extra) -> str:
    """The named value of a plugin, which may have put a wrapper and the name there already."""
    value = printable(extra.value).strip()
    if not extra.is_verbatim and len(value) > 1 and value[0] + value[-1] in _PAIRS:
        value = value[1:-1].strip()
    if not value or extra.is_verbatim:
        return shortened(value, WIDEST)
    return shortened(value if value.startswith(f"{label}:") else f"{label}:{value}", WIDEST)


def _value(text: str) -> str:
    """A text of somebody else, as wide as a segment may be."""
    return shortened(printable(text).strip(), WIDEST)


def _joined(
    segments: list[_Segment], config: HudConfig, look: Looks, form: Format, depth: Depth
) -> str:
    gap = " " * max(1, 2 * config.padding)
    left, right = printable(config.left), printable(config.right)
    style, blanks = look.label, " " * max(1, config.padding)
    turns = [turn(PLAIN, style, form, depth)]
    parts = [turns[0], LABEL]
    for segment in segments:
        text = _escaped(f"{left}{segment.text}{right}", form)
        turns += (
            turn(style, look.text, form, depth),
            turn(look.text, segment.style, form, depth),
        )
        parts += (turns[-2], blanks, turns[-1], text)
        style, blanks = segment.style, gap
    if any(turns):
        parts.append(end(form))
    return "".join(parts)


def _escaped(text: str, form: Format) -> str:
    return text.replace("#", "##") if form == "tmux" else text
