"""`axium hud`: the line of one pane, and `[axium] inactive` where no daemon answers."""

from axium.thin import say
from axium.thin.client import addressed, ask_line, is_pane
from axium.thin.options import parse
from axium.thin.paths import environ, pane_of, shell_env, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

INACTIVE = "[axium] inactive"
FORMATS = ("plain", "tmux", "ansi")
TIMEOUT = 1.0
"""Seconds; a status line waits for it."""


def main(args: list[str]) -> int | None:
    parsed = parse(args, ("--pane", "--format"), ("--json",))
    if parsed is None or parsed[0] or parsed[1].get("--format", "plain") not in FORMATS:
        return None
    options = parsed[1]
    return show(options.get("--pane"), options.get("--format", "plain"), json="--json" in options)


def show(pane: str | None, form: str, *, json: bool) -> int:
    """Print the HUD; it is data for a status line, so that no fault ever makes it fail."""
    text = _text(pane, form)
    if json:
        from axium.thin.quote import quote

        text = '{"hud": ' + quote(text) + "}"
    say.out(text + "\n")
    return 0


def _text(pane: str | None, form: str) -> str:
    around = environ()
    env = shell_env(around) if pane is None else None
    pane = pane_of(around) if pane is None else pane
    try:
        if form == "plain" and env is None:
            return ask_line(addressed("HUD", pane, around), socket_path(around), TIMEOUT)
        return _rendered(env, pane, form, around)
    except (OSError, ValueError):
        return INACTIVE


def _rendered(env: str | None, pane: str | None, form: str, around: dict[str, str]) -> str:
    # json costs 6 ms; only what no prompt asks for pays it.
    from axium.thin.query import query

    if pane is not None and not is_pane(pane):
        return INACTIVE
    asked = {"cmd": "get_hud", "env": env, "pane": pane, "format": form}
    if form == "ansi":
        asked |= {"format": "plain"} if around.get("TERM") == "dumb" else {"colors": colors(around)}
    reply = query(asked, around, TIMEOUT)
    return str(reply.get("hud", INACTIVE))


def colors(around: "Mapping[str, str]") -> 'Literal["24bit", "256", "none"]':
    """How many colours the terminal shows: `24bit`, `256` or `none`, as its variables say."""
    if around.get("NO_COLOR"):
        return "none"
    # tmux brings all colours down to what its own terminal shows.
    if around.get("COLORTERM") in ("truecolor", "24bit") or around.get("TMUX"):
        return "24bit"
    return "24bit" if around.get("TERM", "").endswith("-direct") else "256"
