"""Variables that change what is loaded or found: none of them comes from a plugin, or to a gear."""

_BEGINNINGS = ("LD_", "PYTHON", "AXIUM_", "BASH_FUNC_")
_END = "_COMMAND"
_NAMES = frozenset(
    {
        "BASHOPTS", "BASH_ENV", "CDPATH", "ENV", "GCONV_PATH", "GLIBC_TUNABLES", "IFS",
        "LOCPATH", "NODE_OPTIONS", "NODE_PATH", "OPENSSL_CONF", "OPENSSL_ENGINES",
        "OPENSSL_MODULES", "PATH", "PERL5LIB", "PERL5OPT", "PERLLIB", "PS4", "RUBYLIB", "RUBYOPT",
        "SHELLOPTS",
    }
)  # fmt: skip


def steers(name: str) -> bool:
    """Whether a variable says what a shell, the loader or an interpreter runs."""
    return name in _NAMES or name.startswith(_BEGINNINGS) or name.endswith(_END)
