"""What one environment's wrapped commands do, as published words with their stamp."""

from typing import NamedTuple

from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.hud import prompt_sgr
from axium.model.resolver import resolve
from axium.model.table import table_words
from axium.model.templates import Unresolvable
from axium.thin.digest import digest
from axium.thin.words import encode, frame


class Published(NamedTuple):
    """The tables of one environment by command, and the pointer to them.

    `original` is the name of the pointer's original among the tables; it says
    all that is in it, so that the file of a name never changes.
    """

    stamp: str
    tables: dict[str, bytes]
    pointer: bytes
    original: str


def published(
    configuration: Configuration, name: str | None, *, user_home: str, commands_stamp: str
) -> Published:
    """Tables and pointer of the environment `name` (None: no environment is set).

    A command that can't be resolved without knowing more, or that is at fault,
    is `ask`, as is every command of an environment that envs.yaml does not have.
    """
    env = configuration.environments.get(name) if name is not None else None
    is_unknown = name is not None and env is None
    tables = {
        command: _ask() if is_unknown else _table(configuration, command, env, user_home)
        for command in configuration.rules.commands()
    }
    stamp = stamp_of([name or "", *(f"{key}\0{table!r}" for key, table in tables.items())])
    color = prompt_sgr(configuration.hud, env)
    pointer = frame([name or "", stamp, color, commands_stamp])
    return Published(stamp, tables, pointer, f".{commands_stamp},{color}")


def stamp_of(parts: list[str]) -> str:
    """A digest of words: the same exactly when they are."""
    return digest(b"".join(b"%d:%b" % (len(part), encode(part)) for part in parts))


def _table(
    configuration: Configuration, command: str, env: Environment | None, user_home: str
) -> bytes:
    try:
        decision = resolve(configuration, command, env=env, home=user_home)
    except Unresolvable:
        # `axium run` resolves it again and tells the person what is wrong.
        return _ask()
    return frame(table_words(decision, configuration.subcommands.get(command, ())))


def _ask() -> bytes:
    return frame(["ask", ""])
