"""A certificate that signed itself, for servers of tests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificate(NamedTuple):
    """Two files: what a client has to believe and a server shows, and the server's key."""

    ca: str
    key: str


def self_signed(directory: Path, host: str = "IP:127.0.0.1") -> Certificate:
    """A new one for this host."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={host}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return Certificate(str(certificate), str(key))
