"""What a user said yes to: one gear, as it was when they looked at it."""

import msgspec


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A gear that may run as long as its files are these.

    `files` is a digest for each path below the gear's directory, `digest` that of all of them;
    of an editable gear the manifest alone. `manifest` is its text. `programs` are the words of
    `exec` that were there, each with the real, absolute path that it meant. `approved_at` is
    ISO 8601 UTC.
    """

    name: str
    digest: str
    is_editable: bool
    files: dict[str, str]
    manifest: str
    programs: dict[str, str]
    approved_at: str
