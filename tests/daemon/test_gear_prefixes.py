"""What a gear registers over its channel: the rules of its manifest, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from axium.model.manifests import Manifest
from axium.model.marks import Mark
from tests.daemon.geared import NAME, GearChannel, load_gear
from tests.daemon.serving import Served
from tests.model.making import rule, wrapper

OWN = ("ansible", "aws")
"""What the manifest wraps; the user's own file wraps `aws` too."""


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    """That of a gear which may have prefixes registered, as far as `ipc` says."""
    load_gear(served, ipc=("register_prefix",))
    rules = tuple(rule(name, wrapper("axium ansible-run --all"), owner=NAME) for name in OWN)
    manifest = Manifest(name=NAME, where=Mark("gear.yaml"), prefixes=rules)
    served.services.permissions.load(manifest)
    opened = GearChannel(served)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"wrapper": "axium ansible-run --all"},
        {"strategy": "wrapper", "config": {"command": "axium ansible-run --all"}},
        {"wrapper": "axium ansible-run --all", "spoke": NAME},
    ],
)
def test_a_rule_of_its_manifest_is_confirmed(channel: GearChannel, fields: dict[str, Any]) -> None:
    assert channel.ask("register_prefix", command="ansible", **fields) == {"ok": True}


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("ansible", {"wrapper": "axium ansible-run"}),
        ("ansible", {"wrapper": "LD_PRELOAD=/tmp/x.so axium ansible-run --all"}),
        ("ansible", {"wrapper": "sh -c 'axium ansible-run --all'"}),
        ("ansible", {"wrapper": "axium run ansible"}),
        ("ansible", {"strategy": "env_vars", "config": {"env": {"LD_PRELOAD": "/tmp/x.so"}}}),
        ("ansible", {"strategy": "env_vars", "config": {"env": {"PATH": "/tmp"}}}),
        ("ansible", {"strategy": "args_prepend", "config": {"args": ["-x"]}}),
        ("ansible", {"strategy": "args_append", "config": {"args": []}}),
        ("kubectl", {"wrapper": "axium ansible-run --all"}),
        ("bash", {"wrapper": "axium ansible-run --all"}),
        ("sudo", {"wrapper": "axium ansible-run --all"}),
        ("ssh", {"wrapper": "axium run ssh"}),
    ],
)
def test_any_other_is_denied_and_in_the_log(
    channel: GearChannel,
    command: str,
    fields: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = channel.served.ask("list_prefixed_commands")
    reply = channel.ask("register_prefix", command=command, **fields)
    assert reply == {
        "ok": False,
        "error": "permission denied: register_prefix",
        "code": "denied",
        "hint": "a gear has the prefixes of its manifest, and no others",
    }
    assert caplog.messages[-1] == (
        f"[SECURITY] spoke={NAME} action=ipc:register_prefix allowed=false"
        f" detail={command} via_override=false"
    )
    assert channel.served.ask("list_prefixed_commands") == before


def test_the_users_own_rule_for_the_command_wins(channel: GearChannel) -> None:
    reply = channel.ask("register_prefix", command="aws", wrapper="axium ansible-run --all")
    assert (reply["code"], reply["owner"]) == ("conflict", "user")


def test_the_first_registration_of_a_command_wins(channel: GearChannel) -> None:
    channel.served.ask("register_prefix", command="ansible", wrapper="echo", spoke="first")
    reply = channel.ask("register_prefix", command="ansible", wrapper="axium ansible-run --all")
    assert (reply["code"], reply["owner"]) == ("conflict", "first")


def test_on_the_public_socket_nobody_registers_in_a_gears_name(channel: GearChannel) -> None:
    fields = {"wrapper": "axium ansible-run --all", "spoke": NAME}
    reply = channel.served.ask("register_prefix", command="ansible", **fields)
    assert reply["code"] == "denied"
