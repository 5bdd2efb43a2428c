"""Which variables a plugin may hand to a program: none that changes what is loaded or found."""

from collections.abc import Mapping

from axium.model.names import VARIABLE, text_fault
from axium.model.steering import steers
from axium.wire.errors import Refusal


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
