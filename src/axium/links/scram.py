"""SCRAM-SHA-512 (RFC 5802), the client's side, with bounds on what a server may ask for."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping

FEWEST, MOST = 4_096, 5_000_000
"""Iterations: fewer would give the secret away, more would take seconds."""

_NO_BINDING = "n,,"


class Unsound(ValueError):
    """What the server said breaks the protocol, or would weaken it."""


class Scram:
    """One exchange. `nonce` must never be used twice."""

    def __init__(self, user: str, secret: str, nonce: str) -> None:
        self._secret = secret
        self._nonce = nonce
        self._bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
        self._expected = b""

    @property
    def first(self) -> str:
        """The client's first message."""
        return _NO_BINDING + self._bare

    def proof(self, server_first: str) -> Callable[[], str]:
        """What computes the client's final message, which takes long. Unsound."""
        fields = _fields(server_first)
        nonce = fields.get("r", "")
        if not nonce.startswith(self._nonce) or len(nonce) == len(self._nonce):
            raise Unsound("the server's nonce does not continue ours")
        if "m" in fields:
            raise Unsound("the server wants an extension of SCRAM that is not known")
        salt, count = _salt(fields.get("s", "")), _count(fields.get("i", ""))
        channel = base64.b64encode(_NO_BINDING.encode()).decode()
        final = f"c={channel},r={nonce}"
        message = f"{self._bare},{server_first},{final}".encode()

        def compute() -> str:
            salted = hashlib.pbkdf2_hmac("sha512", self._secret.encode(), salt, count)
            key = _hmac(salted, b"Client Key")
            signature = _hmac(hashlib.sha512(key).digest(), message)
            self._expected = _hmac(_hmac(salted, b"Server Key"), message)
            proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
            return f"{final},p={base64.b64encode(proof).decode()}"

        return compute

    def check(self, server_final: str) -> None:
        """That the server knows the secret too. Unsound where it does not."""
        fields = _fields(server_final)
        if "e" in fields:
            raise Unsound("the server refuses the proof")
        try:
            found = base64.b64decode(fields.get("v", ""), validate=True)
        except binascii.Error:
            found = b""
        if not self._expected or not hmac.compare_digest(found, self._expected):
            raise Unsound("the server can't prove that it knows the secret")


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha512")


def _fields(message: str) -> Mapping[str, str]:
    pairs = [part.partition("=") for part in message.split(",")]
    fields = {name: value for name, _equals, value in pairs}
    if len(fields) != len(pairs):
        raise Unsound("the server names a field of SCRAM twice")
    return fields


def _salt(text: str) -> bytes:
    try:
        salt = base64.b64decode(text, validate=True)
    except binascii.Error:
        salt = b""
    if len(salt) < 8:
        raise Unsound("the server's salt has less than 8 bytes")
    return salt


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Unsound("the server names no number of iterations")
    count = int(text)
    if not FEWEST <= count <= MOST:
        raise Unsound(f"the server wants {count} iterations, and {FEWEST} to {MOST} are done")
    return count
