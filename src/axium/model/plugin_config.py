"""A plugin's own configuration: its file, the user's laid over it, one environment's part of both.

Contents are plain data, as YAML 1.2 has it, with a `Holed` for each text that has holes.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from axium.model.environments import Environment
from axium.model.marks import Fault, Mark
from axium.model.suggest import did_you_mean
from axium.model.templates import Scope, fill_known

Content = dict[str, Any]

DEFAULT = "default"
"""The section that every environment starts from."""


class Holed(NamedTuple):
    """A text with holes, and where it was written."""

    text: str
    where: Mark


class Part(NamedTuple):
    """What one file says; `tops` are the places of the keys at its top."""

    content: Content
    tops: Mapping[str, Mark]


class Made(NamedTuple):
    """A configuration in full, plain data, and what is to be warned of."""

    config: Content
    warnings: tuple[Fault, ...]


class MissingKey(KeyError):
    """A configuration has no value at a dotted path."""

    def __init__(self, path: str, hint: str | None) -> None:
        super().__init__(path)
        self.hint = hint

    def __str__(self) -> str:
        return f"key '{self.args[0]}' not found in config"


def made(
    parts: Iterable[Part], scope: Scope, known: Collection[str], *, env_aware: bool = True
) -> Made:
    """The configuration that `parts` are, the later ones laid over the earlier.

    `known` are the names of all environments. Without `env_aware` sections count for nothing.
    """
    whole: Content = {}
    places: dict[str, Mark] = {}
    for part in parts:
        whole = merged(whole, part.content)
        places |= part.tops
    chosen = of_environment(whole, scope.env, known) if env_aware else whole
    filling = _Filling(scope)
    config = {key: filling.value(value) for key, value in chosen.items()}
    idle = _beside_sections(whole, places) if env_aware else []
    return Made(config, (*idle, *filling.warnings))


def merged(base: Content, over: Content) -> Content:
    """`base` with `over` laid over it: mappings merge deeply, all else replaces."""
    result = dict(base)
    for key, value in over.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def of_environment(content: Content, env: Environment | None, known: Collection[str]) -> Content:
    """What holds in `env`: section `default`, and over it the section of the environment's name.

    Without a `default`, what stands beside the sections is where it starts. A content with
    neither section holds as it is.
    """
    section = content.get(env.name) if env is not None else None
    own = section if isinstance(section, dict) else {}
    if _has_default(content):
        start: Content = content[DEFAULT] or {}
        return merged(start, own)
    if not own:
        return content
    assert env is not None
    sections = {*known, env.name}
    beside = {
        key: value
        for key, value in content.items()
        if key not in sections or not isinstance(value, dict)
    }
    return merged(beside, own)


def value_at(config: Content, path: str) -> Any:
    """The value at a dotted path through mappings. MissingKey where there is none."""
    value: Any = config
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            raise MissingKey(path, _near(part, value))
        value = value[part]
    return value


def _near(part: str, value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if hint := did_you_mean(part, value):
        return hint
    return f"there are {', '.join([f'`{key}`' for key in value])}" if value else None


def _has_default(content: Content) -> bool:
    return DEFAULT in content and isinstance(content[DEFAULT], dict | None)


def _beside_sections(whole: Content, places: Mapping[str, Mark]) -> list[Fault]:
    """A warning for each key that counts for nothing, since it is in no section."""
    if not _has_default(whole):
        return []
    hint = f"put it into `{DEFAULT}`, or into the section of an environment"
    return [
        Fault(places[key], f"`{key}` has no effect beside the section `{DEFAULT}`", hint, "warning")
        for key, value in whole.items()
        if not isinstance(value, dict | None)
    ]


class _Filling:
    """The holes of one configuration while they are filled."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.warnings: list[Fault] = []

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.value(each) for key, each in value.items()}
        if isinstance(value, Holed):
            return self._text(value)
        return [self.value(item) for item in value] if isinstance(value, list) else value

    def _text(self, holed: Holed) -> str:
        text, unfilled = fill_known(holed.text, self._scope, holed.where)
        for error in unfilled:
            message = f"{error.message}; the text stays as it is written"
            self.warnings.append(Fault(holed.where, message, error.hint, "warning"))
        return text
