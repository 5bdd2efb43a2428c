"""tmux panes that are opened, typed into and read for plugins."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from axium.daemon.caller import Caller
from axium.daemon.services.broker.asked import Opening
from axium.daemon.services.broker.files import WITHIN_SECS, Files
from axium.daemon.services.broker.inside import Confining
from axium.daemon.services.broker.variables import handed
from axium.daemon.services.broker.words import shown_as, words_of
from axium.daemon.services.environments import Environments
from axium.daemon.services.panes import Panes, Placed
from axium.daemon.services.permissions import Permissions
from axium.daemon.services.tmux import Tmux, Unreachable
from axium.daemon.services.tmux.client import Command, TooMuch, size
from axium.daemon.workers import Workers
from axium.model.masking import masked
from axium.model.names import text_fault
from axium.model.panes import Server, pane_key
from axium.wire.errors import Refusal

if TYPE_CHECKING:
    from axium.model.strokes import Stroke


LONGEST_KEYS = 65536
"""Letters that are typed for one request."""

_RUN_BYTES = 12_000
"""What one run of tmux is given; over 13 KB it may be `command too long`."""


class PaneBroker:
    """Asks the right tmux server, once the permission is there."""

    def __init__(
        self,
        permissions: Permissions,
        environments: Environments,
        panes: Panes,
        files: Files,
        confining: Confining,
        tmux: Tmux,
        workers: Workers,
    ) -> None:
        self._permissions = permissions
        self._environments = environments
        self._panes = panes
        self._files = files
        self._confining = confining
        self._tmux = tmux
        self._workers = workers

    async def split(self, caller: Caller, spoke: str | None, asked: Opening) -> str:
        """Run a command in a new pane, in the environment of the one beside it; the new pane.

        Refusal `denied`, `not_loaded`, `invalid`, `not_found`, `unavailable`, `unknown_env`.
        """
        action, shown = "tmux_split_run", masked(shown_as(asked.command))
        words = words_of(asked.command)
        rights = self._permissions.require(caller, spoke, action, shown)
        self._permissions.take_turn(caller, action)
        if not 1 <= asked.height <= 99:
            raise Refusal("invalid", "height must be 1-99")
        variables = handed(asked.variables, "env_vars", from_plugin=rights is not None)
        cwd = asked.cwd and self._files.absolute(asked.cwd, field="cwd")
        confined = self._confining.of(caller, "tmux_split_unconfined", shown)
        if confined is None:
            await self._check_directory(caller, spoke, cwd)
        else:
            cwd = await self._confining.directory(caller, confined, cwd)
            run, variables = self._confining.in_pane(caller, asked.command, words, variables, cwd)
            asked = asked._replace(command=run)
        return await self._opened(asked, cwd, variables)

    async def type(
        self,
        caller: Caller,
        spoke: str | None,
        where: tuple[str | None, str | None],
        keys: str,
        *,
        literal: bool,
    ) -> None:
        """Type into a pane; `where` is pane and server. Refusal as `split`."""
        pane, server = where
        self._permissions.require(caller, spoke, "tmux_send_keys", pane)
        if fault := text_fault(keys):
            raise Refusal("invalid", f"field `keys`: {fault}")
        if len(keys) > LONGEST_KEYS:
            most = f"{LONGEST_KEYS} letters at most, found {len(keys)}"
            raise Refusal("too_large", f"field `keys`: it has {most}")
        placed = await self._panes.place(pane, server)
        at = await self._server(placed)
        if await self._ask(at, placed, _about(placed, "#{pane_dead}")) == "1\n":
            raise Refusal("not_found", f"the program in pane `{placed.pane}` has ended")
        from axium.model.strokes import strokes  # 1 ms, for what few ask for

        for commands in _runs(placed.pane, strokes(keys, literal=literal)):
            await self._ask(at, placed, *commands)

    async def capture(
        self,
        caller: Caller,
        spoke: str | None,
        where: tuple[str | None, str | None],
        lines: tuple[int | None, int | None],
    ) -> str:
        """What a pane shows, or lines of history and screen, -1 the last. Refusal as `split`."""
        pane, server = where
        self._permissions.require(caller, spoke, "tmux_capture_pane", pane)
        placed = await self._panes.place(pane, server)
        at = await self._server(placed)
        command = ("capture-pane", "-p", "-J", "-t", placed.pane)
        if lines == (None, None):
            return await self._ask(at, placed, command)
        whole = await self._ask(at, placed, (*command, "-S", "-", "-E", "-"))
        return _between(whole.rstrip("\n").split("\n"), *lines)

    async def _opened(self, asked: Opening, cwd: str | None, variables: dict[str, str]) -> str:
        placed = await self._beside(asked)
        server = await self._server(placed)
        own, source = self._environments.in_pane(placed.key())
        env = self._environments.applying(own, None)
        if env is not None:
            variables["AXIUM_ENV"] = env.name
        # tmux would take the daemon's own directory.
        here = cwd or await self._ask(server, placed, _about(placed, "#{pane_current_path}"))
        run = _run(asked, here.removesuffix("\n"), variables)
        split = _split(asked, placed.pane)
        if source != "pane":
            said = await self._ask(server, placed, (*split, *run))
            return self._name(said.strip(), placed, asked)
        # An empty pane first: the command must find the environment in force that it runs in.
        new = (await self._ask(server, placed, (*split, ""))).strip()
        try:
            await self._environments.set_pane(own, pane_key(placed.at.name, new), asked.server)
            await self._ask(server, placed, ("respawn-pane", "-k", "-t", new, *run))
        except Refusal:
            await self._ask(server, placed, ("kill-pane", "-t", new))
            raise
        return self._name(new, placed, asked)

    async def _beside(self, asked: Opening) -> Placed:
        """The pane that is split: without a target the one that tmux would choose itself."""
        if asked.target:
            return await self._panes.place(asked.target, asked.server)
        placed = Placed("", await self._panes.at(asked.server))
        shown = ("display-message", "-p", "#{pane_id}")
        said = await self._ask(await self._server(placed), placed, shown)
        return Placed(said.strip(), placed.at)

    def _name(self, pane: str, placed: Placed, asked: Opening) -> str:
        """As the caller may name it in the next request, with the same `server`."""
        return pane if asked.server else pane_key(placed.at.name, pane)

    async def _server(self, placed: Placed) -> Server:
        server = await self._panes.server_of(placed.at)
        if server is None:
            raise Refusal(
                "unavailable",
                "no tmux server answers",
                hint="give `server`, which is $TMUX of a shell in it",
            )
        return server

    async def _check_directory(self, caller: Caller, spoke: str | None, cwd: str | None) -> None:
        if cwd is not None:
            look = partial(_check_directory, cwd)
            await self._workers.run(spoke or caller.name, look, within=WITHIN_SECS)

    async def _ask(self, server: Server, placed: Placed, *commands: Command) -> str:
        try:
            return await self._tmux.tell(server, *commands)
        except TooMuch as fault:
            raise Refusal("too_large", str(fault)) from None
        except Unreachable as fault:
            _refuse(server, placed, fault)


def _refuse(server: Server, placed: Placed, fault: Unreachable) -> NoReturn:
    if fault.reason.startswith(("can't find pane", "no such pane")):
        raise Refusal(
            "not_found",
            f"the tmux server at {server.socket} has no pane `{placed.pane}`",
            hint="`tmux list-panes -a` shows all of them",
        )
    raise Refusal("failed", f"tmux at {server.socket} refused: {fault.reason}")


def _check_directory(path: str) -> None:
    if not os.path.isdir(path):
        raise Refusal("not_found", f"field `cwd`: there is no directory {path}")


def _about(placed: Placed, what: str) -> Command:
    return ("display-message", "-p", "-t", placed.pane, what)


def _split(asked: Opening, pane: str) -> list[str]:
    way = "-v" if asked.split == "vertical" else "-h"
    return ["split-window", way, "-l", f"{asked.height}%", "-t", pane, "-P", "-F", "#{pane_id}"]


def _run(asked: Opening, cwd: str, variables: Mapping[str, str]) -> list[str]:
    """The rest of a command that starts a program in a pane."""
    words = [asked.command] if isinstance(asked.command, str) else list(asked.command)
    if len(words) == 1 and not isinstance(asked.command, str):
        words = [shlex.quote(words[0])]  # a single word is the shell's
    # tmux expands formats in a directory, commands among them.
    where = ["-c", cwd.replace("#", "##")] if cwd else []
    given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
    return [*where, *given, "--", *words]


def _runs(pane: str, typed: "Iterable[Stroke]") -> Iterator[list[Command]]:
    """The commands that type, in runs that tmux takes."""
    # A pane whose history is looked at would take keys for commands of that.
    run: list[Command] = [("copy-mode", "-q", "-t", pane)]
    for stroke in typed:
        how = ("--",) if stroke.is_key else ("-l", "--")
        command = ("send-keys", "-t", pane, *how, stroke.text)
        if sum(map(size, run)) + size(command) > _RUN_BYTES:
            yield run
            run = []
        run.append(command)
    yield run


def _between(lines: list[str], start: int | None, end: int | None) -> str:
    """Lines by number, the last one included; those below 0 count from the end."""
    first = 0 if start is None else start
    last = -1 if end is None else end
    begin = max(0, first + len(lines) if first < 0 else first)
    until = (last + len(lines) if last < 0 else last) + 1
    return "".join([f"{line}\n" for line in lines[begin : max(begin, until)]])
