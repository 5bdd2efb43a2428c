"""What a link is; `checks` has what it can't be."""

import msgspec

STYLES = (
    "none", "truenas-password", "truenas-key", "truenas-scram", "bearer", "header", "basic",
    "aria2-token", "first-call",
)  # fmt: skip
"""How a link may log in; `header NAME` and `first-call METHOD PARAMS` have words of their own."""

PROFILES = ("jsonrpc", "truenas", "aria2", "ethereum")
"""The kinds of servers; `profiles.py` says what is particular to each."""

_BY_PATH = {"/jsonrpc": "aria2", "/api/current": "truenas", "/websocket": "truenas"}

SOURCES = ("env", "file", "cmd", "keyring")
"""Where a secret may be: `env:NAME`, `file:PATH`, `cmd:ARGV`, `keyring:SERVICE/USER`."""

PLACEHOLDER = "{{secret}}"
"""Stands for the secret in the parameters of a `first-call`."""

IDLE_SECS = 600.0
"""After so long without a request a connection is closed, unless its link says otherwise."""

LOCAL_SOCKET = "ws+unix:///var/run/middleware/middlewared.sock"
"""Where a TrueNAS link without a URI leads: to the machine itself."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream, as links.yaml has it; it never contains a secret.

    `profile` is empty where it follows from the rest. `idle` is in seconds, 0 for never.
    """

    name: str
    uri: str
    profile: str = ""
    auth: str = "none"
    user: str | None = None
    secret: str | None = None
    ca: str | None = None
    insecure: bool = False
    idle: float = IDLE_SECS
    alias: bool = False
    allow_plaintext: bool = False

    @property
    def style(self) -> str:
        """The first word of `auth`."""
        return self.auth.partition(" ")[0]

    @property
    def kind(self) -> str:
        """The profile: as it is named; else what follows from how it logs in, and from its path."""
        if self.profile:
            return self.profile
        if self.style.startswith("truenas-") or not self.uri:
            return "truenas"
        if self.style == "aria2-token":
            return "aria2"
        from urllib.parse import urlsplit  # 4 ms, for those alone whose path tells

        return _BY_PATH.get(urlsplit(self.uri).path, "jsonrpc")

    @property
    def alias_id(self) -> str:
        """What existing clients call this connection: they compute it from URI and user."""
        if not self.uri:
            return "local"
        import hashlib  # 3 ms and OpenSSL, for those alone who have an alias

        key = f"{self.uri}:{self.user}" if self.user else self.uri
        return hashlib.sha256(key.encode()).hexdigest()[:12]
