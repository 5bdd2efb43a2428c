"""`prefixes.yaml` made into rules."""

from axium.config.decode import decode, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import PrefixesFile, RuleEntry
from axium.model.names import command_fault, is_shell_only, variable_fault
from axium.model.rules import ArgsAppend, ArgsPrepend, EnvVars, Form, Prefix, Rule, Wrapper
from axium.model.templates import Template
from axium.model.words import split

NAME = "prefixes.yaml"


def parse(text: str, findings: Findings) -> list[Rule]:
    """The rules in order; what could not be made out is left out and told."""
    root = parse_yaml(text, NAME, findings)
    file = None if root is None else decode(root, PrefixesFile, findings)
    if file is None:
        return []
    rules = [rule for entry in file.prefixes if (rule := _rule(entry, findings)) is not None]
    _check_programs(rules, findings)
    return rules


def wrapper_rule(command: str, wrapper: str, owner: str, findings: Findings) -> Rule | None:
    """The rule of a plugin's manifest; None, and told, where it could never hold."""
    where = mark_of(command)
    if fault := command_fault(str(command)):
        findings.error(where, fault)
    if not wrapper.strip():
        findings.error(mark_of(wrapper), f"the wrapper of `{command}` is empty")
    template = _words(wrapper, findings)
    return None if template is None else Rule(str(command), where, owner, Wrapper(template))


def _rule(entry: RuleEntry, findings: Findings) -> Rule | None:
    where = mark_of(entry.command)
    command = str(entry.command)
    if fault := command_fault(command):
        findings.error(where, fault)
    for name in entry.unset:
        if fault := variable_fault(name):
            findings.error(mark_of(name), fault)
    form = _form(entry, findings)
    if form is None:
        return None
    unset = tuple(dict.fromkeys(str(name) for name in entry.unset))
    return Rule(command, where, "user", form, unset, entry.fallback)


def _form(entry: RuleEntry, findings: Findings) -> Form | None:
    given = [key for key in ("prefix", "wrapper", "strategy") if getattr(entry, key) is not None]
    if len(given) != 1:
        found = " and ".join(f"`{key}`" for key in given) or "none"
        message = f"the rule for `{entry.command}` takes one of `prefix`, `wrapper`, `strategy`"
        findings.error(mark_of(entry.command), f"{message}; found {found}")
        return None
    if entry.config is not None and entry.strategy is None:
        message = f"`config` of `{entry.command}` belongs to a `strategy`"
        findings.error(mark_of(entry.command), message)
    if entry.prefix is not None:
        template = _words(entry.prefix, findings)
        return None if template is None else Prefix(template)
    if entry.wrapper is not None:
        template = _words(entry.wrapper, findings)
        return None if template is None else Wrapper(template)
    return _strategy(entry, findings)


def _strategy(entry: RuleEntry, findings: Findings) -> Form | None:
    needed = {"wrapper": "command", "env_vars": "env"}.get(entry.strategy or "", "args")
    given = None if entry.config is None else getattr(entry.config, needed)
    if given is None:
        message = f"the strategy `{entry.strategy}` of `{entry.command}` needs `config.{needed}`"
        findings.error(mark_of(entry.command), message)
        return None
    if entry.strategy == "wrapper":
        template = _words(given, findings)
        return None if template is None else Wrapper(template)
    if entry.strategy == "env_vars":
        return EnvVars(_variables(given, findings))
    made = (_template(arg, findings) for arg in given)
    args = tuple(template for template in made if template is not None)
    return ArgsPrepend(args) if entry.strategy == "args_prepend" else ArgsAppend(args)


def _variables(given: dict[str, str], findings: Findings) -> dict[str, Template]:
    made = {}
    for name, value in given.items():
        if fault := variable_fault(name):
            findings.error(mark_of(name), fault)
        if (template := _template(value, findings)) is not None:
            made[str(name)] = template
    return made


def _template(text: str, findings: Findings) -> Template | None:
    try:
        return Template.parse(str(text), mark_of(text))
    except ValueError as error:
        hint = "write `$$` for a `$` that stands for itself"
        findings.error(mark_of(text), str(error), hint)
        return None


def _words(text: str, findings: Findings) -> Template | None:
    """The template of a prefix or wrapper; what is wrong whatever is filled in is told."""
    template = _template(text, findings)
    if template is None:
        return None
    fixed = all(kind in ("text", "home") for kind, _ in template.parts)
    kind, start = template.parts[0] if template.parts else ("text", "")
    try:
        words = split(start if kind == "text" else "")
    except ValueError as error:
        if fixed:
            findings.error(mark_of(text), f"`{text}` can't be cut into words: {error}")
        return template
    ends = fixed or len(words) > 1 or start[-1:].isspace()
    first = next((word.text for word in words if "=" not in word.text), None)
    if ends and first is not None and is_shell_only(first):
        message = f"`{first}` is part of the shell and no program"
        hint = "begin with a program; nothing here is run by a shell"
        findings.error(mark_of(text), message, hint)
    return template


def _check_programs(rules: list[Rule], findings: Findings) -> None:
    first: dict[str, Rule] = {}
    for rule in rules:
        if not rule.names_program():
            continue
        earlier = first.setdefault(rule.command, rule)
        if earlier is not rule:
            message = f"`{rule.command}` has a prefix or wrapper already, at {earlier.where}"
            findings.error(rule.where, message, "take one of them away")
