"""Which names of properties tell that their value is a secret."""

_SECRET = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "key",
        "api_key",
        "apikey",
        "credential",
        "cred",
        "auth",
        "authorization",
    }
)


def is_secret(path: str) -> bool:
    """Whether the last part of a dotted path is such a name (spec: `config show --redact`)."""
    return path.rpartition(".")[2].lower() in _SECRET
