"""Names of tmux servers and panes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.panes import (
    Server,
    pane_key,
    parse_server,
    server_name,
    split_key,
    valid_pane,
)

DEFAULT_SOCKET = "/tmp/tmux-0/default"


def server(socket: str) -> Server:
    return Server(socket, 7, "1@boot")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/tmp/tmux-0/default,123,0", ("/tmp/tmux-0/default", 123)),
        ("/tmp/tmux-0/default,123", ("/tmp/tmux-0/default", 123)),
        ("/tmp/tmux-0/default,123,-1", ("/tmp/tmux-0/default", 123)),
        ("/tmp/a b's\",c,123,4", ("/tmp/a b's\",c", 123)),
        ("/tmp/a,5,123,4", ("/tmp/a,5", 123)),
        ("/tmp/line\nbreak,123,4", ("/tmp/line\nbreak", 123)),
    ],
)
def test_a_server_is_read_from_either_form(text: str, expected: tuple[str, int]) -> None:
    assert parse_server(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/tmp/x",
        "tmp/x,1,0",
        "/tmp/x,0,0",
        "/tmp/x,-1,0",
        "/tmp/x,1,0\n",
        "/tmp/\0,1,0",
        "/tmp/x,٣,0",
        "/tmp/x,12345678901",
    ],
)
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a tmux server: "):
        parse_server(text)


def test_a_path_that_no_socket_could_have_is_refused() -> None:
    longest = "/" + 53 * "é"
    assert parse_server(f"{longest},1,0") == (longest, 1)
    with pytest.raises(ValueError, match="its socket's path has 107 bytes at most, found 108"):
        parse_server(f"{longest}e,1,0")


@pytest.mark.parametrize(
    ("socket", "known", "expected"),
    [
        (DEFAULT_SOCKET, {}, "default"),
        ("/tmp/tmux-0/work", {}, "work"),
        ("/tmp/tmux-0/work", {"work": server("/tmp/tmux-0/work")}, "work"),
        ("/other/work", {"work": server("/tmp/tmux-0/work")}, "/other/work"),
        ("/other/default", {}, "/other/default"),
        ("/other/work", {"/other/work": server("/other/work")}, "/other/work"),
    ],
)
def test_a_server_has_a_short_name_where_that_is_free(
    socket: str, known: dict[str, Server], expected: str
) -> None:
    assert server_name(socket, known, DEFAULT_SOCKET) == expected


def test_a_server_has_the_ticks_of_its_start() -> None:
    assert Server("/s", 1, "4711@b-o-o-t").ticks == "4711"


@given(
    name=st.text(min_size=1).filter(lambda name: name != "default"),
    number=st.integers(0, 2**32 - 1),
)
def test_a_key_gives_back_what_it_was_made_of(name: str, number: int) -> None:
    for whose in ("default", name):
        assert split_key(pane_key(whose, f"%{number}")) == (whose, f"%{number}")


@pytest.mark.parametrize("key", ["", "1", "work", "work:", ":%1", "work:1", "default:%1", "%1:"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a pane: "):
        split_key(key)


@pytest.mark.parametrize("text", ["%0", "%12", "%4294967295"])
def test_a_pane_is_named_as_tmux_writes_it(text: str) -> None:
    assert valid_pane(text)


@pytest.mark.parametrize("text", ["", "%", "1", "%01", "%-1", "%1\n", " %1", "%٣", "%12345678901"])
def test_nothing_else_names_a_pane(text: str) -> None:
    assert not valid_pane(text)
