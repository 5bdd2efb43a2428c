"""What was typed, and the command line of ansible that it comes to in an environment."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .settings import Mistake, Settings

BASES = ("inventories", "inventory")
ENDINGS = ("", ".ini", ".yml", ".yaml")

ONLY = "a gear sees the directory in which you type, and what `axium gear perms-show ansible` lists"


class Place(NamedTuple):
    """Where a command was typed: the environment, empty for none, and the directory."""

    env: str
    directory: str


class Asked(NamedTuple):
    """What was typed; `in_pane` is the environment for which a pane was opened."""

    playbook: str
    more: tuple[str, ...] = ()
    profile: str | None = None
    inventory: tuple[str, ...] = ()
    limit: str = ""
    tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    in_pane: str | None = None


def inventory_of(settings: Settings, place: Place) -> tuple[str, ...]:
    """The inventory of the environment, relative to the directory as it is written. Mistake."""
    _check_seen(place)
    for path in settings.inventory:
        if "," not in path and not os.path.exists(os.path.join(place.directory, path)):
            raise Mistake(f"there is no inventory `{path}` in {place.directory}", ONLY)
    return settings.inventory or (_usual(place),)


def _usual(place: Place) -> str:
    if not place.env:
        hint = "`axium env set NAME`, or name one: `--inventory PATH`"
        raise Mistake("no environment is active, so there is no inventory", hint)
    if "/" not in place.env:
        for path in [f"{base}/{place.env}{end}" for base in BASES for end in ENDINGS]:
            if os.path.exists(os.path.join(place.directory, path)):
                return path
    hint = "or name it: `inventory:` in overrides/ansible.yaml, under the environment's name"
    looked = f"inventories/{place.env}"
    raise Mistake(
        f"there is no inventory of `{place.env}` in {place.directory}", f"make `{looked}`, {hint}"
    )


def check_playbook(playbook: str, place: Place) -> None:
    """Mistake where it can't be read."""
    _check_seen(place)
    path = os.path.join(place.directory, playbook)
    if os.path.isdir(path):
        raise Mistake(f"`{playbook}` is a directory, not a playbook")
    if not os.access(path, os.R_OK):
        raise Mistake(f"there is no playbook `{playbook}` in {place.directory}", ONLY)


def _check_seen(place: Place) -> None:
    if place.directory != os.path.expanduser("~") and _is_seen(place.directory):
        return
    hint = "go to the directory of the playbook: your home directory as a whole is shown to none"
    raise Mistake(f"a gear is not shown {place.directory}", hint)


def _is_seen(directory: str) -> bool:
    try:
        os.listdir(directory)
    except OSError:
        return False
    return True


def program(name: str, settings: Settings) -> str:
    """The path of one of ansible's programs. Mistake."""
    found = shutil.which(name, path=settings.programs or None)
    if found is None:
        where = settings.programs or os.environ["PATH"]
        hint = "apt install ansible-core; or say where: `programs:` in overrides/ansible.yaml"
        raise Mistake(f"there is no `{name}` in {where}", hint, code=127)
    return found


def over(settings: Settings, asked: Asked) -> Settings:
    """What was typed lies over what is configured."""
    return settings._replace(
        inventory=asked.inventory or settings.inventory,
        limit=asked.limit or settings.limit,
        tags=asked.tags or settings.tags,
        check=asked.check or settings.check,
        diff=asked.diff or settings.diff,
    )


def again(asked: Asked, env: str) -> list[str]:
    """The command line that runs the same in a new pane, in this environment."""
    texts = {"profile": asked.profile, "limit": asked.limit or None, "in-pane": env}
    lists = {"inventory": asked.inventory, "tags": asked.tags}
    flags = {"check": asked.check, "diff": asked.diff}
    return [
        *("axium", "ansible-run"),
        *[f"--{name}={text}" for name, text in texts.items() if text is not None],
        *[f"--{name}={text}" for name, many in lists.items() for text in many],
        *[f"--{name}" for name, is_on in flags.items() if is_on],
        *("--", asked.playbook, *asked.more),
    ]


def playbook_words(
    settings: Settings, inventory: Sequence[str], env: str, playbook: str, more: Sequence[str]
) -> list[str]:
    """What stands after `ansible-playbook`; what is typed last wins."""
    return [
        *inventory_words(inventory),
        *_chosen(settings),
        "--extra-vars",
        json.dumps({**settings.vars, "axium_env": env}, ensure_ascii=False),
        *settings.options,
        _as_path(playbook),
        *more,
    ]


def inventory_words(inventory: Sequence[str]) -> list[str]:
    """An option for each."""
    return [word for path in inventory for word in ("--inventory", path)]


def _chosen(settings: Settings) -> Iterator[str]:
    if settings.limit:
        yield from ("--limit", settings.limit)
    if settings.tags:
        yield from ("--tags", ",".join(settings.tags))
    if settings.skip_tags:
        yield from ("--skip-tags", ",".join(settings.skip_tags))
    if settings.check:
        yield "--check"
    if settings.diff:
        yield "--diff"


def _as_path(playbook: str) -> str:
    """Never an option."""
    return f"./{playbook}" if playbook.startswith("-") else playbook
