"""A decision told part by part: what would run, and where each word of it was written."""

from collections.abc import Iterable
from typing import Any, Literal

from axium.model.marks import Mark
from axium.model.resolver import Decision, Part
from axium.model.rules import Rule
from axium.wire.envelope import Reply

Source = Literal["shell", "pane", "global"]
"""Whose environment it is that applies."""


class Explained(Reply):
    """`needs` are process variables that a rule names and the request did not tell.

    `plugin` is whose command it is (`spoke:aws`), if one's: no rule applies to it then.
    """

    pane: str | None
    env: str | None
    source: Source | None
    verdict: str
    argv: list[str]
    parts: list[dict[str, Any]]
    env_vars: dict[str, dict[str, Any]]
    unset: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    guards: list[dict[str, Any]]
    fallback: str | None
    needs: list[str]
    plugin: str | None = None


def explained(
    decision: Decision,
    args: list[str],
    rules: Iterable[Rule],
    *,
    pane: str | None,
    source: Source | None,
) -> Explained:
    """The decision with the caller's arguments in their place."""
    typed = [Part(arg, None, "an argument as it was typed") for arg in args]
    parts = [*decision.before, *typed, *decision.after]
    return Explained(
        pane=pane,
        env=decision.env,
        source=source,
        verdict=decision.verdict,
        argv=[part.word for part in parts],
        parts=[_told(part) for part in parts],
        env_vars={name: _told(part) for name, part in decision.set},
        unset=[{**_told(part), "word": name} for name, part in decision.unset],
        rules=[_told_rule(rule) for rule in rules],
        guards=[],
        fallback=decision.fallback,
        needs=list(decision.needs),
    )


def explained_of_plugin(
    plugin: str, words: list[str], *, env: str | None, pane: str | None, source: Source | None
) -> Explained:
    """A plugin's command, which is run by axium, whatever the rules say."""
    first, *typed = words
    parts = [
        Part("axium", None, f"`{first} {typed[0]}` is a command of {plugin}"),
        Part(first, None, "the command as it was typed"),
        *[Part(word, None, "an argument as it was typed") for word in typed],
    ]
    return Explained(
        pane=pane,
        env=env,
        source=source,
        verdict="ask",
        argv=[part.word for part in parts],
        parts=[_told(part) for part in parts],
        env_vars={},
        unset=[],
        rules=[],
        guards=[],
        fallback=None,
        needs=[],
        plugin=plugin,
    )


def _told(part: Part) -> dict[str, Any]:
    return {"word": part.word, "where": _place(part.where), "why": part.why}


def _told_rule(rule: Rule) -> dict[str, Any]:
    return {
        "command": rule.command,
        "form": type(rule.form).__name__,
        "owner": rule.owner,
        "where": _place(rule.where),
        "text": [template.text for template in rule.templates()],
    }


def _place(mark: Mark | None) -> str | None:
    return None if mark is None else str(mark)
