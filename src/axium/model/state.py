"""The daemon's truth: which environment is active where, as `state.json` keeps it."""

from typing import Self

import msgspec

from axium.model.panes import Server, split_key


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What survives a restart. Every step gives a new state, one generation on.

    `panes`: overrides, by pane key (`%1`, `work:%3`). `servers`: the tmux server
    that each name meant when its panes were set. `former_env` was active before
    `active_env`; `former_panes` are the overrides that panes had before, where a
    pane with an override and no former one followed the global environment.
    `session` counts the sessions that were begun in the journal, `resumes` the
    returns from a pause.
    """

    active_env: str | None = None
    former_env: str | None = None
    panes: dict[str, str] = {}
    former_panes: dict[str, str] = {}
    servers: dict[str, Server] = {}
    paused: bool = False
    generation: int = 0
    session: int = 1
    resumes: int = 0

    def env_for(self, pane: str | None) -> str | None:
        """The environment that applies in a pane: its override, else the global one."""
        return self.panes.get(pane, self.active_env) if pane is not None else self.active_env

    def with_active(self, env: str | None) -> Self:
        """The state with another global environment."""
        if env == self.active_env:
            return self._next()
        return self._next(active_env=env, former_env=self.active_env)

    def with_pane(self, pane: str, env: str) -> Self:
        """The state with this override."""
        return self._next(panes={**self.panes, pane: env}, former_panes=self._former(pane, env))

    def with_follower(self, pane: str) -> Self:
        """The state in which this pane follows the global environment."""
        return self._next(panes=_without(self.panes, pane), former_panes=self._former(pane, None))

    def without_pane(self, pane: str) -> Self:
        """The state that knows nothing of this pane, which has died."""
        if pane not in self.panes and pane not in self.former_panes:
            return self
        return self._next(
            panes=_without(self.panes, pane), former_panes=_without(self.former_panes, pane)
        )

    def with_server(self, name: str, server: Server) -> Self:
        """The state in which `name` is this very server.

        Panes of that name were a former one's, or set before any was known: they are forgotten.
        """
        if self.servers.get(name) == server:
            return self
        if name in self.servers or name in _server_names(self.panes, self.former_panes):
            return self.without_server(name).with_server(name, server)
        return self._next(servers={**self.servers, name: server})

    def without_server(self, name: str) -> Self:
        """The state without this server and its panes."""
        return self._next(
            servers={key: server for key, server in self.servers.items() if key != name},
            panes=_elsewhere(self.panes, name),
            former_panes=_elsewhere(self.former_panes, name),
        )

    def with_pause(self) -> Self:
        """The state of a paused daemon."""
        return self._next(paused=True)

    def with_resume(self) -> Self:
        """The state of a daemon that goes on."""
        return self._next(paused=False, resumes=self.resumes + 1)

    def with_session(self) -> Self:
        """The state in which a new session has begun."""
        return self._next(session=self.session + 1)

    def _former(self, pane: str, env: str | None) -> dict[str, str]:
        """The former overrides once `env` (None: none) is this pane's."""
        old = self.panes.get(pane)
        if old == env:
            return self.former_panes
        if old is None:
            return _without(self.former_panes, pane)
        return {**self.former_panes, pane: old}

    def _next(self, **changed: object) -> Self:
        return msgspec.structs.replace(self, generation=self.generation + 1, **changed)


def _without(panes: dict[str, str], pane: str) -> dict[str, str]:
    """The other panes; the very same where it is not among them."""
    return {key: env for key, env in panes.items() if key != pane} if pane in panes else panes


def _elsewhere(panes: dict[str, str], name: str) -> dict[str, str]:
    """The panes of other servers."""
    return {key: env for key, env in panes.items() if split_key(key)[0] != name}


def _server_names(*panes: dict[str, str]) -> set[str]:
    return {split_key(key)[0] for keys in panes for key in keys}
