"""What a plugin may do: what its manifest asks for, and what the user's file makes of that."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from axium.model.net_places import is_granted
from axium.model.patterns import covers

Source = Literal["base", "override", "default"]
"""Who said it: the manifest, the user's file, or nobody, which means no."""

Field = Literal["exec", "notify", "net", "ipc", "env", "unix", "fs_read", "fs_write"]

FIELDS: tuple[Field, ...] = ("exec", "notify", "net", "ipc", "env", "unix", "fs_read", "fs_write")

Names = tuple[str, ...]
Some = bool | Names
"""Any, none, or those of these names."""

_BOOLEANS: frozenset[Field] = frozenset({"exec", "notify", "net"})
"""Of what may be `true` or `false`."""


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says of a plugin's permissions; None where it says nothing.

    In the user's file a list adds, and an entry `!x` takes `x` away.
    """

    exec: Some | None = None
    notify: bool | None = None
    net: Some | None = None
    ipc: Names | None = None
    env: Names | None = None
    unix: Names | None = None
    fs_read: Names | None = None
    fs_write: Names | None = None


class Effective(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin may do, and who said each of it.

    `sources` is by field, `origins` by field and entry. `refused` are the patterns that the
    user took away: what one of them covers is refused whatever else covers it too.
    """

    exec: Some
    notify: bool
    net: Some
    ipc: Names
    env: Names
    unix: Names
    fs_read: Names
    fs_write: Names
    sources: Mapping[Field, Source]
    origins: Mapping[Field, Mapping[str, Source]]
    refused: Mapping[Field, Names]

    @property
    def programs(self) -> Names:
        """Those that it may start by name."""
        return _names(self.exec)

    def values(self) -> dict[Field, Some]:
        """What holds, by field."""
        return {name: getattr(self, name) for name in FIELDS}

    def allows(self, action: str, detail: str | None, *, home: str) -> bool:
        """Whether a plugin may do this. What a gear needs beside is asked before (`admit`).

        `exec` with the name of a program as it is granted, `fs_read` and `fs_write` with the
        path of what was opened, `net` with a place; any other action is one of the daemon's. A
        pattern is enough for a file, `notify` for a notification, and a `false` wins over an
        entry of `ipc`.
        """
        if action == "exec":
            return self.exec is True or detail in (self.exec or ())
        if action == "notify":
            is_silent = self.sources["notify"] == "default"
            return self.notify or (is_silent and "notify" in self.ipc)
        if action == "fs_read":
            return _covers(self.fs_read, self.refused.get("fs_read", ()), detail, home)
        if action == "fs_write":
            return _covers(self.fs_write, self.refused.get("fs_write", ()), detail, home)
        if action == "net":
            return detail is not None and is_granted(self.net, detail)
        return action in self.ipc

    def grant(self, action: str, detail: str | None, *, home: str) -> str:
        """The name of what allows this, or would: `exec: git`, `fs_read: ~/x/**`, `ipc: set_env`.

        As `allows`; without the entry where there is none for it.
        """
        if action in ("fs_read", "fs_write"):
            patterns = self.fs_read if action == "fs_read" else self.fs_write
            entry = next(
                (each for each in patterns if detail and covers(each, detail, home=home)), None
            )
        elif action in ("exec", "net"):
            listed = self.exec if action == "exec" else self.net
            entry = detail if isinstance(listed, tuple) and detail in listed else None
        else:
            return action if action == "notify" else f"ipc: {action}"
        return action if entry is None else f"{action}: {entry}"


def _covers(granted: Names, refused: Names, path: str | None, home: str) -> bool:
    if path is None or any([covers(each, path, home=home) for each in refused]):
        return False
    return any([covers(each, path, home=home) for each in granted])


def effective(base: Permissions, override: Permissions | None, *, strict: bool) -> Effective:
    """What the manifest's `base` and the user's `override` come to; `strict` ignores the latter.

    `true` and `false` replace, lists add. A list over a `true` or a `false` replaces it.
    """
    over = Permissions() if override is None or strict else override
    merged = {name: _merged(name, getattr(base, name), getattr(over, name)) for name in FIELDS}
    values: dict[str, Any] = {name: one.value for name, one in merged.items()}
    return Effective(
        **values,
        sources={name: one.source for name, one in merged.items()},
        origins={name: one.origins for name, one in merged.items() if one.origins},
        refused={name: one.refused for name, one in merged.items() if one.refused},
    )


class _Merged(msgspec.Struct, frozen=True):
    """One field of both files."""

    value: Some
    source: Source
    origins: Mapping[str, Source] = {}
    refused: Names = ()


def _merged(name: Field, base: Some | None, over: Some | None) -> _Merged:
    listed: Names = base if isinstance(base, tuple) else ()
    if over is None:
        if base is None:
            return _Merged(False if name in _BOOLEANS else (), "default")
        return _Merged(base, "base", dict.fromkeys(listed, "base"))
    if isinstance(over, bool):
        return _Merged(over, "override")
    away = tuple(entry[1:] for entry in over if entry.startswith("!"))
    added = (entry for entry in over if not entry.startswith("!") and entry not in listed)
    origins: dict[str, Source] = {entry: "base" for entry in listed if entry not in away}
    origins |= {entry: "override" for entry in added if entry not in away}
    return _Merged(tuple(origins), "override", origins, away if name.startswith("fs_") else ())


def without_effect(base: Permissions, override: Permissions) -> list[tuple[Field, str]]:
    """The entries `!x` of the user's that take nothing away, since no `x` was asked for.

    A pattern takes away what it covers, whatever pattern granted it.
    """
    return [
        (name, entry)
        for name in FIELDS
        if isinstance(over := getattr(override, name), tuple)
        for entry in over
        if entry.startswith("!")
        and not name.startswith("fs_")
        and entry[1:] not in _names(getattr(base, name))
    ]


def differences(before: Permissions, now: Permissions) -> list[str]:
    """What is asked for now and was not before, `+ fs_read: ~/a`, and no longer, `- notify`."""
    asked, asks = list(_words(before)), list(_words(now))
    return [
        *[f"+ {word}" for word in asks if word not in asked],
        *[f"- {word}" for word in asked if word not in asks],
    ]


def _words(said: Permissions) -> Iterator[str]:
    """Each single thing that is asked for."""
    for name in FIELDS:
        value = getattr(said, name)
        if value is True:
            yield name if name == "notify" else f"{name}: any"
        yield from [f"{name}: {entry}" for entry in _names(value)]


def _names(said: Some | None) -> Names:
    return said if isinstance(said, tuple) else ()
