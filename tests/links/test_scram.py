"""SCRAM-SHA-512: both sides prove that they know the secret; a server can't weaken that."""

from __future__ import annotations

import base64

import pytest

from axium.links.scram import Scram, Unsound
from tests.support.servers.truenas.scram import ScramServer

SALT = "s=" + base64.b64encode(b"saltysalt").decode()


def test_both_sides_prove_that_they_know_the_secret() -> None:
    client, server = Scram("admin", "key", "nonce"), ScramServer("key")
    proof = client.proof(server.first(client.first))()
    final = server.final(proof)
    assert final is not None
    client.check(final)


def test_who_does_not_know_the_secret_is_not_believed() -> None:
    client, server = Scram("admin", "wrong", "nonce"), ScramServer("key")
    assert server.final(client.proof(server.first(client.first))()) is None


def test_a_server_that_does_not_know_the_secret_is_not_believed() -> None:
    client = Scram("admin", "key", "nonce")
    server = ScramServer("other")
    client.proof(server.first(client.first))()
    with pytest.raises(Unsound, match="can't prove"):
        client.check("v=" + base64.b64encode(b"x" * 64).decode())


def test_a_proof_that_was_never_computed_is_not_believed() -> None:
    with pytest.raises(Unsound, match="can't prove"):
        Scram("admin", "key", "nonce").check("v=")


def test_a_name_can_not_add_fields() -> None:
    assert Scram("a=b,c", "key", "nonce").first == "n,,n=a=3Db=2Cc,r=nonce"


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (f"r=other,{SALT},i=4096", "does not continue ours"),
        (f"r=nonce,{SALT},i=4096", "does not continue ours"),
        (f"m=x,r=nonce1,{SALT},i=4096", "an extension"),
        (f"r=nonce1,{SALT},i=4095", "4095 iterations"),
        (f"r=nonce1,{SALT},i=5000001", "5000001 iterations"),
        (f"r=nonce1,{SALT},i={'9' * 30}", "no number"),
        (f"r=nonce1,{SALT},i=-1", "no number"),
        (f"r=nonce1,{SALT}", "no number"),
        ("r=nonce1,s=c2FsdA==,i=4096", "less than 8 bytes"),
        ("r=nonce1,s=%%,i=4096", "less than 8 bytes"),
        (f"r=nonce1,{SALT},i=4096,i=9999", "twice"),
        ("", "does not continue ours"),
    ],
)
def test_a_server_can_not_weaken_it(first: str, said: str) -> None:
    with pytest.raises(Unsound, match=said):
        Scram("admin", "key", "nonce").proof(first)


@pytest.mark.parametrize("final", ["e=invalid-proof", "v=!!", "", "v=eHh4"])
def test_a_server_that_refuses_or_babbles_is_not_believed(final: str) -> None:
    client, server = Scram("admin", "key", "nonce"), ScramServer("key")
    client.proof(server.first(client.first))()
    with pytest.raises(Unsound):
        client.check(final)
