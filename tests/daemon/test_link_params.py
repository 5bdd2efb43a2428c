"""What a client writes as parameters goes to the server, byte for byte or as it was meant."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.daemon.services.links.one_shot import decoded, order_of
from axium.daemon.services.links.params import of_words, outgoing
from axium.links.channel import CallOrder, PingOrder, encode
from axium.wire.errors import Refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(JSON), st.sampled_from([None, 1]))
def test_words_of_json_mean_what_they_say(values: list[object], indent: int | None) -> None:
    words = [
        msgspec.json.format(msgspec.json.encode(value), indent=indent or 0) for value in values
    ]
    params = bytes(of_words([word.decode() for word in words], named=False))
    assert b"\n" not in params
    assert msgspec.json.decode(params) == msgspec.json.decode(msgspec.json.encode(values))


@given(st.text())
def test_every_word_is_one_parameter(word: str) -> None:
    params = bytes(of_words([word], named=False))
    assert b"\n" not in params
    assert len(msgspec.json.decode(params)) == 1


@pytest.mark.parametrize("words", [[], ["1"], ["{}", "{}"], ["[]"], ["text"]])
def test_named_parameters_are_one_object(words: list[str]) -> None:
    with pytest.raises(Refusal, match="one object of JSON"):
        of_words(words, named=True)


def test_an_object_goes_as_it_is() -> None:
    assert bytes(of_words(['{"a": 1.10}'], named=True)) == b'{"a": 1.10}'


@pytest.mark.parametrize("params", [b"1", b'"a"', b"null", b"true"])
def test_parameters_are_a_list_or_an_object(params: bytes) -> None:
    with pytest.raises(Refusal, match="must be a list or an object"):
        outgoing(msgspec.Raw(params))


def one_shot(line: bytes) -> CallOrder | PingOrder:
    """What a request of existing clients asks."""
    order = order_of(decoded(line), "nas")(7)
    assert isinstance(order, CallOrder | PingOrder)
    return order


def test_an_existing_client_says_little() -> None:
    order = one_shot(b'{"command": "call", "method": "m"}')
    assert (order, bytes(order.params)) == (  # type: ignore[union-attr]
        CallOrder(
            call=7,
            link="nas",
            method="m",
            params=order.params,  # type: ignore[union-attr]
            timeout=60.0,
            dialect="one-shot",
        ),
        b"[]",
    )


def test_an_existing_client_says_all() -> None:
    kwargs = b'{"timeout": 5, "job": true, "register_call": false}'
    order = one_shot(b'{"command":"call","method":"m","params":[1.10],"kwargs":%b}' % kwargs)
    assert b'"params":[1.10],"job":true,"timeout":5.0' in encode(order)


@pytest.mark.parametrize("kwargs", [b"null", b"{}", b'{"timeout": null, "job": null}'])
def test_nothing_said_is_the_default(kwargs: bytes) -> None:
    order = one_shot(b'{"command":"call","method":"m","kwargs":%b}' % kwargs)
    assert (order.timeout, getattr(order, "job", None)) == (60.0, False)


def test_a_job_has_all_the_time_it_takes() -> None:
    order = one_shot(b'{"command":"call","method":"m","kwargs":{"job":true}}')
    assert (order.timeout, getattr(order, "job", None)) == (None, True)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b'{"command": "call"}',
        b'{"command": "call", "method": 3}',
        b'{"command": "call", "method": "m", "params": 1}',
        b'{"command": "call", "method": "m", "kwargs": 3}',
        b'{"command": "call", "method": "m", "timeout": -1}',
        b'{"command": "call", "method": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_told(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        one_shot(line)
