"""What a plugin may do: what its manifest asks for, and what the user's file makes of that."""

import msgspec

Programs = bool | tuple[str, ...]
"""Any, none, or those of these names."""


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says of a plugin's permissions; None where it says nothing."""

    exec: Programs | None = None
    notify: bool | None = None
    net: Programs | None = None
    ipc: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    unix: tuple[str, ...] | None = None
    fs_read: tuple[str, ...] | None = None
    fs_write: tuple[str, ...] | None = None
