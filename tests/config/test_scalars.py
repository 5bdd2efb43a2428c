"""Plain scalars are typed by the core schema of YAML 1.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.config.scalars import Value, plain_value, tagged_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("12", 12),
        ("-7", -7),
        ("0777", 777),
        ("0o17", 15),
        ("0xff", 255),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 30, "9" * 30),
        ("-1000000000000000000", "-1000000000000000000"),
        ("2024-01-01", "2024-01-01"),
        ("0b1", "0b1"),
        ("1.2.3", "1.2.3"),
        ("\u0663", "\u0663"),
    ],
)
def test_a_plain_scalar_is_what_it_looks_like(text: str, value: Value) -> None:
    found = plain_value(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [("12", "str", "12"), ("12", "int", 12), ("12", "float", 12.0), ("", "null", None)],
)
def test_a_tag_decides(text: str, tag: str, value: Value) -> None:
    found = tagged_value(text, tag)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("tag", ["null", "bool", "int", "float"])
def test_a_text_that_does_not_fit_its_tag_is_an_error(tag: str) -> None:
    with pytest.raises(ValueError, match=f"`x` does not fit its tag `!!{tag}`"):
        tagged_value("x", tag)


@given(st.text())
def test_every_text_has_a_value(text: str) -> None:
    assert isinstance(plain_value(text), str | int | float | None)
