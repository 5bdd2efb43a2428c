"""Users' files of several sizes."""

from __future__ import annotations

from collections.abc import Iterable

ENVIRONMENTS = ("dev", "prod", "staging")


def envs_yaml(names: Iterable[str] = ENVIRONMENTS) -> str:
    """Environments whose prefix names them: `wrapx exec NAME --`, but none for `dev`."""
    rows = [f'  {name}: {{prefix: "{_prefix(name)}", region: r-{name}}}' for name in names]
    return "\n".join(["envs:", *rows]) + "\n"


def prefixes_yaml(rules: int = 2) -> str:
    """`aws` and `terraform`, and as many more commands as make up `rules`."""
    names = ["aws", "terraform", *(f"tool{n}" for n in range(rules - 2))]
    return "prefixes:\n" + "".join(
        f'  - command: {name}\n    prefix: "${{env.prefix}}"\n' for name in names
    )


def _prefix(name: str) -> str:
    return "" if name == "dev" else f"wrapx exec {name} --"
