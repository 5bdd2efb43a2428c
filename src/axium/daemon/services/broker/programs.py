"""Programs that are run for plugins: through the shell, or one that they are allowed by name."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence

from axium.daemon.caller import Caller
from axium.daemon.services.broker.asked import Asked
from axium.daemon.services.broker.files import Files
from axium.daemon.services.broker.gears import refuse_gear
from axium.daemon.services.broker.variables import handed
from axium.daemon.services.environments import Environments
from axium.daemon.services.jobs import Job, Jobs, Order
from axium.daemon.services.panes import Panes
from axium.daemon.services.permissions import Permissions
from axium.model.masking import masked
from axium.model.names import text_fault
from axium.model.permissions import Effective
from axium.wire.errors import Refusal

WAIT_SECS = 60.0
"""How long a program may take that is waited for, unless it is told."""

SHELL = "/bin/sh"

LONGEST_STRING = 32 * 1024
LONGEST_ARGV = 1 << 20
"""Letters of a command; the kernel takes little more, and all of it is looked at."""


class Programs:
    """Decides what runs, and in which environment; `Jobs` runs it."""

    def __init__(
        self,
        permissions: Permissions,
        environments: Environments,
        panes: Panes,
        files: Files,
        jobs: Jobs,
        *,
        environ: Mapping[str, str],
        located: Callable[[str], str | None],
    ) -> None:
        self._permissions = permissions
        self._environments = environments
        self._panes = panes
        self._files = files
        self._jobs = jobs
        self._environ = environ
        self._located = located

    async def start(self, caller: Caller, spoke: str | None, asked: Asked) -> Job:
        """Start it. Refusal `denied`, `not_loaded`, `invalid`, and those of `Jobs.start`."""
        words = words_of(asked.command)
        shown = masked(shown_as(asked.command))
        refuse_gear(self._permissions, caller, spoke, "exec", shown)
        program = words[0] if words else None
        rights = self._permissions.require(caller, spoke, "exec", shown, program=program)
        mode = asked.mode or ("background" if isinstance(asked.command, str) else "wait")
        cwd = self._files.absolute(asked.cwd or "~", field="cwd")
        variables = handed(asked.variables, "env", from_plugin=rights is not None)
        key = self._panes.key(asked.pane, asked.server)
        env = self._environments.applying(asked.environment, key)
        if env is not None:
            variables["AXIUM_ENV"] = env.name
        order = Order(
            argv=self._argv(asked.command, words, rights, cwd),
            whose=caller.name if rights is None else spoke or caller.name,
            environ={**self._environ, **variables},
            env=None if env is None else env.name,
            cwd=cwd,
            mode=mode,
            limit=asked.limit or (WAIT_SECS if mode == "wait" else None),
        )
        return await self._jobs.start(order)

    def _argv(
        self,
        command: str | Sequence[str],
        words: list[str],
        rights: Effective | None,
        cwd: str,
    ) -> list[str]:
        """What is executed. Under a list of programs there is no shell."""
        is_free = rights is None or rights.exec is True
        if is_free and isinstance(command, str):
            return [SHELL, "-c", command]
        program, *others = words
        if not is_free:
            return [self._located(program) or program, *others]
        return [os.path.join(cwd, program) if "/" in program else program, *others]


def words_of(command: str | Sequence[str]) -> list[str]:
    """The words of a command, as a shell would split it; none where it would not.

    Refusal `invalid`, `too_large` of what can't be run at all.
    """
    most = LONGEST_STRING if isinstance(command, str) else LONGEST_ARGV
    found = len(command) if isinstance(command, str) else sum(map(len, command))
    if found > most:
        raise Refusal("too_large", f"field `command`: {most} letters at most, found {found}")
    if fault := text_fault(shown_as(command)):
        raise Refusal("invalid", f"field `command`: {fault}")
    if not isinstance(command, str):
        words = list(command)
    else:
        try:
            words = shlex.split(command)
        except ValueError:  # a quote that is not closed; the shell will say so
            words = []
    if not shown_as(command).strip() or words[:1] == [""]:
        raise Refusal("invalid", "field `command`: it is empty")
    return words


def shown_as(command: str | Sequence[str]) -> str:
    """A command on one line."""
    return command if isinstance(command, str) else shlex.join(command)
