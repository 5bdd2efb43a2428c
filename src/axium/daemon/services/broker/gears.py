"""What a gear has run for it runs inside its confinement, or not at all."""

from axium.daemon.caller import Caller, Plugin
from axium.daemon.services.permissions import Permissions


def refuse_gear(
    permissions: Permissions, caller: Caller, spoke: str | None, action: str, detail: str
) -> None:
    """Refuse what would run outside. Refusal `denied`."""
    if isinstance(caller, Plugin) and caller.kind == "gear":
        hint = "it would run outside of the gear's confinement"
        permissions.refuse(caller, spoke, action, detail, hint=hint)
