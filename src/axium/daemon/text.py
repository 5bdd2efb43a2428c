"""Text verbs, for scripts and for clients that are too small for JSON: a line in, a line out."""

from collections.abc import Callable, Coroutine

import msgspec

from axium.daemon.context import Services
from axium.model.names import text_fault
from axium.model.table import table_words
from axium.thin.words import frame
from axium.wire.errors import Refusal

_SHOWN = 200
"""Characters of an unknown line that its answer repeats."""

Answer = bytes | Coroutine[None, None, bytes]


class Status(msgspec.Struct, kw_only=True):
    """The answer to `STATUS` (spec: Text verbs)."""

    state: str
    uptime_secs: int
    current_session: str | None
    saves_count: int
    total_resumes: int
    time_saved_seconds: float
    active_env: str | None
    panes: int
    pid: int
    version: str


class PlanRequest(msgspec.Struct, kw_only=True):
    """What follows `PLAN`: a command, where it is typed, and variables that were asked for."""

    command: str
    args: list[str] = []
    env: str | None = None
    pane: str | None = None
    server: str | None = None
    cwd: str | None = None
    variables: dict[str, str | None] = {}


class TextVerbs:
    """Answers every line that is not JSON."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, line: bytes) -> Answer:
        """The answer, or what will give it; empty where the line gets none (not UTF-8). Refusal."""
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            return b""
        whole = WHOLE_LINES.get(text.upper())
        if whole is not None:
            return whole(self)
        word, _blank, rest = text.partition(" ")
        with_rest = WITH_REST.get(word.upper())
        if with_rest is not None:
            return with_rest(self, rest.strip())
        return text_error(f"Unknown command: {text[:_SHOWN]}")

    async def status(self) -> bytes:
        """Tell how the daemon is, as one line of JSON.

        `state` (`monitoring` or `paused`), `uptime_secs`, `current_session` (the
        tmux session and pane last used, or null), `saves_count`, `total_resumes`,
        `time_saved_seconds`, `active_env`, `panes`, `pid`, `version`.
        """
        services = self._services
        state = services.store.committed.state
        figures = await services.links.figures()
        status = Status(
            state=services.life.mode,
            uptime_secs=services.life.uptime_secs,
            current_session=await services.panes.last_used(),
            saves_count=figures.brought_back + sum(services.plugins.restarts().values()),
            total_resumes=state.resumes,
            time_saved_seconds=round(figures.saved_secs, 3),
            active_env=state.active_env,
            panes=len(state.panes),
            pid=services.life.pid,
            version=services.life.version,
        )
        return msgspec.json.encode(status) + b"\n"

    async def pause(self) -> bytes:
        """Hold background work and the delivery of events: `OK`.

        While they are held already: `ERR: Daemon already paused`.
        """
        done = await self._services.life.pause()
        return b"OK\n" if done else text_error("Daemon already paused")

    async def resume(self) -> bytes:
        """Go on with what was held, events first and in order: `OK`.

        While nothing is held: `ERR: Daemon is not paused`.
        """
        done = await self._services.life.resume()
        return b"OK\n" if done else text_error("Daemon is not paused")

    async def reload(self) -> bytes:
        """Read state and files again: `OK`, or `ERR: FILE:LINE:COLUMN: message`.

        The message is the first fault's; a file at fault keeps its last good content.
        """
        faults = await self._services.events.heard_out(self._services.life.reload())
        errors = [fault for fault in faults if fault.severity == "error"]
        return text_error(str(errors[0])) if errors else b"OK\n"

    async def new_session(self) -> bytes:
        """Begin a new session in the journal: `OK`."""
        await self._services.life.begin_session()
        return b"OK\n"

    def hud(self, rest: str) -> Answer:
        """Tell the plain HUD: `HUD [PANE [SERVER]]`, where SERVER is $TMUX of a shell there."""
        key, hud = self._key(rest), self._services.hud
        if self._services.segments.is_on_demand or (key is not None and hud.asks_for_session):
            return self._hud_made_anew(key)
        return hud.text(key, "plain").encode() + b"\n"

    async def _hud_made_anew(self, key: str | None) -> bytes:
        services = self._services
        env = services.store.committed.state.env_for(key)
        await services.segments.refreshed(env, key)
        if key is None or not services.hud.asks_for_session:
            return services.hud.text(key, "plain").encode() + b"\n"
        session = await services.panes.session_of(key)
        text = services.hud.text_in(session, env, key, "plain", "none")
        return text.encode() + b"\n"

    def env(self, rest: str) -> bytes:
        """Tell the environment's name: `ENV [PANE [SERVER]]`; an empty line where none is set."""
        state = self._services.store.committed.state
        return (state.env_for(self._key(rest)) or "").encode() + b"\n"

    def _key(self, rest: str) -> str | None:
        pane, _blank, server = rest.partition(" ")
        return self._services.panes.key(pane or None, server or None)

    def plan(self, rest: str) -> bytes:
        """Tell what a command runs, as published words (see docs/architecture.md).

        `PLAN {"command", "args", "env"*, "pane"*, "server"*, "cwd"*, "variables"*}`.
        `env` wins over the pane's environment. Where a rule needs process variables
        that `variables` does not name, the verdict is `ask` and they are listed: to be
        asked again with each of them, null for one that is not set. Where nothing can
        run: `no`, a message, a hint.
        """
        try:
            asked = msgspec.json.decode(rest, type=PlanRequest)
            return self._planned(asked)
        except msgspec.MsgspecError as fault:
            return _no_plan(f"the request is not a plan: {fault}")
        except RecursionError:
            return _no_plan("the request is nested too deeply")
        except Refusal as refusal:
            return _no_plan(refusal.sentence, refusal.hint or "")

    def _planned(self, asked: PlanRequest) -> bytes:
        if fault := text_fault(asked.command):
            raise Refusal("invalid", f"field `command`: {fault}")
        services = self._services
        key = services.panes.key(asked.pane, asked.server)
        decision = services.plans.for_process(
            asked.command, env=asked.env, key=key, variables=asked.variables
        )
        if asked.env is not None:
            services.environments.hold_soon(asked.env)
        return frame([*table_words(decision), "*" + (decision.env or "")])


WHOLE_LINES: dict[str, Callable[[TextVerbs], Answer]] = {
    "STATUS": TextVerbs.status,
    "PAUSE": TextVerbs.pause,
    "RESUME": TextVerbs.resume,
    "RELOAD": TextVerbs.reload,
    "NEW_SESSION": TextVerbs.new_session,
    "NEW-SESSION": TextVerbs.new_session,
}
"""Verbs that are the whole line."""

WITH_REST: dict[str, Callable[[TextVerbs, str], Answer]] = {
    "HUD": TextVerbs.hud,
    "ENV": TextVerbs.env,
    "PLAN": TextVerbs.plan,
}
"""Verbs that take the rest of the line."""


def text_error(sentence: str) -> bytes:
    """`ERR: SENTENCE` on one line, control characters escaped."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence.replace("\n", " "))
    return f"ERR: {shown}\n".encode()


def _no_plan(message: str, hint: str = "") -> bytes:
    return frame(["no", message.replace("\0", "\\0"), hint])
