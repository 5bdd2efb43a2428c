"""Which gears were admitted, and what each is held to."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from axium.model.confining import Brokered, Places
from axium.model.permissions import Effective
from axium.model.policy import Policy
from axium.plugins.orders import Run, RunKind
from axium.wire.errors import Refusal


class Confined(NamedTuple):
    """A gear that was admitted; `directory` is real.

    `brokered` is what of its grants goes through the daemon alone. `programs` has the absolute
    path of each word of `exec` as it was approved. `level` is what this machine enforces:
    `enforced`, `partial: ...` or `none: ...`, less than the first only where `is_permissive`.
    """

    name: str
    directory: str
    entrypoint: str
    rights: Effective
    policy: Policy
    brokered: tuple[Brokered, ...]
    programs: Mapping[str, str]
    level: str
    is_permissive: bool

    @property
    def policy_in_force(self) -> Policy | None:
        """None where nothing here can hold it, and its user took that."""
        return None if self.level.startswith("none") else self.policy

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of those that it gets beside the plain ones."""
        return (*self.rights.env, *(("SSH_AUTH_SOCK",) if self.policy.agent else ()))

    def run(self, kind: RunKind) -> Run:
        """What a process of it is to be, as yet without words. A program may start others."""
        policy = self.policy_in_force
        if policy is not None and kind == "program":
            policy = policy._replace(exec=True)
        return Run(
            name=self.name,
            kind=kind,
            directory=self.directory,
            entrypoint=self.entrypoint,
            policy=policy,
            is_permissive=self.is_permissive,
            has_channel=kind == "command",
        )


class Confinements:
    """Filled by admission, asked by whoever does something for a gear.

    `look` says what no gear reaches, whatever it was granted; it blocks.
    """

    def __init__(self, look: Callable[[], Places]) -> None:
        self._look = look
        self._places: Places | None = None
        self._confined: dict[str, Confined] = {}
        self._followers: list[Callable[[str], None]] = []

    @property
    def places(self) -> Places:
        """What no gear reaches, as it was when a gear was admitted last."""
        return self._places or self.look_again()

    def look_again(self) -> Places:
        """The same as it is now: links may lead elsewhere. It blocks."""
        self._places = self._look()
        return self._places

    def on_unload(self, follow: Callable[[str], None]) -> None:
        """Have what was begun for a gear ended: given its name when it goes, or is loaded again."""
        self._followers.append(follow)

    def load(self, confined: Confined) -> None:
        """A gear is loaded, or loaded again."""
        self.unload(confined.name)
        self._confined[confined.name] = confined

    def unload(self, name: str) -> None:
        """A gear is gone."""
        if self._confined.pop(name, None) is not None:
            for follow in self._followers:
                follow(name)

    def __contains__(self, name: object) -> bool:
        """Whether a gear of this name is loaded."""
        return name in self._confined

    def of(self, name: str) -> Confined:
        """What a gear is held to. Refusal `not_loaded`."""
        if name not in self._confined:
            hint = f"no gear `{name}` is loaded: `axium gear list`"
            raise Refusal("not_loaded", "gear not loaded", hint=hint)
        return self._confined[name]
