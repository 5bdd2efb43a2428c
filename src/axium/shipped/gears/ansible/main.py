"""Playbooks on the hosts of this environment, in a pane of their own."""

import json as documents
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from axium.core import api
from axium.core.hud import register_hud_segment
from axium.core.ipc import send_request_sync
from axium.core.spokes import EventBus

from . import running
from .playbook import (
    Asked,
    Place,
    again,
    check_playbook,
    inventory_of,
    inventory_words,
    over,
    playbook_words,
    program,
)
from .runs import CHANGED, Run, Runs
from .settings import Mistake, Settings, profiles_of, settings_of

CONFIG = "ansible.yaml"
HANDED_ON = ("ANSIBLE_CONFIG", "ANSIBLE_VAULT_PASSWORD_FILE")
"""Variables of the shell that a new pane does not have by itself."""

Playbook = Annotated[
    Path, typer.Argument(metavar="PLAYBOOK", help="A file, from the directory where you are.")
]
More = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[MORE]...", help="Further playbooks; after `--` any options of ansible-playbook."
    ),
]
Profile = Annotated[
    str | None, typer.Option("--profile", "-p", metavar="NAME", help="One of your profiles.")
]
Inventory = Annotated[
    list[Path] | None,
    typer.Option("--inventory", "-i", metavar="PATH", help="Instead of the environment's."),
]
Limit = Annotated[
    str | None, typer.Option("--limit", "-l", metavar="HOSTS", help="Only these hosts or groups.")
]
Tags = Annotated[
    list[str] | None, typer.Option("--tags", "-t", metavar="TAGS", help="Only tasks with these.")
]
Check = Annotated[bool, typer.Option("--check", "-C", help="Change nothing, say what would.")]
Diff = Annotated[bool, typer.Option("--diff", "-D", help="Say how files change.")]
Here = Annotated[bool, typer.Option("--here", help="In this terminal, not in a pane.")]
InPane = Annotated[str | None, typer.Option("--in-pane", hidden=True)]
Named = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Default: the one that holds.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer, events: EventBus) -> None:
    """Add the commands and the segment."""
    gear = Gear(events)
    app.command("ansible-run")(gear.run)
    app.command("ansible-hosts")(gear.hosts)
    profiles = typer.Typer(help="See the profiles that playbooks can run with.")
    profiles.command("list")(gear.list_profiles)
    profiles.command("show")(gear.show_profile)
    app.add_typer(profiles, name="ansible-profile")
    # The HUD is rendered anew after each event that a gear listens for.
    events.on(CHANGED, running.ignore)
    register_hud_segment(Runs(gear.name, running.runs_directory()))


class Gear:
    """Its commands; `events` knows under which name it is installed."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self.name = events.owner or "ansible"

    def run(
        self,
        playbook: Playbook,
        more: More = None,
        profile: Profile = None,
        inventory: Inventory = None,
        limit: Limit = None,
        tags: Tags = None,
        *,
        check: Check = False,
        diff: Diff = False,
        here: Here = False,
        in_pane: InPane = None,
    ) -> None:
        """Run a playbook on the hosts of this environment: in a pane, outside tmux right here."""
        asked = Asked(
            str(playbook),
            tuple(more or ()),
            profile,
            tuple(map(str, inventory or ())),
            limit or "",
            tuple(tags or ()),
            check=check,
            diff=diff,
            in_pane=in_pane,
        )
        is_here = here or in_pane is not None or not is_watched()
        raise typer.Exit(
            told(lambda: self._run(asked, is_here=is_here), in_pane=in_pane is not None)
        )

    def hosts(
        self, profile: Profile = None, inventory: Inventory = None, *, json: Json = False
    ) -> None:
        """Show the hosts and groups of this environment's inventory."""
        raise typer.Exit(told(lambda: self._hosts(profile, inventory or (), is_json=json)))

    def list_profiles(self, *, json: Json = False) -> None:
        """List the profiles, and what each changes."""
        raise typer.Exit(told(lambda: self._list_profiles(is_json=json)))

    def show_profile(self, profile: Named = None, *, json: Json = False) -> None:
        """Show how playbooks run in this environment, with a profile."""
        raise typer.Exit(told(lambda: self._show_profile(profile, is_json=json)))

    def _run(self, asked: Asked, *, is_here: bool) -> int:
        """The exit code; that of ansible, where it runs here. Mistake, OSError."""
        place = placed(asked.in_pane)
        settings = over(self._settings(asked.profile, place), asked)
        check_playbook(asked.playbook, place)
        inventory = inventory_of(settings, place)
        words = playbook_words(settings, inventory, place.env, asked.playbook, asked.more)
        argv = [program("ansible-playbook", settings), *words]
        if not is_here:
            return self._split(asked, settings, place)
        run = Run(asked.playbook, place.env, time.time(), settings.keep)
        code = running.run(argv, place, run, self._events)
        if asked.in_pane is not None:
            stay(code, settings.close)
        return code

    def _hosts(self, profile: str | None, inventory: Iterable[Path], *, is_json: bool) -> int:
        place = placed()
        settings = self._settings(profile, place)
        named = tuple(map(str, inventory))
        settings = settings._replace(inventory=named or settings.inventory)
        words = inventory_words(inventory_of(settings, place))
        how = "--list" if is_json else "--graph"
        argv = [program("ansible-inventory", settings), *words, how]
        return running.Attendant().run(argv, running.environ(place))

    def _list_profiles(self, *, is_json: bool) -> int:
        found = profiles_of(self._config(placed()))
        if is_json:
            print(documents.dumps(found, indent=2, ensure_ascii=False))
            return 0
        for name, said in found.items():
            print(f"{name}  {_shown(said)}".rstrip())
        return 0

    def _show_profile(self, profile: str | None, *, is_json: bool) -> int:
        place = placed()
        facts = {"environment": place.env, **self._settings(profile, place)._asdict()}
        if is_json:
            print(documents.dumps(facts, indent=2, ensure_ascii=False))
            return 0
        width = max(map(len, facts))
        for name, value in (facts | {"keep": f"{facts['keep']}s"}).items():
            print(f"{name:<{width}}  {_shown(value)}".rstrip())
        return 0

    def _settings(self, profile: str | None, place: Place) -> Settings:
        return settings_of(self._config(place), profile)

    def _config(self, place: Place) -> dict[str, Any]:
        """What holds in the environment, which may be another than the pane's. OSError."""
        # `api.load_config` asks for where it is called.
        asked = {"cmd": "get_config", "gear": self.name, "default_filename": CONFIG}
        reply = send_request_sync(asked | ({"env": place.env} if place.env else {}))
        if not reply.get("ok"):
            raise OSError(str(reply.get("error")))
        for problem in (*reply.get("problems", ()), *reply.get("warnings", ())):
            print(f"! {problem}", file=sys.stderr)
        config: dict[str, Any] = reply["config"]
        return config

    def _split(self, asked: Asked, settings: Settings, place: Place) -> int:
        """Have the same run in a pane beside this one. Mistake."""
        reply = api.tmux_split_run(
            self.name,
            shlex.join(again(asked, place.env)),
            height=settings.height,
            cwd=place.directory,
            env_vars={name: os.environ[name] for name in HANDED_ON if name in os.environ},
        )
        if not reply["ok"]:
            hint = "`--here` runs it in this terminal"
            raise Mistake(f"no pane could be opened: {reply['error']}", hint, code=2)
        return 0


def stay(code: int, close: str) -> None:
    """Keep the pane open, so that what ansible said can be read."""
    if close == "always" or (close == "ok" and code == 0):
        return
    print(f"{'✗' if code else '✓'} {running.said(code)}; Enter closes this pane", file=sys.stderr)
    with suppress(KeyboardInterrupt):
        sys.stdin.readline()


def placed(in_pane: str | None = None) -> Place:
    """Where this was typed; a pane that was opened for an environment is there, whatever it is."""
    here = os.getcwd()
    # What can't be shown to a gear it is not started in.
    is_elsewhere = here == os.environ.get("TMPDIR")
    env = (api.get_active_env() or "") if in_pane is None else in_pane
    return Place(env, os.environ.get("PWD", here) if is_elsewhere else here)


def is_watched() -> bool:
    """Whether somebody in tmux looks on, for whom a pane can be opened."""
    return "TMUX_PANE" in os.environ and sys.stdin.isatty() and sys.stdout.isatty()


def told(deed: Callable[[], int], *, in_pane: bool = False) -> int:
    """The exit code of a deed; what the user can do something about is told as axium tells it."""
    try:
        return deed()
    except Mistake as mistake:
        said, hint, code = str(mistake), mistake.hint, mistake.code
    except (OSError, ValueError) as error:
        said, hint, code = str(error), "", 2
    print(f"✗ {said}", *([f"  {hint}"] if hint else []), sep="\n", file=sys.stderr)
    if in_pane:
        stay(code, "never")
    return code


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    is_empty = value is None or value in ((), {}, [])
    return "" if is_empty else documents.dumps(value, ensure_ascii=False)
