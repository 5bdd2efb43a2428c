"""Running what was chosen: in place of the palette, or in its popup, until its output was read."""

import _signal  # type: ignore[import-not-found]  # `signal` imports enum: 3 ms
import posix

from axium.cli.palette.process import axium
from axium.cli.palette.terminal import Hangup, Killed, Terminal
from axium.cli.palette.words import quoted
from axium.thin import say
from axium.thin.paths import home_of
from axium.thin.usage import note
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from axium.cli.palette.style import Style

POPUP = "AXIUM_POPUP"
"""The variable by which tmux's key says that the screen goes away when we end."""

IGNORED = (_signal.SIGINT, _signal.SIGQUIT, _signal.SIGTSTP)
"""What the keyboard sends to all of a popup; there is no shell in it that could go on with it."""


def run(words: list[str], name: str, around: "Mapping[str, str]", style: "Style") -> int:
    """Show the command line and become it, in a popup start it; the exit code."""
    note(home_of(around), around, name)
    child = {key: value for key, value in around.items() if key != POPUP}
    say.out(_shown(words, style))
    argv = [encode(word) for word in axium(words)]
    variables = {encode(key): encode(value) for key, value in child.items()}
    if around.get(POPUP) != "1":
        posix.execve(argv[0], argv, variables)
    for number in IGNORED:
        _signal.signal(number, _signal.SIG_IGN)
    pid = posix.posix_spawn(argv[0], argv, variables, setsigdef=IGNORED[:2])
    code = posix.waitstatus_to_exitcode(posix.waitpid(pid, 0)[1])
    _await_key(code, style)
    return code if code >= 0 else 128 - code


def _shown(words: list[str], style: "Style") -> str:
    line = " ".join(["axium", *map(quoted, words)])
    return f"{style.plain('cyan')}{style.signs['prompt']}{style.plain('grey')} {line}{style.ends}\n"


def _await_key(code: int, style: "Style") -> None:
    """Leave the output where it is until somebody has seen it."""
    said = f"exit code {code}" if code > 0 else f"ended by signal {-code}" if code else "done"
    begin = style.plain("red" if code else "green")
    say.out(f"\n{begin}{said}{style.plain('grey')}, press any key{style.ends} ")
    try:
        with Terminal(screen=False) as terminal:
            terminal.forget_typed()
            while not terminal.wait(None)[0]:
                pass  # a change of size is no key
    except (Hangup, Killed):
        return
