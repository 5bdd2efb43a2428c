"""The server's side of SCRAM-SHA-512, to prove the client's against."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache


def _mac(key: bytes, data: str) -> bytes:
    return hmac.digest(key, data.encode(), "sha512")


@cache
def _salted(secret: str, salt: bytes, iterations: int) -> bytes:
    """What a server stores once, when the secret is set."""
    return hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, iterations)


class ScramServer:
    """One exchange with somebody who should know `secret`."""

    def __init__(self, secret: str, *, iterations: int = 4096, salt: bytes = b"saltysalt") -> None:
        salted = _salted(secret, salt, iterations)
        self._stored = hashlib.sha512(_mac(salted, "Client Key")).digest()
        self._key = _mac(salted, "Server Key")
        self._rest = f"s={base64.b64encode(salt).decode()},i={iterations}"
        self._before = ""
        self.user = ""

    def first(self, message: str) -> str:
        """The answer to the client's first message."""
        bare = message.removeprefix("n,,")
        self.user, nonce = (part.split("=", 1)[1] for part in bare.split(",", 1))
        reply = f"r={nonce}server,{self._rest}"
        self._before = f"{bare},{reply}"
        return reply

    def final(self, message: str) -> str | None:
        """The answer to its proof; None where it does not know the secret."""
        without, _, proof = message.rpartition(",p=")
        signature = _mac(self._stored, f"{self._before},{without}")
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if hashlib.sha512(key).digest() != self._stored:
            return None
        return "v=" + base64.b64encode(_mac(self._key, f"{self._before},{without}")).decode()
