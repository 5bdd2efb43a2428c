"""Whether the credential of an environment is valid: `creds:Y` or `creds:N` in the HUD."""

import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

import typer

from axium.core import api
from axium.core.hud import register_hud_segment
from axium.core.hud_segments import HudSegment
from axium.core.ipc import send_request_sync
from axium.core.spokes import EventBus

CHECKED = "creds_checked"
"""The event that tells of a check's end: environment, and whether the credential is valid."""

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_KEPT_SECS = 300.0
"""How long what a command said holds in the HUD."""

Env = Annotated[str | None, typer.Argument(help="An environment; default: the one of this pane.")]


class Settings(NamedTuple):
    """How the credential of one environment is checked."""

    file: str = ""
    command: str = ""
    refresh: str = ""
    max_age_secs: float = 43200.0
    timeout_secs: float = 10.0


class Verdict(NamedTuple):
    """Whether a credential is valid, and why; `at` is the clock's time of the check."""

    is_valid: bool
    why: str
    at: float


def register(app: typer.Typer, events: EventBus) -> None:
    """Add the commands and the segment."""
    group = typer.Typer(help="See and renew the credential of an environment.")
    group.command()(check)
    group.command()(refresh)
    app.add_typer(group, name="creds")
    monitor = Monitor(lambda env, is_valid: events.emit(CHECKED, env, is_valid))
    events.on(CHECKED, monitor.forget)
    register_hud_segment(monitor)


def check(env: Env = None) -> None:
    """Say whether the credential is valid, and why; exit code 1 where it is not."""
    verdict = checked(named(env), settings_of(named(env)))
    print(f"{'valid' if verdict.is_valid else 'not valid'}: {verdict.why}")
    raise typer.Exit(0 if verdict.is_valid else 1)


def refresh(env: Env = None) -> None:
    """Renew the credential by the command that `refresh` of the configuration names."""
    name = named(env)
    settings = settings_of(name)
    if not settings.refresh:
        print(f"✗ nothing renews the credential of `{name}`", file=sys.stderr)
        print("  name a command: `refresh:` in overrides/creds.yaml", file=sys.stderr)
        raise typer.Exit(1)
    code = subprocess.call(in_environment(name, settings.refresh))
    if code:
        raise typer.Exit(code if code > 0 else 128 - code)
    verdict = checked(name, settings)
    emit(name, verdict)
    print(f"{'valid' if verdict.is_valid else 'not valid'}: {verdict.why}")
    raise typer.Exit(0 if verdict.is_valid else 1)


class Monitor(HudSegment):
    """`creds:Y` or `creds:N`; hidden where nothing says how to check.

    A file is looked at when the HUD asks; a command runs in a thread, and an event tells of its
    end, after which the HUD asks again.
    """

    name = "creds"
    priority = 15
    refresh = 60.0

    def __init__(self, tell: Callable[[str, bool], None]) -> None:
        super().__init__()
        self._tell = tell
        self._known: dict[str, Verdict] = {}
        self._running: set[str] = set()

    def render(self, context: Mapping[str, Any]) -> str | None:
        """Y or N; nothing until it is known."""
        env = context["env"]
        settings = settings_of(env)
        if not settings.command:
            return letter(checked(env, settings)) if settings.file else None
        known = self._known.get(env)
        keeps = min(MOST_KEPT_SECS, settings.max_age_secs)
        if (known is None or time.time() - known.at > keeps) and env not in self._running:
            self._running.add(env)
            threading.Thread(target=self._check, args=(env, settings), daemon=True).start()
        return letter(known) if known else None

    def should_render(self, context: Mapping[str, Any]) -> bool:
        """Not without an environment."""
        return bool(context["env"] != "-")

    def forget(self, env: str, is_valid: bool) -> None:  # noqa: FBT001 (an event's arguments)
        """Somebody checked: what is known is that, and is shown by the rendering that follows."""
        self._known[env] = Verdict(is_valid, "as it was told", time.time())

    def _check(self, env: str, settings: Settings) -> None:
        before = self._known.get(env)
        try:
            verdict = checked(env, settings)
            self._known[env] = verdict
        finally:
            self._running.discard(env)
        if before is None or before.is_valid != verdict.is_valid:
            self._tell(env, verdict.is_valid)


def checked(env: str, settings: Settings) -> Verdict:
    """Look now."""
    if settings.command:
        return _by_command(env, settings)
    if settings.file:
        return _by_file(settings)
    return Verdict(False, "nothing says how to check it", time.time())


def letter(verdict: Verdict) -> str:
    """As the HUD has it."""
    return "Y" if verdict.is_valid else "N"


def settings_of(env: str) -> Settings:
    """What the configuration says for an environment; of no environment, what holds everywhere."""
    request = {"cmd": "get_config", "spoke": "creds", "default_filename": "creds.yaml"}
    try:
        reply = send_request_sync(request | ({"env": env} if env else {}))
    except (OSError, ValueError):
        reply = {}
    found = reply.get("config")
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    return Settings(
        file=os.path.expanduser(str(said.get("file") or "")),
        command=str(said.get("command") or ""),
        refresh=str(said.get("refresh") or ""),
        max_age_secs=seconds(said.get("max_age"), Settings().max_age_secs),
        timeout_secs=seconds(said.get("timeout"), Settings().timeout_secs),
    )


def seconds(said: object, default: float) -> float:
    """`90`, `30m`, `12h` or `7d` in seconds; the default for what is none of them."""
    text = str(said if said is not None else "").strip()
    unit = UNITS.get(text[-1:], 0)
    try:
        return float(text[:-1]) * unit if unit else float(text)
    except ValueError:
        return default


def named(env: str | None) -> str:
    """The environment that is meant; empty for none."""
    return env or api.get_active_env() or ""


def emit(env: str, verdict: Verdict) -> None:
    """Have the HUD show it."""
    request = {"cmd": "emit_event", "event": CHECKED, "args": [env, verdict.is_valid]}
    try:
        send_request_sync(request | {"spoke": "creds"})
    except (OSError, ValueError):
        return  # without a daemon there is no HUD either


def in_environment(env: str, command: str) -> list[str]:
    """The command line that runs a command as it is in an environment."""
    found = shutil.which("axium")
    axium = [found] if found else [sys.executable, "-m", "axium"]
    words = shlex.split(command)
    return [*axium, "env", "exec", env, "--", *words] if env else [*axium, "run", "--", *words]


def _by_file(settings: Settings) -> Verdict:
    now = time.time()
    try:
        age = now - os.stat(settings.file).st_mtime
    except OSError as error:
        return Verdict(False, f"{settings.file}: {(error.strerror or '').lower()}", now)
    is_valid = age <= settings.max_age_secs
    return Verdict(is_valid, f"{settings.file} is {lasted(age)} old", now)


def _by_command(env: str, settings: Settings) -> Verdict:
    try:
        code = subprocess.run(
            in_environment(env, settings.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=settings.timeout_secs,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        why = f"`{settings.command}` did not end within {settings.timeout_secs:g} s"
        return Verdict(False, why, time.time())
    return Verdict(code == 0, f"`{settings.command}` ended with {code}", time.time())


def lasted(secs: float) -> str:
    """A length of time, its largest unit: `3h`."""
    unit = next((u for u in ("d", "h", "m") if secs >= UNITS[u]), "s")
    return f"{int(secs // UNITS[unit])}{unit}"
