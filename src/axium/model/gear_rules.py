"""What a gear may wrap, and by what: a command of its own, which runs in its confinement."""

from collections.abc import Collection, Iterable, Iterator

from axium.model.marks import Fault
from axium.model.names import OWN_COMMANDS
from axium.model.rules import Rule, Wrapper
from axium.model.words import split

PROGRAM = "axium"
"""The first word of every wrapper; `ax` is what a person types."""

_SHELLS = (
    "ash bash csh dash elvish fish ksh mksh nu nushell oksh posh pwsh rbash sh tcsh xonsh yash zsh"
)
_RIGHTS = "busybox doas env login pkexec run0 runuser su sudo sudoedit toybox"
_KEYS = "autossh mosh scp sftp slogin ssh ssh-add ssh-agent ssh-copy-id ssh-keygen sshpass"

NEVER_WRAPPED = OWN_COMMANDS | frozenset(f"{_SHELLS} {_RIGHTS} {_KEYS}".split())
"""Shells; what runs others, or with other rights; what is told passwords; axium itself."""

LONGEST = 1000
"""Letters of a wrapper: people are shown it before they approve."""


def faults(rule: Rule, core: Collection[str]) -> list[Fault]:
    """Why a gear can't have this rule; none if it can.

    `core` are the first words of axium's own commands, of which `run` runs anything. Whether the
    rule's words name a command of that gear is known when that is loaded: `is_of`.
    """
    return list(_faults(rule, core))


def repeated(rules: Iterable[Rule]) -> Iterator[Fault]:
    """The rules of one gear for a command that an earlier one of them wraps already."""
    first: dict[str, Rule] = {}
    for rule in rules:
        earlier = first.setdefault(rule.command, rule)
        if earlier is not rule:
            message = f"`{rule.command}` is wrapped already, at {earlier.where}"
            yield Fault(rule.where, message, "take one of them away")


def final_argv(rule: Rule) -> list[str]:
    """The words that stand instead of the command, in any environment; its arguments follow."""
    return [word.text for word in split(_text(rule))]


def is_of(rule: Rule, commands: Collection[str]) -> bool:
    """Whether the words run one of these commands, each of which has its whole name here."""
    words = final_argv(rule)[1:]
    return any(" ".join(words[:count]) in commands for count in range(1, len(words) + 1))


def is_among(rule: Rule, approved: Iterable[Rule]) -> bool:
    """Whether the rule says what one of the approved ones does."""
    said = (rule.command, type(rule.form), _text(rule))
    return any(said == (each.command, type(each.form), _text(each)) for each in approved)


def _faults(rule: Rule, core: Collection[str]) -> Iterator[Fault]:
    if rule.command in NEVER_WRAPPED:
        why = "a gear wraps no shell, and nothing that is told passwords or that starts axium"
        yield Fault(rule.where, f"`{rule.command}` can't be wrapped by a gear", why)
    message = _wrapper_fault(rule, core)
    if message is not None:
        where = rule.form.template.where if isinstance(rule.form, Wrapper) else rule.where
        hint = f"write `{PROGRAM}`, a command of the gear, and what this always gets"
        yield Fault(where, f"the wrapper of `{rule.command}` {message}", hint)


def _wrapper_fault(rule: Rule, core: Collection[str]) -> str | None:
    if not isinstance(rule.form, Wrapper) or rule.unset or rule.fallback:
        return "is more than words that stand instead of it"
    template = rule.form.template
    if any(kind != "text" for kind, _text in template.parts):
        return "has something that is filled in, which a gear's has not"
    if not template.text.isprintable():
        return "has characters that can't be shown"
    if len(template.text) > LONGEST:
        return f"has {len(template.text)} letters, at most {LONGEST}"
    try:
        return _words_fault(final_argv(rule), core)
    except ValueError:
        return None  # told where the text was read


def _words_fault(words: list[str], core: Collection[str]) -> str | None:
    if words[:1] != [PROGRAM]:
        found = f", found `{words[0]}`" if words else ""
        return f"has to begin with `{PROGRAM}`{found}"
    if len(words) == 1 or not words[1] or words[1].startswith("-") or "=" in words[1]:
        found = f", found `{words[1]}`" if len(words) > 1 else ""
        return f"has to go on with a command of the gear{found}"
    if words[1] in core:
        return f"can't be `{PROGRAM} {words[1]}`, which is axium's own"
    return None


def _text(rule: Rule) -> str:
    """The wrapper's text as it is cut into words; empty where there is none."""
    if not isinstance(rule.form, Wrapper):
        return ""
    return "".join([text for _kind, text in rule.form.template.parts])
