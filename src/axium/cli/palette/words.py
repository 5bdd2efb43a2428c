"""A command line's words: as somebody types them, and as a shell would want them typed."""

_PLAIN = {
    ord(letter): None
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"
}


def split(text: str) -> list[str]:
    """The words of `text`, with quotes and backslashes as a shell has them, nothing expanded.

    ValueError where a quote is not closed.
    """
    if not text.translate(_PLAIN).strip():
        return text.split()
    # 1 ms and more, for `re`: only where there is something to take apart.
    import shlex

    return shlex.split(text)


def quoted(word: str) -> str:
    """`word` as it is typed in a shell; what can't be shown is written in bash's `$'...'`."""
    if word and not word.translate(_PLAIN):
        return word
    if word.isprintable():
        return "'" + word.replace("'", "'\\''") + "'"
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join([visible(letter) for letter in escaped]) + "'"


def visible(text: str) -> str:
    """`text` on one line that a terminal only shows: what is no letter of it is escaped."""
    if text.isprintable():
        return text
    return "".join([letter if letter.isprintable() else _escape(letter) for letter in text])


def _escape(letter: str) -> str:
    # A byte that was not UTF-8 is told as the byte that it is.
    is_byte = 0xDC80 <= ord(letter) <= 0xDCFF
    return f"\\x{ord(letter) - 0xDC00:02x}" if is_byte else ascii(letter)[1:-1]
