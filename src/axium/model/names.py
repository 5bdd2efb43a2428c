"""Which names may be wrapped, start a prefix, or stand for a variable."""

import re

COMMAND = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_PLUGIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_ENTRYPOINT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*:[A-Za-z_][A-Za-z0-9_]*")

OWN_COMMANDS = frozenset({"axium", "ax"})
OWNERS = frozenset({"core", "user"})
"""Who else stands where a plugin's name may: none of them can be one."""

_DAEMON_LOG = "axiumd"
"""`logs/axiumd.log` is the daemon's, and a plugin's log has its name."""

LONGEST_COMMAND = 200
"""Letters; a file is published under a command's name, and names of files end at 255 bytes."""

_RESERVED = (
    "! [[ ]] { } and begin case coproc do done elif else end esac fi for foreach function if in"
    " nocorrect not or repeat select switch then time until while"
)
"""Reserved words of bash, zsh and fish: a function of such a name can't be called."""

_ALSO_PROGRAMS = frozenset({"[", "echo", "false", "kill", "printf", "pwd", "test", "time", "true"})
"""Built-ins that are programs too, and mean the same as a program."""

_ONLY_BUILT_IN = (
    ". : alias bg bind break builtin caller cd compgen complete compopt command continue declare"
    " dirs disown enable eval exec exit export fc fg float getopts hash help history integer jobs"
    " let local logout mapfile noglob popd pushd read readarray readonly return set shift shopt"
    " source suspend times trap type typeset ulimit umask unalias unset wait"
)
_OF_THE_SHELL = _ALSO_PROGRAMS | frozenset(f"{_RESERVED} {_ONLY_BUILT_IN}".split())


def command_fault(name: str) -> str | None:
    """Why `name` can't be wrapped; None if it can."""
    if not COMMAND.fullmatch(name):
        return f"`{name}` can't be wrapped: a command is letters, digits and `_.+-`"
    if len(name) > LONGEST_COMMAND:
        start, most = name[:57], f"{LONGEST_COMMAND} letters at most"
        return f"`{start}...` can't be wrapped: a command has {most}, found {len(name)}"
    if name in OWN_COMMANDS:
        return f"`{name}` can't be wrapped: it is axium itself"
    if name in _OF_THE_SHELL:
        return f"`{name}` can't be wrapped: it is part of the shell"
    return None


def is_shell_only(word: str) -> bool:
    """Whether `word` means something to a shell alone, so that nothing could be executed.

    `echo`, `time` and their like are programs as well and are not meant.
    """
    return word in _OF_THE_SHELL and word not in _ALSO_PROGRAMS


def variable_fault(name: str) -> str | None:
    """Why `name` can't be set or unset for a child; None if it can."""
    if not VARIABLE.fullmatch(name):
        return f"`{name}` is no name of a variable: it takes letters, digits and `_`"
    if name.startswith("AXIUM_"):
        return f"`{name}` is reserved: variables that begin with `AXIUM_` belong to axium"
    return None


def plugin_fault(name: str) -> str | None:
    """Why `name` can't name a plugin; None if it can."""
    if not _PLUGIN.fullmatch(name):
        rule = "letters, digits and `._-`, at most 100 of them, the first one not `.`"
        return f"`{name}` can't name a plugin: a name is {rule}"
    if name in OWNERS or name == _DAEMON_LOG:
        return f"`{name}` can't name a plugin: it stands for you and for axium itself"
    return None


def entrypoint_fault(text: str) -> str | None:
    """Why `text` names no function of a module; None if it does."""
    if _ENTRYPOINT.fullmatch(text):
        return None
    return f"`{text}` names no function of a module"


def text_fault(text: str) -> str | None:
    """Why `text` can't be handed to a program; None if it can."""
    found = _UNSPEAKABLE.search(text)
    if found is None:
        return None
    return f"contains U+{ord(found[0]):04X}, which can't be handed to a program"
