"""The approvals of one home: what the user said yes to, and how that differs from what is there."""

import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator

import msgspec

from axium.config.atomic import replace_file
from axium.config.findings import Findings
from axium.config.gear_files import Seen, Unapprovable, file_digest, seen
from axium.config.manifest_file import parse as parse_manifest
from axium.config.manifests import FILES, read_text_of
from axium.model.approvals import Approval
from axium.model.permissions import Permissions, differences

__all__ = [
    "Seen",
    "Unapprovable",
    "approval_of",
    "changes",
    "forget",
    "programs",
    "read",
    "seen",
    "write",
]

DIRECTORY = "gears/.approved"

_MOST_BYTES = 8 << 20
"""Of one approval: the names of 5,000 files, and a manifest."""

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(root: str, name: str) -> Approval | None:
    """The approval of a gear in the home `root`; None where there is none that can be relied on."""
    try:
        data = _private(_path(root, name))
        found = msgspec.json.decode(data, type=Approval)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.name == name else None


def write(root: str, approval: Approval) -> None:
    """Have it hold, on disk; the caller has the lock of the gears. OSError."""
    os.makedirs(f"{root}/{DIRECTORY}", mode=0o700, exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(approval), indent=2)
    replace_file(_path(root, approval.name), data + b"\n", durable=True)


def forget(root: str, name: str) -> None:
    """Have it hold no longer. OSError."""
    try:
        os.unlink(_path(root, name))
    except FileNotFoundError:
        return


def approval_of(directory: str, name: str) -> Approval:
    """What a yes to the gear in a directory would mean now; nothing is written.

    One that is a link is editable. Unapprovable, Unreadable, OSError.
    """
    is_editable = os.path.islink(directory)
    text = read_text_of(directory, "gears")
    found = seen(directory, is_editable=is_editable)
    digest = found.files.get(next((file for file in FILES["gears"] if file in found.files), ""), "")
    if digest[2:] != file_digest(text.encode())[2:]:
        raise Unapprovable(FILES["gears"][0], "changes while it is read")
    return Approval(
        name=name,
        digest=found.digest,
        is_editable=is_editable,
        files=found.files,
        manifest=text,
        programs={},
        approved_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def programs(words: Iterable[str], search_path: str) -> dict[str, str]:
    """What each word of `exec` means to whoever searches there: a real, absolute path."""
    places = [each for each in search_path.split(os.pathsep) if each.startswith("/")]
    found = {word: shutil.which(word, path=os.pathsep.join(places) or os.defpath) for word in words}
    return {
        word: os.path.realpath(path)
        for word, path in found.items()
        if path is not None and path.startswith("/")
    }


def changes(approval: Approval, found: Seen, manifest_text: str) -> list[str]:
    """What is otherwise than it was approved, in words."""
    told = list(_of_files(approval.files, found.files))
    if approval.manifest != manifest_text:
        before, now = _asked(approval.manifest), _asked(manifest_text)
        told += [f"permissions: {line}" for line in differences(before, now)]
    return told


def _of_files(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for path in sorted({*before, *now}):
        if path not in before:
            yield f"`{path}` is new"
        elif path not in now:
            yield f"`{path}` is gone"
        elif before[path][2:] != now[path][2:]:
            yield f"`{path}` was changed"
        elif before[path] != now[path]:
            yield f"`{path}` {'became' if now[path][0] == 'x' else 'is no longer'} executable"


def _asked(manifest_text: str) -> Permissions:
    """What a manifest asks for; nothing where it has an error, with which it is not loaded."""
    manifest = parse_manifest(manifest_text, FILES["gears"][0], "gears", Findings())
    return Permissions() if manifest is None else manifest.permissions


def _path(root: str, name: str) -> str:
    return f"{root}/{DIRECTORY}/{name}.json"


def _private(path: str) -> bytes:
    """The content of a file that is its owner's alone. OSError."""
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        others = stat.S_IWGRP | stat.S_IWOTH
        is_ours = status.st_uid == os.geteuid() and not status.st_mode & others
        if not stat.S_ISREG(status.st_mode) or not is_ours or status.st_size > _MOST_BYTES:
            raise PermissionError(f"{path} is no approval of ours")
        return file.read(_MOST_BYTES)
