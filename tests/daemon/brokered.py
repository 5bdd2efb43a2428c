"""What the tests of brokered calls share: a spoke that may do this and that, and asking as it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, cast

from axium.daemon.caller import Caller, Plugin
from axium.daemon.connection import Connection
from axium.daemon.context import Context
from axium.model.manifests import Manifest
from axium.model.marks import Mark
from axium.model.permissions import Permissions
from axium.wire.envelope import Handed, Reply, encode_reply
from axium.wire.errors import Refusal
from axium.wire.registry import registry
from tests.daemon.serving import Served

CREDS = Plugin("spoke", "creds")
GEAR = Plugin("gear", "creds")


class Asking(NamedTuple):
    """As much of a connection as a handler of these commands looks at."""

    caller: Caller


def load(served: Served, **may: Any) -> None:
    """Load the spoke `creds`, whose manifest asks for this."""
    manifest = Manifest(name="creds", where=Mark("m"), permissions=Permissions(**may))
    served.services.permissions.load(manifest)


def ask_as(served: Served, caller: Caller, cmd: str, **fields: Any) -> dict[str, Any]:
    """The reply to a request that comes on the channel of a plugin."""
    request = registry.decoder().decode(json.dumps({"cmd": cmd, **fields}).encode())
    context = Context(served.services, cast(Connection, Asking(caller)))

    async def asked() -> Reply:
        done = registry.of(request).handler(context, request)
        found = done if isinstance(done, Reply | Handed) else await done
        assert isinstance(found, Reply)
        return found

    try:
        reply = served.run(asked())
    except Refusal as refusal:
        return {"ok": False, "error": refusal.sentence, "code": refusal.code}
    told: dict[str, Any] = json.loads(encode_reply(reply, None))
    return told


def outcome(reply: dict[str, Any]) -> str:
    """`ok`, or the code and the sentence of a refusal."""
    return "ok" if reply["ok"] else f"{reply['code']}: {reply['error']}"
