"""The ways to log in, and how many times a minute one may."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any

from tests.support.servers.truenas.peer import Method, Peer, Refusal
from tests.support.servers.truenas.scram import ScramServer

USER, PASSWORD, KEY = "admin", "hunter2", "7-hunter3"


class Rate:
    """At most `most` logins in `secs` seconds; who tries more is locked out for `lockout`."""

    def __init__(self, most: int, secs: float, lockout: float) -> None:
        self._most, self._secs, self._lockout = most, secs, lockout
        self._times: deque[float] = deque()
        self._locked_until = float("-inf")

    def count(self) -> None:
        """One more. Refusal."""
        now = time.monotonic()
        while self._times and self._times[0] <= now - self._secs:
            self._times.popleft()
        self._times.append(now)
        if now >= self._locked_until and len(self._times) > self._most:
            self._locked_until = now + self._lockout
        if now < self._locked_until:
            raise Refusal(
                -32001, "Method call error", {"error": 16, "reason": "Rate limit exceeded"}
            )


class Logins:
    """`auth.*`."""

    def __init__(self, rate: Rate, iterations: int, counts: Counter[str]) -> None:
        self._rate = rate
        self._iterations = iterations
        self._counts = counts
        self.methods: dict[str, Method] = {
            "auth.login": self._login,
            "auth.login_with_api_key": self._login_by_key,
            "auth.login_ex": self._login_ex,
        }

    def _count(self) -> None:
        self._counts["logins"] += 1
        self._rate.count()

    async def _login(self, peer: Peer, user: str, password: str) -> bool:
        self._count()
        peer.is_known = (user, password) == (USER, PASSWORD)
        return peer.is_known

    async def _login_by_key(self, peer: Peer, key: str) -> bool:
        self._count()
        if key != KEY:
            data = {"error": 22, "reason": f"Invalid API key {key}"}
            raise Refusal(-32001, "Method call error", data)
        peer.is_known = True
        return True

    async def _login_ex(self, peer: Peer, message: dict[str, str]) -> dict[str, Any]:
        match message["mechanism"]:
            case "PASSWORD_PLAIN":
                self._count()
                peer.is_known = message["username"] == USER and message["password"] == PASSWORD
            case "API_KEY_PLAIN":
                self._count()
                peer.is_known = message["username"] == USER and message["api_key"] == KEY
            case "SCRAM":
                return await self._scram(peer, message)
        return {"response_type": "SUCCESS" if peer.is_known else "AUTH_ERR"}

    async def _scram(self, peer: Peer, message: dict[str, str]) -> dict[str, Any]:
        if message["scram_type"] == "CLIENT_FIRST_MESSAGE":
            self._count()
            secret = KEY.partition("-")[2]
            peer.scram = ScramServer(secret, iterations=self._iterations)
            return _reply("SERVER_FIRST_RESPONSE", peer.scram.first(message["rfc_str"]))
        assert peer.scram is not None
        final = peer.scram.final(message["rfc_str"])
        peer.is_known = final is not None and peer.scram.user == f"{USER}:7"
        if not peer.is_known:
            return {"response_type": "AUTH_ERR"}
        return _reply("SERVER_FINAL_RESPONSE", final)


def _reply(kind: str, text: str | None) -> dict[str, Any]:
    return {"response_type": "SCRAM_RESPONSE", "scram_type": kind, "rfc_str": text}
