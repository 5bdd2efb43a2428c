"""A short digest of bytes, for names of files."""

# What `hashlib.blake2b` is too; importing hashlib loads OpenSSL: 3 ms and 2 MiB.
from _blake2 import blake2b


def digest(data: bytes) -> str:
    """Sixteen hexadecimal digits."""
    return blake2b(data, digest_size=8).hexdigest()
