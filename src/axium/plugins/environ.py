"""The variables of a gear's process: a few plain ones, those it was granted, and its places."""

from axium.model.steering import steers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Of the system: nothing of it is the user's to write."""

LOCALE = frozenset(
    (
        "LANG", "LANGUAGE", "LC_ALL", "LC_ADDRESS", "LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION",
        "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME", "LC_NUMERIC", "LC_PAPER",
        "LC_TELEPHONE", "LC_TIME",
    )
)  # fmt: skip
"""Not all that begins so: tokens are called `LC_ANYTHING` to have ssh pass them on."""

_PLAIN = LOCALE.union(
    (
        "HOME", "USER", "LOGNAME", "SHELL", "TZ", "PWD",
        "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
        "COLUMNS", "LINES",
        "TMUX", "TMUX_PANE", "AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE",
    )
)  # fmt: skip
"""Who and where the user is, how the terminal is, and which pane: no secrets of anybody's."""

_PRIVATE = ("TMPDIR", "XDG_CACHE_HOME", "AXIUM_DATA")
"""Where the private directories of a gear are said to it, in the order of `Policy.scratch`."""


def of_gear(
    around: "Mapping[str, str]", granted: "Iterable[str]", scratch: "Sequence[str]" = ()
) -> dict[str, str]:
    """What a gear gets of the variables `around`, those that its `env` names among them.

    `scratch` are its private directories, as its policy has them.
    """
    names = {name for name in granted if not steers(name)}
    kept = {name: value for name, value in around.items() if name in _PLAIN or name in names}
    return {**kept, "PATH": PATH, **private(scratch)}


def private(scratch: "Sequence[str]") -> dict[str, str]:
    """The variables that lead to the private directories of a gear."""
    return dict(zip(_PRIVATE, scratch, strict=False))
