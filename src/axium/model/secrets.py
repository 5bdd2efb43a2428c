"""Which names of properties tell that their value is a secret."""

from typing import Any

REDACTED = "***REDACTED***"
"""What is shown in the place of a secret."""

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


def redacted(value: Any) -> Any:
    """A configuration, plain data, without the values of such names at any depth."""
    if isinstance(value, dict):
        return {
            key: REDACTED if is_secret(str(key)) else redacted(each) for key, each in value.items()
        }
    return [redacted(item) for item in value] if isinstance(value, list) else value
