"""The form of everything that is published: words that end in NUL, between a version and `end`."""

VERSION = "axium1"
END = "end"


def frame(words: list[str]) -> bytes:
    """The bytes of a published file. ValueError for a NUL in a word."""
    for word in words:
        if "\0" in word:
            raise ValueError(f"a NUL byte in the word {word!r}")
    return encode("\0".join([VERSION, *words, END, ""]))


def unframe(data: bytes) -> list[str]:
    """The words between version and `end`. ValueError where the file is damaged."""
    words = decode(data).split("\0")
    if len(words) < 3 or words[0] != VERSION or words[-2] != END or words[-1]:
        raise ValueError("not a whole published file")
    return words[1:-2]


def encode(text: str) -> bytes:
    """The bytes of `text`, those included that were not UTF-8 when it was decoded."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """`data` as text; bytes that are not UTF-8 become surrogates, which `encode` restores."""
    return data.decode("utf-8", "surrogateescape")
