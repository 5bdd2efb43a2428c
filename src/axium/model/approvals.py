"""What a user said yes to: one gear, as it was when they looked at it."""

from collections.abc import Callable

import msgspec

from axium.model.permissions import Effective


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


def programs_in_force(
    rights: Effective, approval: Approval, locate: Callable[[str], str | None]
) -> dict[str, str]:
    """The file of each word of `exec`, of those that are there: as it was approved.

    One that the user added since is where `locate` finds it now.
    """
    added = {word for word, source in rights.origins.get("exec", {}).items() if source != "base"}
    found = {
        word: approval.programs.get(word) or (locate(word) if word in added else None)
        for word in rights.programs
    }
    return {word: path for word, path in found.items() if path is not None}
