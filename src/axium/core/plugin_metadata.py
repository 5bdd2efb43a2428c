"""`HOME/spokes/.spoke_metadata.json`, and that of gears: what was installed from where.

And who may change it.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from axium.config.atomic import replace_file
from axium.config.manifests import METADATA
from axium.config.source import Unreadable, read_text
from axium.model.manifests import Kind, Manifest

LOCK = ".lock"
LOCK_SECS = 30.0
"""How long somebody else's installation is waited for."""

_LOOK_SECS = 0.05


class SpokeMetadata(msgspec.Struct):
    """How a plugin was installed; times are ISO 8601 UTC.

    `source` is `local:PATH`, `git:URL` or `registry:NAME`.
    """

    name: str
    version: str = "0.0.0"
    description: str = ""
    entrypoint: str = "main:register"
    source: str = ""
    install_mode: str = "copy"
    installed_at: str = ""
    last_loaded: str | None = None
    status: str = "not-loaded"

    def to_dict(self) -> dict[str, Any]:
        """The same as a row of the file."""
        row: dict[str, Any] = msgspec.to_builtins(self)
        return row


class Locked(Exception):
    """Somebody else installs or uninstalls for so long that it is not waited for."""


class Rows:
    """The rows of one home, and one kind, by name. What others put into them is kept."""

    def __init__(self, root: str, kind: Kind = "spokes") -> None:
        self.kind = kind
        self.directory = f"{root}/{kind}"
        self._path = f"{self.directory}/{METADATA[kind]}"

    def read(self) -> dict[str, dict[str, Any]]:
        """All of them; none where the file is missing or can't be made out."""
        try:
            text = read_text(self._path, METADATA[self.kind])
            return msgspec.json.decode(text, type=dict[str, dict[str, Any]])
        except (OSError, Unreadable, msgspec.DecodeError):
            return {}

    def put(self, metadata: SpokeMetadata, **more: Any) -> None:
        """Add a row, or write one anew, with what else is to be known; under the lock. OSError."""
        row = metadata.to_dict() | {name: value for name, value in more.items() if value}
        self._write(self.read() | {metadata.name: row})

    def put_back(self, name: str, row: dict[str, Any] | None) -> None:
        """Have a row as it was, or have none; under the lock. OSError."""
        rows = self.read()
        rest = {other: rows[other] for other in rows if other != name}
        self._write(rest if row is None else rest | {name: row})

    def drop(self, name: str) -> None:
        """Take a row away; under the lock. OSError."""
        if name in self.read():
            self.put_back(name, None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who installs; the directory is made first. Locked, OSError."""
        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        with self._held(LOCK_SECS):
            yield

    def note(self, news: Mapping[str, dict[str, Any]]) -> bool:
        """Put into rows what is known since the install; False while an install has them. OSError.

        It may be lost with the machine: it will be known again.
        """
        try:
            with self._held(0):
                known = self.read()
                made = known | {name: known.get(name, {}) | said for name, said in news.items()}
                if made != known:
                    self._write(made, durable=False)
        except Locked:
            return False
        return True

    @contextmanager
    def _held(self, most_secs: float) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(f"{self.directory}/{LOCK}", flags, 0o600)
        try:
            _take(lock, most_secs)
            yield
        finally:
            os.close(lock)

    def _write(self, rows: dict[str, dict[str, Any]], *, durable: bool = True) -> None:
        data = msgspec.json.format(msgspec.json.encode(rows), indent=2)
        replace_file(self._path, data + b"\n", durable=durable)


def metadata_of(manifest: Manifest, *, source: str, install_mode: str) -> SpokeMetadata:
    """The row of a plugin that is being installed now."""
    return SpokeMetadata(
        name=manifest.name,
        version=manifest.version,
        description=manifest.description,
        entrypoint=manifest.entrypoint,
        source=source,
        install_mode=install_mode,
        installed_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def from_row(name: str, row: dict[str, Any]) -> SpokeMetadata:
    """What a row says; what it leaves out, or has wrong, is as for one of no known source."""
    known = {key: row[key] for key in SpokeMetadata.__struct_fields__ if key in row}
    try:
        return msgspec.convert(known | {"name": name}, SpokeMetadata)
    except msgspec.ValidationError:
        return SpokeMetadata(name=name)


def _take(lock: int, most_secs: float) -> None:
    until = time.monotonic() + most_secs
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                text = f"another installation has been under way for {most_secs:g} s"
                raise Locked(text) from None
        # A lock that is waited for by the kernel could not be given up after a time.
        time.sleep(_LOOK_SECS)
