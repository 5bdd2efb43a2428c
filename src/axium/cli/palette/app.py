"""`axium palette`: from the first picture to the command that was chosen."""

import _signal  # type: ignore[import-not-found]  # `signal` imports enum: 3 ms
import posix

from axium.cli.palette.helping import Helping
from axium.cli.palette.keys import Keys
from axium.cli.palette.matching import Finder
from axium.cli.palette.offers import Offers
from axium.cli.palette.running import POPUP, run
from axium.cli.palette.screen import draw, help_columns
from axium.cli.palette.state import Close, Palette, Run, Suspend, Switch
from axium.cli.palette.style import style_of
from axium.cli.palette.switching import NotSwitched, Switching
from axium.cli.palette.terminal import Hangup, Killed, Terminal
from axium.cli.palette.where import Where
from axium.thin import say
from axium.thin.catalogue import catalogue
from axium.thin.options import parse
from axium.thin.paths import environ, home_of
from axium.thin.usage import used

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from axium.cli.palette.keys import Key
    from axium.cli.palette.state import Effect
    from axium.cli.palette.style import Style

ESCAPE_DELAY = 0.03
"""Seconds after which an escape is the key, and not the beginning of another one."""

RELOAD_TIMEOUT = 10.0
"""Seconds; plugins load one after another."""


def main(args: list[str]) -> int | None:
    """The exit code; None where the command line has to judge what was typed."""
    parsed = parse(args, (), ("--reload",))
    if parsed is None or parsed[0]:
        return None
    around = environ()
    if not (posix.isatty(0) and posix.isatty(1)) or around.get("TERM", "dumb") == "dumb":
        say.error(
            "the palette needs a terminal that it can draw on",
            "`axium help` prints every command, `axium COMMAND` runs one",
        )
        return 1
    message = _reload(around) if parsed[1] else ""
    style = style_of(around)
    try:
        chosen = Session(around, style).choose(message)
    except Hangup:
        return 1
    except Killed as killed:
        # As if nobody had heeded it, now that the terminal is as it was.
        _signal.signal(killed.number, _signal.SIG_DFL)
        posix.kill(posix.getpid(), killed.number)
        return 128 + killed.number
    return run(chosen.words, chosen.name, around, style) if chosen else 0


def _reload(around: "Mapping[str, str]") -> str:
    """Have the daemon load plugins and write the catalogue anew; what went wrong."""
    # json costs 6 ms: only who asks for it pays.
    from axium.thin.query import query, refusal

    try:
        reply = query({"cmd": "reload"}, around, RELOAD_TIMEOUT)
    except (OSError, ValueError):
        return "nothing was read again: the daemon does not answer"
    return "" if reply.get("ok") else refusal(reply)[0]


class Session:
    """The palette on its terminal."""

    def __init__(self, around: "Mapping[str, str]", style: "Style") -> None:
        home = home_of(around)
        commands = catalogue(home)
        self._is_popup = around.get(POPUP) == "1"
        self._style = style
        self._where = Where(around)
        self._switching = Switching(around)
        self._helping = Helping(around)
        self._keys = Keys()
        self._palette = Palette(
            Finder(commands, used(home, around)),
            offers=Offers(home, around, commands),
            envs=self._switching.find,
            about=self._helping.about,
        )

    def choose(self, message: str = "") -> Run | None:
        """Draw, and do what keys ask for, until a command is chosen; None where none is."""
        self._palette.message = message
        try:
            with Terminal() as terminal:
                while True:
                    self._draw(terminal)
                    effect = self._next(terminal)
                    if isinstance(effect, Run):
                        return effect
                    if isinstance(effect, Close):
                        return None
        finally:
            self._helping.close()

    def _draw(self, terminal: Terminal) -> None:
        frame = draw(self._palette, self._where, terminal.size(), self._style)
        terminal.show(frame.lines, frame.cursor)

    def _next(self, terminal: Terminal) -> "Effect | None":
        """Wait for something to happen, and do it; what ends the palette."""
        command = self._palette.command
        columns = help_columns(terminal.size())
        self._helping.want(command.name if command else "", columns)
        timeout = ESCAPE_DELAY if self._keys.is_waiting else self._helping.due
        typed, told, signals = terminal.wait(timeout, self._helping.fd)
        if told:
            self._helping.take()
        self._heed(terminal, signals)
        if typed:
            return self._press(terminal, self._keys.feed(terminal.read()))
        if timeout == ESCAPE_DELAY and not (told or signals):
            return self._press(terminal, self._keys.settle())
        return None

    def _heed(self, terminal: Terminal, signals: bytes) -> None:
        if _signal.SIGTSTP in signals:
            self._suspend(terminal)
        elif _signal.SIGCONT in signals:
            terminal.take_again()
        if _signal.SIGWINCH in signals:
            self._helping.forget()

    def _press(self, terminal: Terminal, keys: "list[Key]") -> "Effect | None":
        for key in keys:
            effect = self._palette.press(key)
            if isinstance(effect, Run | Close):
                return effect
            if isinstance(effect, Switch):
                self._switch(effect)
            if isinstance(effect, Suspend):
                self._suspend(terminal)
        return None

    def _suspend(self, terminal: Terminal) -> None:
        # There is no shell in a popup that could go on with us.
        if not self._is_popup:
            terminal.suspend()

    def _switch(self, effect: Switch) -> None:
        try:
            self._palette.note = self._switching.switch(effect.env)
        except NotSwitched as failed:
            self._palette.message = str(failed)
        self._where.renew()
