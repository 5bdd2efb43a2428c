"""What a gear has run for it: in its own confinement, unless its user lets it out."""

import os
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from axium.daemon.caller import Caller, Plugin, is_gear
from axium.daemon.services.broker.files import WITHIN_SECS
from axium.daemon.services.broker.words import argv_of, shown_as
from axium.daemon.services.confinements import Confined, Confinements
from axium.daemon.services.permissions import Permissions
from axium.daemon.workers import Workers
from axium.model.confining import policy_of
from axium.model.masking import masked
from axium.plugins.orders import Run, split_command
from axium.thin.catalogue import named
from axium.thin.paths import Home
from axium.wire.errors import Refusal

_ENV = "/usr/bin/env"

_PLACES = frozenset(
    ("HOME", "LOGNAME", "SHELL", "USER", "SSH_AUTH_SOCK", "TMPDIR", "TMUX", "TMUX_PANE",
     "TMUX_TMPDIR")
)  # fmt: skip
"""What leads to axium, to tmux, to an agent."""


class Confining:
    """Tells what a gear's programs are held to, and where they may be started."""

    def __init__(
        self,
        home: Home,
        permissions: Permissions,
        confinements: Confinements,
        workers: Workers,
    ) -> None:
        self._home = home
        self._permissions = permissions
        self._confinements = confinements
        self._workers = workers

    def of(self, caller: Caller, way_out: str, shown: str) -> Confined | None:
        """What holds a program of the caller's; None for who is no gear, or has this way out.

        `way_out` is the entry of `ipc` that lets it run unconfined.
        """
        if not is_gear(caller):
            return None
        confined = self._confinements.of(caller.name)
        if way_out not in confined.rights.ipc:
            return self._seen_from(confined, _here(caller))
        self._permissions.require(caller, None, way_out, shown)
        return None

    async def directory(self, caller: Caller, confined: Confined, asked: str | None) -> str:
        """Where a gear's program is to run: where it asks, if it may be there.

        Else where its command was started, else in its private directory. Refusal `denied`,
        `not_found`, `timeout`.
        """
        here = _here(caller)
        if asked is None:
            return here or next(iter(confined.policy.scratch), confined.directory)
        look = partial(_check_seen, confined, here, asked)
        await self._workers.run(confined.name, look, within=WITHIN_SECS)
        return asked

    def in_pane(
        self,
        caller: Caller,
        command: str | Sequence[str],
        words: list[str],
        variables: dict[str, str],
        cwd: str,
    ) -> tuple[list[str], dict[str, str]]:
        """What runs a gear's command in a pane, and the variables of that. Refusal `denied`.

        A command of its own needs no `exec`.
        """
        name, here, shown = caller.name, _here(caller), masked(shown_as(command))
        confined = self._confinements.of(name)
        if self._is_own(name, words):
            _check_harmless(confined, variables)
            return split_command(name, "command", words[1:], here=here), variables
        program = words[0] if words else None
        rights = self._permissions.require(caller, None, "exec", shown, program=program)
        argv = argv_of(command, words, rights, cwd, partial(self._permissions.file_of, name))
        inside = with_variables(argv, variables)
        return split_command(name, "program", inside, here=here), {}

    def _seen_from(self, confined: Confined, here: str | None) -> Confined:
        """What holds where a command of the gear was started, which `./**` means."""
        if here is None:
            return confined
        policy, _brokered = policy_of(
            confined.rights,
            self._confinements.places,
            directory=confined.directory,
            scratch=confined.policy.scratch,
            here=here,
        )
        return confined._replace(policy=policy)

    def _is_own(self, gear: str, words: list[str]) -> bool:
        found = named(self._home, words[1:]) if words[:1] in (["axium"], ["ax"]) else None
        return found is not None and found.gear == gear


def _here(caller: Caller) -> str | None:
    return caller.here if isinstance(caller, Plugin) else None


def run_of(confined: Confined, argv: Sequence[str], variables: Mapping[str, str], cwd: str) -> Run:
    """A program in a gear's confinement, with these variables beside those that a gear has."""
    words = with_variables(argv, variables)
    return msgspec.structs.replace(confined.run("program"), cwd=cwd, argv=words)


def with_variables(argv: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """A command line that sets variables itself. Refusal `invalid`.

    A gear's variables are not for what confines it, which they might lead elsewhere.
    """
    if not variables:
        return list(argv)
    if "=" in argv[0]:
        raise Refusal("invalid", f"field `command`: `{argv[0][:200]}` has a `=` in its name")
    return [_ENV, *[f"{name}={value}" for name, value in variables.items()], *argv]


def _check_harmless(confined: Confined, variables: Mapping[str, str]) -> None:
    """Let a gear hand on what it has itself, if nothing finds axium or an agent by it.

    What starts its command is not confined. Refusal `denied`.
    """
    for name in variables:
        if name not in confined.rights.env or name in _PLACES or name.startswith("XDG_"):
            raise Refusal(
                "denied",
                f"field `env_vars`: `{name}` is not handed to a command of the gear's own",
                hint="it takes those that `env` grants, and none that says where axium is",
            )


def _check_seen(confined: Confined, here: str | None, directory: str) -> None:
    real = os.path.realpath(directory)
    policy = confined.policy
    seen = [policy.directory, *policy.scratch, *policy.reads, *policy.writes]
    if here is not None:
        seen.append(here)
    if not any([real == place or real.startswith(place.rstrip("/") + "/") for place in seen]):
        raise Refusal(
            "denied",
            f"field `cwd`: {directory} is no directory that the gear may read",
            hint="a pattern `DIRECTORY/**` of `fs_read` or `fs_write` lets it",
        )
    if not os.path.isdir(real):
        raise Refusal("not_found", f"field `cwd`: there is no directory {directory}")
