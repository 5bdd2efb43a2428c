"""Which places of the network a list has."""

import pytest

from axium.model.net_places import connecting, is_granted, listening

NET = ("example.org:443", "Intern.Example:80", "[::1]:8080", "127.0.0.1:5432")
LISTENS = ("listen:127.0.0.1:9000",)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("example.org", 443),
        ("EXAMPLE.org", 443),
        ("intern.example", 80),
        ("::1", 8080),
        ("[::1]", 8080),
        ("127.0.0.1", 5432),
    ],
)
def test_a_place_of_the_list_is_granted(host: str, port: int) -> None:
    assert is_granted(NET, connecting(host, port))


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("example.org", 80),
        ("example.org.", 443),
        ("www.example.org", 443),
        ("example.org:443", 443),
        ("xexample.org", 443),
        ("0:0:0:0:0:0:0:1", 8080),
        ("[::1]x", 8080),
        ("127.1", 5432),
        ("localhost", 5432),
        ("", 443),
        ("listen:127.0.0.1", 9000),
        ("[listen:127.0.0.1]", 9000),
    ],
)
def test_no_other_place_is(host: str, port: int) -> None:
    assert not is_granted((*NET, *LISTENS), connecting(host, port))


def test_listening_is_granted_by_its_port_alone() -> None:
    granted = [port for port in (9000, 9001, 443) if is_granted((*NET, *LISTENS), listening(port))]
    assert granted == [9000]


def test_true_is_any_place_outward() -> None:
    places = (connecting("example.org", 1), listening(9000))
    assert [is_granted(True, place) for place in places] == [True, False]
    assert [is_granted(False, place) for place in places] == [False, False]
