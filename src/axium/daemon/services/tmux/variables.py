"""What makes a tmux server show a HUD, and the commands that bring the server to it.

That is a hidden variable for each text, and, where the server asks for them, pane options with the
name and the colour of the environment: those repaint every terminal, variables only a line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from axium.daemon.services.tmux.client import Command, size
from axium.model.hud import TMUX_SESSION

EVERYWHERE = "AXIUM_HUD"
_REST = "AXIUM_REST"
"""What follows the name of the tmux session, where a HUD has that."""

_MORE = "AXIUM_MORE"
"""Set where the text of `AXIUM_HUD` is not all there is to show."""

_OURS = re.compile(rf"{EVERYWHERE}(_[0-9]+)?|{_REST}(_[0-9]+)?|{_MORE}", re.ASCII)
_ENV, _COLOR = "@axium_env", "@axium_color"

CHUNK = 12_000
"""Bytes of one run: from 13,000 tmux may say `command too long`."""

LONGEST = 4_000
"""Bytes of one text; a status line is a few hundred columns."""

# Written so that tmux itself walks its attached clients: names asked for before could be stale.
# A newline ends a command here; `;` would end the modifier.
_REFRESH = "refresh-client -S -t "
REFRESH: Command = (
    "run-shell",
    "-C",
    f"#{{S:#{{?session_attached,{_REFRESH}#{{s|,|\n{_REFRESH}|:session_attached_list}}\n,}}}}",
)

_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])


class Look(Struct, frozen=True):
    """An environment's name and its colour as tmux writes colours; empty for none."""

    env: str = ""
    color: str = ""


class HudTexts(Struct, frozen=True):
    """What a server's status line shows: tmux formats, untrusted `#` already written `##`.

    `panes` has the text of each pane id with one of its own, `everywhere` that of all others;
    `looks` and `look` are their environments. `TMUX_SESSION` stands for the session's name.
    """

    everywhere: str
    panes: Mapping[str, str] = {}
    look: Look = Look()
    looks: Mapping[str, Look] = {}


class Variables:
    """The variables of one server; those of its panes are made once for the same `panes`."""

    def __init__(self) -> None:
        self._panes: Mapping[str, str] | None = None
        self._named: dict[str, str] = {}

    def of(self, texts: HudTexts) -> dict[str, str]:
        """The variables that the server has while it shows `texts`."""
        if texts.panes is not self._panes:
            self._panes = texts.panes
            self._named = {}
            for pane, text in texts.panes.items():
                self._named |= _split("_" + pane.removeprefix("%"), text)
        wanted = _split("", texts.everywhere)
        if self._named or _REST in wanted:
            wanted[_MORE] = "1"
        return wanted | self._named


def options(texts: HudTexts) -> dict[str, str]:
    """The options that the server has while it shows `texts`: `NAME`, or `NAME PANE`."""
    wanted = {_ENV: _plain(texts.look.env), _COLOR: texts.look.color}
    for pane, look in texts.looks.items():
        wanted |= {f"{_ENV} {pane}": _plain(look.env), f"{_COLOR} {pane}": look.color}
    return wanted


CLEAR: Command = (
    "run-shell",
    "-C",
    "#{S:#{W:#{P:"
    + "".join(f"set-option -pqu -t #{{pane_id}} {name}\n" for name in (_ENV, _COLOR))
    + "}}}",
)
"""Takes the options of all panes away, whichever have them."""


def found_variables(lines: Iterable[str]) -> dict[str, str]:
    """Our variables among what `show-environment -gh` printed."""
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if equals and _OURS.fullmatch(name)}


def changes(known: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str | None]:
    """What differs: new values, the text for all panes first, then None for what is to go."""
    new = {name: text for name, text in wanted.items() if known.get(name) != text}
    return {**new, **dict.fromkeys(known.keys() - wanted.keys())}


def visible_first(
    changed: Mapping[str, str | None], visible: Iterable[str]
) -> dict[str, str | None]:
    """The same changes, those of `visible` pane ids before those that nobody sees."""
    seen = {EVERYWHERE, _REST, _MORE}
    for pane in visible:
        number = pane.removeprefix("%")
        seen |= {f"{EVERYWHERE}_{number}", f"{_REST}_{number}"}
    return dict(sorted(changed.items(), key=lambda change: change[0] not in seen))


def chunks(changed: Mapping[str, str | None]) -> Iterator[list[Command]]:
    """Commands for `changed`, each list short enough for one run together with `REFRESH`."""
    chunk: list[Command] = []
    room = CHUNK - size(REFRESH)
    for name, text in changed.items():
        command = _setting(name, text)
        needed = size(command)
        if needed > room:
            yield chunk
            chunk, room = [], CHUNK - size(REFRESH)
        chunk.append(command)
        room -= needed
    if chunk:
        yield chunk


def fitting(text: str) -> str:
    """`text` without control characters, cut where it is too long, but in no `##` or `#[...]`."""
    if text.isprintable() and 4 * len(text) <= LONGEST:  # nearly all, at a tenth of the time
        return text
    clean = text.translate(_CONTROL).encode(errors="replace")
    if len(clean) <= LONGEST:
        return clean.decode()
    cut = clean[:LONGEST].decode(errors="ignore")
    style = cut.rfind("#[")
    if style > cut.rfind("]"):
        cut = cut[:style]
    return cut[:-1] if (len(cut) - len(cut.rstrip("#"))) % 2 else cut


def _split(number: str, text: str) -> dict[str, str]:
    """The variables of one text, which end in `number`."""
    head, marker, rest = text.partition(TMUX_SESSION)
    parts = {EVERYWHERE + number: fitting(head)}
    return parts | {_REST + number: fitting(rest)} if marker else parts


def _plain(name: str) -> str:
    return fitting(name.replace("#", "##"))


def _setting(name: str, text: str | None) -> Command:
    if not name.startswith("@"):
        return _variable(name, text)
    name, _, pane = name.partition(" ")
    # Quiet, for a pane that has died: it must not keep the others from theirs.
    place = ("-pq", "-t", pane) if pane else ("-gq",)
    words = ("-u", "--", name) if text is None else ("--", name, text)
    return ("set-option", *place, *words)


def _variable(name: str, text: str | None) -> Command:
    if text is None:
        return "set-environment", "-gu", "--", name
    return "set-environment", "-gh", "--", name, text
