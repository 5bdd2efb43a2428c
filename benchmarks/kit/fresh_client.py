"""What there is without a daemon: connect, log in, call once; as short as it can be in Python.

`python -I fresh_client.py URI key|scram USER KEY METHOD`
"""

import base64
import hashlib
import hmac
import json
import os
import sys
from typing import Any

from websockets.sync.client import ClientConnection, connect


def main(uri: str, style: str, user: str, key: str, method: str) -> None:
    with connect(uri, compression=None) as socket:
        if style == "scram":
            log_in(socket, user, *key.split("-", 1))
        else:
            assert ask(socket, "auth.login_with_api_key", key) is True
        print(json.dumps(ask(socket, method)))


def ask(socket: ClientConnection, method: str, *params: Any) -> Any:
    socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    return json.loads(socket.recv())["result"]


def log_in(socket: ClientConnection, user: str, number: str, secret: str) -> None:
    """SCRAM-SHA-512."""
    first = f"n={user}:{number},r={base64.b64encode(os.urandom(32)).decode()}"
    server_first = say(socket, "CLIENT_FIRST_MESSAGE", f"n,,{first}")
    fields = dict(part.split("=", 1) for part in server_first.split(","))
    salt, count = base64.b64decode(fields["s"]), int(fields["i"])
    salted = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, count)
    client_key = mac(salted, "Client Key")
    final = f"c={base64.b64encode(b'n,,').decode()},r={fields['r']}"
    message = f"{first},{server_first},{final}"
    signature = mac(hashlib.sha512(client_key).digest(), message)
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    proved = f"{final},p={base64.b64encode(proof).decode()}"
    told = say(socket, "CLIENT_FINAL_MESSAGE", proved)
    assert told == "v=" + base64.b64encode(mac(mac(salted, "Server Key"), message)).decode()


def say(socket: ClientConnection, kind: str, text: str) -> str:
    message = {"mechanism": "SCRAM", "scram_type": kind, "rfc_str": text}
    told: str = ask(socket, "auth.login_ex", message)["rfc_str"]
    return told


def mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha512")


if __name__ == "__main__":
    main(*sys.argv[1:])
