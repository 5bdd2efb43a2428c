"""A decision as the tagged words of a published table."""

from collections.abc import Iterable

from axium.model.resolver import Decision


def table_words(decision: Decision, subcommands: Iterable[str] = ()) -> list[str]:
    """VERDICT, WHERE and the tagged words, as docs/architecture.md has them."""
    words = [decision.verdict, "" if decision.where is None else str(decision.where)]
    words += ["<" + part.word for part in decision.before]
    words += [">" + part.word for part in decision.after]
    words += [f"={name}={part.word}" for name, part in decision.set]
    words += ["-" + name for name, _ in decision.unset]
    if decision.fallback is not None:
        words.append("?" + decision.fallback)
    words += ["@" + word for word in subcommands]
    words += ["$" + name for name in decision.needs]
    return words
