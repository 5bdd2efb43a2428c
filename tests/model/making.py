"""Short ways to environments, rules and decisions for the tests of the model."""

from collections.abc import Mapping

from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.marks import Mark
from axium.model.resolver import Decision, resolve
from axium.model.rules import (
    ArgsAppend,
    ArgsPrepend,
    EnvVars,
    Form,
    Prefix,
    Rule,
    RuleBook,
    Wrapper,
)
from axium.model.templates import Template

RULE = Mark("prefixes.yaml", 3, 13)
VALUE = Mark("envs.yaml", 4, 13)


def environment(name: str = "prod", *, unset: tuple[str, ...] = (), **texts: str) -> Environment:
    return environment_of(texts, name, unset=unset)


def environment_of(
    texts: dict[str, str], name: str = "prod", *, unset: tuple[str, ...] = ()
) -> Environment:
    marks = dict.fromkeys([*texts, *(["unset"] if unset else [])], VALUE)
    return Environment(name, Mark("envs.yaml", 2, 3), dict(texts), texts, marks, unset)


def template(text: str) -> Template:
    return Template.parse(text, RULE)


def rule(command: str, form: Form, *, owner: str = "user", unset: tuple[str, ...] = ()) -> Rule:
    return Rule(command, RULE, owner, form, unset)


def prefix(text: str) -> Prefix:
    return Prefix(template(text))


def wrapper(text: str) -> Wrapper:
    return Wrapper(template(text))


def prepend(*args: str) -> ArgsPrepend:
    return ArgsPrepend(tuple(template(arg) for arg in args))


def append(*args: str) -> ArgsAppend:
    return ArgsAppend(tuple(template(arg) for arg in args))


def env_vars(**variables: str) -> EnvVars:
    return EnvVars({name: template(text) for name, text in variables.items()})


def configuration(*rules: Rule) -> Configuration:
    return Configuration(rules=RuleBook().with_user(rules))


def decide(
    *forms: Form,
    command: str = "aws",
    env: Environment | None = None,
    pane: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Decision:
    """Resolve `command` by user's rules of these forms; home is `/home/ann`."""
    rules = [rule(command, form) for form in forms]
    return resolve(
        configuration(*rules), command, env=env, pane=pane, variables=variables, home="/home/ann"
    )


def argv(decision: Decision) -> list[str]:
    """Return the words before and after the caller's arguments, which stand as `...`."""
    return [*(p.word for p in decision.before), "...", *(p.word for p in decision.after)]


def variables(decision: Decision) -> dict[str, str]:
    return {name: part.word for name, part in decision.set}
