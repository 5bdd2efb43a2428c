"""What plugins may do: decided in one place, and each decision in the log."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NoReturn

from axium.daemon.caller import Caller, User, is_gear
from axium.daemon.programs import approved
from axium.daemon.ration import Ration
from axium.daemon.services.confinements import Confinements
from axium.daemon.services.decisions import Decisions
from axium.daemon.services.store import Store
from axium.daemon.services.usage import Usage
from axium.model import permissions as model
from axium.model.gear_rules import is_among
from axium.model.grants import Label, labels
from axium.model.manifests import Manifest
from axium.model.names import OWNERS
from axium.model.rules import Rule
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, NEVER, OWN, Command


class Permissions:
    """The permissions of the plugins that are loaded, under what the user overrides.

    Those of a gear are what it was admitted with. `located` tells the file of a program's
    name; `is_strict` ignores overrides.
    """

    def __init__(
        self,
        root: str,
        store: Store,
        confinements: Confinements,
        usage: Usage,
        *,
        executor: Executor,
        user_home: str,
        is_strict: bool,
        located: Callable[[str], str | None],
    ) -> None:
        self._root = root
        self._store = store
        self._confinements = confinements
        self._usage = usage
        self._executor = executor
        self._user_home = os.path.realpath(user_home)  # as what was opened has it
        self._is_strict = is_strict
        self._located = located
        self._manifests: dict[str, Manifest] = {}
        self._decisions = Decisions(confinements)
        self._rations: dict[tuple[str, str], Ration] = {}

    def load(self, manifest: Manifest) -> None:
        """A plugin is loaded, or loaded again."""
        self._manifests[manifest.name] = manifest

    def unload(self, name: str) -> None:
        """A plugin is gone."""
        self._manifests.pop(name, None)

    async def read_again(self, name: str, path: str | None) -> None:
        """Take a spoke's manifest as it is now, at `path` where one is given.

        Refusal `not_found`, `invalid`.
        """
        loop = asyncio.get_running_loop()
        self.load(await loop.run_in_executor(self._executor, _read, self._root, name, path))

    def labels(self, name: str) -> list[Label]:
        """What of a plugin's permissions amounts to anything. Refusal `not_loaded`."""
        return labels(
            self.of(name),
            home=self._user_home,
            has_prefixes=bool(self._manifest(name).prefixes),
            is_gear=name in self._confinements,
            starting=self._confinements.places.starting if name in self._confinements else (),
        )

    def of(self, name: str) -> model.Effective:
        """What a plugin may do. Refusal `not_loaded`."""
        manifest = self._manifest(name)
        if name in self._confinements:
            return self._confinements.of(name).rights
        override = self._store.committed.configuration.permissions.get(name)
        return model.effective(manifest.permissions, override, strict=self._is_strict)

    def admit(self, caller: Caller, name: str | None, command: Command) -> None:
        """Let a request in, as far as its command and the name in it decide that.

        Refusal `denied`, `not_loaded`.
        """
        if isinstance(caller, User):
            if name in self._confinements and not command.is_about_gear:
                hint = f"`{name}` is a gear: what it may do is done on its own channel alone"
                self.refuse(caller, name, command.name, None, hint=hint)
            return
        if not is_gear(caller):
            return
        self.meant(caller, name, command.name)
        if command.gear == NEVER:
            self.refuse(caller, name, command.name, None, hint="no gear may")
        if command.gear not in (ALWAYS, OWN):
            self.require(caller, name, command.gear)

    def require(
        self,
        caller: Caller,
        name: str | None,
        action: str,
        detail: str | None = None,
        *,
        program: str | None = None,
    ) -> model.Effective | None:
        """Let the caller do this, on behalf of the plugin `name`; the plugin's permissions.

        None for the user, who may do anything. `action` is `exec` (then `program` is the word
        that names it, None for a shell), `notify`, `fs_read` or `fs_write` (then `detail` is
        the path of what was opened), `net` (a place of the network), or a command of the wire.
        Refusal `denied`, `not_loaded`.
        """
        asking = self.meant(caller, name, action, detail)
        if asking is None or (isinstance(caller, User) and asking in OWNERS):
            self._decisions.tell_user(action, detail)
            return None
        rights = self._held_to(caller, asking, action, detail)
        allowed = self._allows(asking, rights, action, detail, program)
        without = model.effective(self._manifest(asking).permissions, None, strict=True)
        via_override = allowed != self._allows(asking, without, action, detail, program)
        self._decisions.tell(asking, action, detail, allowed=allowed, via_override=via_override)
        if is_gear(caller):
            subject = self._subject(asking, rights, action, detail, program)
            grant = rights.grant(action, subject if allowed else None, home=self._user_home)
            self._usage.note(asking, grant, detail, allowed=allowed)
        if not allowed:
            _deny(action, self._way_out(asking, action, via_override=via_override))
        return rights

    def take_turn(self, caller: Caller, action: str) -> None:
        """Have a gear do what people are shown no more often than they can look. Refusal `busy`."""
        if not is_gear(caller):
            return
        ration = self._rations.setdefault((caller.name, action), Ration(time.monotonic))
        if not ration.take():
            raise Refusal(
                "busy", f"`{action}` is asked for too often", hint="once a second will do"
            )

    def file_of(self, name: str, program: str) -> str | None:
        """The file that a program means which the plugin may start by name."""
        if name not in self._confinements:
            return self._located(program)
        confined = self._confinements.of(name)
        found = approved(program, confined.rights.programs, confined.programs, self._located)
        return found and found.file

    def refuse(
        self, caller: Caller, name: str | None, action: str, detail: str | None, *, hint: str
    ) -> NoReturn:
        """Refuse what the permissions alone would allow, with a line in the log."""
        self._decisions.tell(name or caller.name, action, detail, allowed=False)
        self._count_refusal(caller, action, detail)
        _deny(action, hint)

    def confirm_prefix(self, gear: Caller, rule: Rule) -> None:
        """Let a gear have a rule that its manifest has, and no other. Refusal `denied`."""
        is_approved = is_among(rule, self._manifest(gear.name).prefixes)
        self._decisions.tell(gear.name, "register_prefix", rule.command, allowed=is_approved)
        self._usage.note(gear.name, "prefixes", rule.command, allowed=is_approved)
        if not is_approved:
            _deny("register_prefix", "a gear has the prefixes of its manifest, and no others")

    def meant(
        self, caller: Caller, name: str | None, action: str, detail: str | None = None
    ) -> str | None:
        """Which plugin this is about: on a channel that one, else `name`, if any.

        Refusal `denied` where a plugin names another one.
        """
        if isinstance(caller, User):
            return name or None
        if name and name != caller.name:
            self._decisions.tell(caller.name, action, detail, allowed=False)
            self._count_refusal(caller, action, detail)
            _deny(action, f"leave `spoke` out: this is the channel of `{caller.name}`")
        return caller.name

    def _held_to(
        self, caller: Caller, name: str, action: str, detail: str | None
    ) -> model.Effective:
        """What holds for a plugin. Refusal `not_loaded`, with a line in the log."""
        try:
            return self._confinements.of(name).rights if is_gear(caller) else self.of(name)
        except Refusal:
            self._decisions.tell(name, action, detail, allowed=False)
            raise

    def _count_refusal(self, caller: Caller, action: str, detail: str | None) -> None:
        if is_gear(caller) and caller.name in self._confinements:
            rights = self._confinements.of(caller.name).rights
            grant = rights.grant(action, None, home=self._user_home)
            self._usage.note(caller.name, grant, detail, allowed=False)

    def _manifest(self, name: str) -> Manifest:
        if name not in self._manifests:
            hint = f"no plugin `{name}` is loaded: `axium spoke list`"
            raise Refusal("not_loaded", "spoke not loaded", hint=hint)
        return self._manifests[name]

    def _allows(
        self,
        name: str,
        rights: model.Effective,
        action: str,
        detail: str | None,
        program: str | None,
    ) -> bool:
        subject = self._subject(name, rights, action, detail, program)
        return rights.allows(action, subject, home=self._user_home)

    def _subject(
        self,
        name: str,
        rights: model.Effective,
        action: str,
        detail: str | None,
        program: str | None,
    ) -> str | None:
        """What a permission is about: a word of `exec`, a path, a place."""
        return self._granted(name, rights, program) if action == "exec" else detail

    def _way_out(self, name: str, action: str, *, via_override: bool) -> str:
        """What the user may do about a refusal."""
        if name in self._confinements:
            show, edit = f"axium gear perms-show {name}", f"axium gear perms-edit {name}"
        else:
            show, edit = f"axium perms show {name}", f"axium perms edit {name}"
        if via_override:
            return f"you took it away: `{show}`"
        if self._is_strict:
            return "the daemon runs with AXIUM_PERMS_STRICT=1: only the manifest can grant it"
        field = action if action in model.FIELDS else "ipc"
        return f"`{edit}`: `{field}` is what grants it"

    def _granted(self, name: str, rights: model.Effective, program: str | None) -> str | None:
        """The word of `exec` that means the same file as `program`; a gear's as approved."""
        if program is None:
            return None
        if name in self._confinements:
            programs = self._confinements.of(name).programs
            found = approved(program, rights.programs, programs, self._located)
            return found and found.word
        file = self._located(program)
        return next(
            (word for word in rights.programs if file and self._located(word) == file), None
        )


def _deny(action: str, hint: str) -> NoReturn:
    raise Refusal("denied", f"permission denied: {action}", hint=hint)


def _read(root: str, name: str, path: str | None) -> Manifest:
    # 12 ms for YAML, if nothing needed it before.
    from axium.config.manifests import find, read_file

    if path is None:
        found = find(root, "spokes", name)
        if found is None:
            raise Refusal("not_found", "file not found", hint=f"no spoke `{name}` in {root}/spokes")
        manifest, faults = found.manifest, found.faults
    elif not os.path.lexists(path):
        raise Refusal("not_found", "file not found", hint=f"there is no {path}")
    else:
        manifest, faults = read_file(path, "spokes", path)
    if manifest is None:
        raise Refusal("invalid", str(faults[0]), hint=faults[0].hint)
    return manifest.installed_as(name)
