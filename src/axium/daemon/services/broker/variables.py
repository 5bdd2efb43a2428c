"""Which variables a plugin may hand to a program: none that changes what is loaded or found."""

from collections.abc import Mapping

from axium.model.names import VARIABLE, text_fault
from axium.wire.errors import Refusal

_BEGINNINGS = ("LD_", "PYTHON", "AXIUM_", "BASH_FUNC_")
_END = "_COMMAND"
_NAMES = frozenset(
    {
        "BASHOPTS", "BASH_ENV", "CDPATH", "ENV", "GCONV_PATH", "GLIBC_TUNABLES", "IFS",
        "NODE_OPTIONS", "NODE_PATH", "PATH", "PERL5LIB", "PERL5OPT", "PERLLIB", "PS4", "RUBYLIB",
        "RUBYOPT", "SHELLOPTS",
    }
)  # fmt: skip


def steers(name: str) -> bool:
    """Whether a variable says what a shell, the loader or an interpreter runs."""
    return name in _NAMES or name.startswith(_BEGINNINGS) or name.endswith(_END)


def handed(given: Mapping[str, str], field: str, *, from_plugin: bool) -> dict[str, str]:
    """The variables, which are fit for a program. Refusal `invalid`, `denied`."""
    for name, value in given.items():
        if not VARIABLE.fullmatch(name):
            rule = "it takes letters, digits and `_`"
            raise Refusal("invalid", f"field `{field}`: `{name}` is no name of a variable: {rule}")
        if fault := text_fault(value):
            raise Refusal("invalid", f"field `{field}`: `{name}` {fault}")
        if from_plugin and steers(name):
            raise Refusal(
                "denied",
                f"field `{field}`: `{name}` is not taken from a plugin",
                hint="it says what is loaded or found",
            )
    return dict(given)
