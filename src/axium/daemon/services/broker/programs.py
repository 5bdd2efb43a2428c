"""Programs that are run for plugins: through the shell, or one that they are allowed by name."""

from collections.abc import Mapping
from functools import partial

from axium.daemon.caller import Caller
from axium.daemon.services.broker.asked import Asked
from axium.daemon.services.broker.files import Files
from axium.daemon.services.broker.inside import Confining, run_of
from axium.daemon.services.broker.variables import handed
from axium.daemon.services.broker.words import argv_of, shown_as, words_of
from axium.daemon.services.confinements import Confined
from axium.daemon.services.environments import Environments
from axium.daemon.services.jobs import Job, Jobs, Order
from axium.daemon.services.panes import Panes
from axium.daemon.services.permissions import Permissions
from axium.model.masking import masked
from axium.plugins.environ import of_gear
from axium.plugins.orders import run_command

WAIT_SECS = 60.0
"""How long a program may take that is waited for, unless it is told."""


class Programs:
    """Decides what runs, and in which environment; `Jobs` runs it."""

    def __init__(
        self,
        permissions: Permissions,
        environments: Environments,
        panes: Panes,
        files: Files,
        jobs: Jobs,
        confining: Confining,
        *,
        environ: Mapping[str, str],
        around: Mapping[str, str],
    ) -> None:
        """`environ` is what programs of the user's and of spokes get, `around` all there is."""
        self._permissions = permissions
        self._environments = environments
        self._panes = panes
        self._files = files
        self._jobs = jobs
        self._confining = confining
        self._environ = environ
        self._around = around

    async def start(self, caller: Caller, spoke: str | None, asked: Asked) -> Job:
        """Start it. Refusal `denied`, `not_loaded`, `invalid`, and those of `Jobs.start`."""
        words = words_of(asked.command)
        shown = masked(shown_as(asked.command))
        program = words[0] if words else None
        rights = self._permissions.require(caller, spoke, "exec", shown, program=program)
        confined = self._confining.of(caller, "exec_unconfined", shown)
        mode = asked.mode or ("background" if isinstance(asked.command, str) else "wait")
        cwd = await self._directory(caller, confined, asked.cwd)
        variables = handed(asked.variables, "env", from_plugin=rights is not None)
        key = self._panes.key(asked.pane, asked.server)
        env = self._environments.applying(asked.environment, key)
        own = {} if env is None else {"AXIUM_ENV": env.name}
        whose = caller.name if rights is None else spoke or caller.name
        argv = argv_of(asked.command, words, rights, cwd, partial(self._permissions.file_of, whose))
        order = Order(
            argv=argv,
            whose=whose,
            environ={**self._environ, **variables, **own},
            env=None if env is None else env.name,
            cwd=cwd,
            mode=mode,
            limit=asked.limit or (WAIT_SECS if mode == "wait" else None),
        )
        if confined is not None:
            around = {**of_gear(self._around, confined.variables), **own}
            run = run_command(run_of(confined, argv, variables, cwd))
            order = order._replace(inside=run, environ=around)
        return await self._jobs.start(order)

    async def _directory(self, caller: Caller, confined: Confined | None, cwd: str | None) -> str:
        if confined is None:
            return self._files.absolute(cwd or "~", field="cwd")
        asked = cwd and self._files.absolute(cwd, field="cwd")
        return await self._confining.directory(caller, confined, asked)
