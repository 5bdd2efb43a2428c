"""The hidden variables that show a HUD, and the tmux commands that bring a server to them."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from axium.daemon.services.tmux.client import Command, size

EVERYWHERE = "AXIUM_HUD"
_PREFIX = "AXIUM_HUD_"

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


class HudTexts(Struct, frozen=True):
    """What a server's status line shows: tmux formats, untrusted `#` already written `##`.

    `panes` has the text of each pane id with one of its own, `everywhere` that of all others.
    """

    everywhere: str
    panes: Mapping[str, str] = {}


class Variables:
    """The variables of one server; those of its panes are made once for the same `panes`."""

    def __init__(self) -> None:
        self._panes: Mapping[str, str] | None = None
        self._named: dict[str, str] = {}

    def of(self, texts: HudTexts) -> dict[str, str]:
        """The variables that the server has while it shows `texts`."""
        if texts.panes is not self._panes:
            self._panes = texts.panes
            self._named = {
                _PREFIX + pane.removeprefix("%"): fitting(text)
                for pane, text in texts.panes.items()
            }
        return {EVERYWHERE: fitting(texts.everywhere), **self._named}


def found_variables(lines: Iterable[str]) -> dict[str, str]:
    """Our variables among what `show-environment -gh` printed."""
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if equals and _is_ours(name)}


def changes(known: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str | None]:
    """What differs: new values, the text for all panes first, then None for what is to go."""
    new = {name: text for name, text in wanted.items() if known.get(name) != text}
    return {**new, **dict.fromkeys(known.keys() - wanted.keys())}


def visible_first(
    changed: Mapping[str, str | None], visible: Iterable[str]
) -> dict[str, str | None]:
    """The same changes, those of `visible` pane ids before those that nobody sees."""
    seen = {EVERYWHERE, *(_PREFIX + pane.removeprefix("%") for pane in visible)}
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


def _is_ours(name: str) -> bool:
    return name == EVERYWHERE or (name.startswith(_PREFIX) and name[len(_PREFIX) :].isdecimal())


def _setting(name: str, text: str | None) -> Command:
    if text is None:
        return "set-environment", "-gu", "--", name
    return "set-environment", "-gh", "--", name, text
