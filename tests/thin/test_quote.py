"""JSON text by hand reads back as what it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from axium.thin.quote import quote, quote_list, quote_object
from axium.thin.words import decode


@given(st.text())
def test_a_quoted_text_reads_back(text: str) -> None:
    assert json.loads(quote(text)) == text


@given(st.binary())
def test_bytes_that_are_not_utf8_are_replaced(data: bytes) -> None:
    quoted = quote(decode(data))
    assert json.loads(quoted.encode()) == data.decode("utf-8", "replace")
    assert "\n" not in quoted


@given(st.lists(st.text()))
def test_a_quoted_list_reads_back(texts: list[str]) -> None:
    assert json.loads(quote_list(texts)) == texts


@given(st.dictionaries(st.text(), st.text()))
def test_a_quoted_object_reads_back(pairs: dict[str, str]) -> None:
    assert json.loads(quote_object({name: quote(text) for name, text in pairs.items()})) == pairs
