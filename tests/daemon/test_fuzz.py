"""Whatever a client sends, it gets exactly one valid answer, and the daemon goes on as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import axium.daemon.commands  # noqa: F401  (registers every command)
from axium.daemon.text import WITH_REST
from axium.model.state import State
from axium.thin.words import unframe
from axium.wire.errors import Code
from axium.wire.registry import Command, registry
from tests.daemon.serving import Served
from tests.support.scratch import make_scratch

# Ending the daemon is tried elsewhere; a server that is told to show the HUD must be a real one.
# What runs programs and writes files is asked for in the name of a plugin that is not there.
AS_PLUGIN = {"daemon_exec", "read_file", "write_file", "tmux_split_run", "tmux_send_keys"}
COMMANDS = [command for command in registry if command.name != "stop"]
MUCH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.sampled_from(
    ["dev", "prod", "root", "aws", "vault", "kubectl", "hud", "envs", "%1", "%2", "work:%3", "env"]
)
TEXT = NAMES | st.text(max_size=20) | st.sampled_from(["", "\0", "\n", "#(id)", "$HOME", "'", "${"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
IDS = st.integers() | TEXT


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One daemon for all examples: what one leaves behind, the next one meets."""
    scratch = make_scratch()
    served = Served(scratch)
    yield served
    served.close()
    scratch.close()


def well_typed(command: Command) -> st.SearchStrategy[dict[str, Any]]:
    """Requests of a command whose fields have the right types, or are left out."""
    schema = msgspec.json.schema(command.requests[0])
    definitions = schema["$defs"]
    made = definitions[schema["$ref"].rpartition("/")[2]]
    given_ = {
        name: field(spec, definitions)
        for name, spec in made["properties"].items()
        if name not in {"cmd", "id"}
    }
    required = set(made["required"]) - {"cmd"}
    return st.fixed_dictionaries(
        {name: made for name, made in given_.items() if name in required},
        optional={name: made for name, made in given_.items() if name not in required},
    )


def field(spec: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a JSON Schema allows, and some that only its types do."""
    if "anyOf" in spec:
        return st.one_of([field(one, definitions) for one in spec["anyOf"]])
    if "$ref" in spec:
        inner = definitions[spec["$ref"].rpartition("/")[2]]["properties"]
        return st.fixed_dictionaries(
            {}, optional={name: field(one, definitions) for name, one in inner.items()}
        )
    if "enum" in spec:
        return st.sampled_from(spec["enum"])
    items = spec.get("items") or {}
    values = spec.get("additionalProperties") or {}
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXT,
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
        "array": st.lists(field(items, definitions), max_size=3) if items else st.lists(JSON),
        "object": st.dictionaries(TEXT, field(values, definitions) if values else JSON, max_size=3),
    }
    return kinds[spec["type"]] if "type" in spec else JSON


def judged(served: Served, raw: bytes) -> dict[str, Any]:
    """The one JSON line that a request without id gets, found to be a proper reply."""
    answer = served.send(raw)
    assert (answer.count(b"\n"), answer[-1:]) == (1, b"\n")
    reply: dict[str, Any] = json.loads(answer)
    assert "inside the daemon" not in reply.get("error", "")
    if not reply["ok"]:
        assert (reply["code"] in get_args(Code), bool(reply["error"])) == (True, True)
    return reply


def unharmed(served: Served) -> None:
    """The state on disk is the one in force, and valid."""
    state = msgspec.json.decode((served.scratch.home / "state.json").read_bytes(), type=State)
    assert state == served.services.store.committed.state
    assert {*state.panes.values(), state.active_env} <= {"root", "dev", "prod"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@MUCH
@given(data=st.data())
def test_a_well_typed_request_gets_one_reply(
    served: Served, command: Command, data: st.DataObject
) -> None:
    fields = data.draw(well_typed(command))
    name = data.draw(st.sampled_from(command.names))
    if name in AS_PLUGIN:
        fields["spoke"] = "nobody"
    judged(served, json.dumps({**fields, "cmd": name}).encode() + b"\n")
    unharmed(served)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@settings(MUCH, max_examples=30)
@given(data=st.data())
def test_an_ill_typed_request_gets_one_reply(
    served: Served, command: Command, data: st.DataObject
) -> None:
    known = st.sampled_from(command.requests[0].__struct_fields__)
    fields = data.draw(st.dictionaries(known | TEXT, JSON, max_size=4))
    fields.pop("id", None)
    if command.name in AS_PLUGIN:
        fields["spoke"] = "nobody"
    judged(served, json.dumps({**fields, "cmd": command.name}).encode() + b"\n")
    unharmed(served)


@MUCH
@given(body=st.dictionaries(st.sampled_from(["cmd", "id", "spoke"]) | TEXT, JSON, max_size=4))
def test_any_object_gets_one_reply_with_its_id(served: Served, body: dict[str, Any]) -> None:
    if str(body.get("cmd")) in AS_PLUGIN:
        body["spoke"] = "nobody"
    client = served.client(json.dumps(body, ensure_ascii=False).encode() + b"\n")
    reply = client.reply()
    assert type(reply["ok"]) is bool
    if "id" in reply:
        assert reply["id"] == body["id"]
    else:
        assert client.rest() == b""


@MUCH
@given(st.binary(max_size=60).filter(lambda raw: b"\n" not in raw))
def test_any_bytes_get_at_most_one_line(served: Served, raw: bytes) -> None:
    answer = served.send(raw + b"\n")
    assert answer.count(b"\n") == (1 if _is_utf8(raw) or raw.lstrip()[:1] == b"{" else 0)


@MUCH
@given(st.binary(max_size=60).filter(lambda raw: b"\n" not in raw))
def test_any_bytes_after_a_brace_are_a_bad_request(served: Served, raw: bytes) -> None:
    reply = judged(served, b"{" + raw + b"\n")
    assert reply["ok"] is False


@MUCH
@given(verb=st.sampled_from(sorted(WITH_REST.keys() - {"PLAN"})), rest=st.text(max_size=40))
def test_a_text_verb_gets_one_line_whatever_follows(served: Served, verb: str, rest: str) -> None:
    answer = served.send(f"{verb} {rest}".replace("\n", " ").encode("utf-8", "replace") + b"\n")
    assert (answer.count(b"\n"), answer[-1:]) == (1, b"\n")
    assert b"the daemon failed" not in answer


@MUCH
@given(
    st.fixed_dictionaries(
        {"command": TEXT},
        optional={
            "args": st.lists(TEXT, max_size=2),
            "pane": TEXT,
            "server": TEXT | st.just("/tmp/x,1,0"),
            "cwd": TEXT,
            "variables": st.dictionaries(st.just("VAULT_USER") | TEXT, st.none() | TEXT),
        },
    )
    | JSON
)
def test_a_plan_is_published_words_whatever_it_is_asked(served: Served, asked: Any) -> None:
    words = unframe(served.send(b"PLAN " + json.dumps(asked).encode() + b"\n"))
    assert words[0] in {"go", "ask", "no"}


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
