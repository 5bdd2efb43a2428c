"""What is offered for a field: what there is, as far as it is known here."""

from __future__ import annotations

import pytest

from axium.cli.palette.form import Field
from axium.cli.palette.offers import Offers
from axium.cli.palette.switching import FOLLOW, NONE, NotSwitched, Switching
from axium.thin.catalogue import Command
from axium.thin.paths import Home
from tests.support import Scratch, Tmux
from tests.thin.publishing import Published

COMMANDS = [Command("env set\tenvironments\tMake one active.\tenv -h")]


def offered(scratch: Scratch, field: Field, text: str = "", **around: str) -> list[str]:
    """The names that are offered."""
    found = Offers(Home(str(scratch.home)), scratch.environ | around, COMMANDS)(field, text)
    return [item.name for item in found]


@pytest.fixture
def published(scratch: Scratch) -> Published:
    """Two environments, one wrapped command, one more program."""
    published = Published(scratch)
    published.write("envs", "dev", "prod")
    published.write("commands", "c1", "aws")
    published.write("links", "nas", "other")
    published.write("methods", "nas pool.query", "other core.ping")
    scratch.tool("aws", "")
    scratch.tool("kubectl", "")
    return published


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("env", "", ["dev", "prod"]),
        ("env", "p", ["prod"]),
        ("link", "", ["nas", "other"]),
        ("method", "pool", ["pool.query"]),
        ("wrapped", "", ["aws"]),
        ("wrappable", "", ["aws", "kubectl"]),
        ("rest", "kube", ["kubectl"]),
        ("rest", "aws s3 k", []),
        ("command", "es", ["env set"]),
        ("{bash,zsh}", "z", ["zsh"]),
        ("text", "x", []),
        ("pane", "", []),
        ("key", "", []),
    ],
)
def test_what_there_is_is_offered(
    scratch: Scratch, published: Published, kind: str, text: str, expected: list[str]
) -> None:
    assert offered(scratch, Field(kind), text, PATH=str(scratch.bin)) == expected


def test_the_last_of_several_is_looked_for(scratch: Scratch, published: Published) -> None:
    assert offered(scratch, Field("env", many=True), "dev pr") == ["prod"]


def test_nothing_is_offered_where_nothing_is_known(scratch: Scratch) -> None:
    kinds = ("env", "wrapped", "wrappable", "key")
    assert [offered(scratch, Field(kind), PATH="/nowhere") for kind in kinds] == [[]] * 4


def test_files_are_offered_from_where_the_text_leads(scratch: Scratch) -> None:
    place = scratch.user / "a dir"
    place.mkdir()
    for name in ("one", "two", ".hidden"):
        (place / name).touch()
    (place / "three").mkdir()
    shown = [f"{place}/{name}" for name in ("one", "three/", "two")]
    assert offered(scratch, Field("path"), f"{place}/") == shown
    assert offered(scratch, Field("path"), f"{place}/.") == [f"{place}/.hidden"]
    assert offered(scratch, Field("path"), "~/a") == [f"{place}/"]
    assert offered(scratch, Field("path"), "/nowhere/x") == []


def test_panes_are_those_of_the_server_around(scratch: Scratch, tmux: Tmux) -> None:
    pane = tmux.new_pane()
    found = Offers(Home(str(scratch.home)), scratch.environ | {"TMUX": tmux.variable}, [])
    places = [(item.name, item.help.partition(" ")[0]) for item in found(Field("pane"), "")]
    assert places == [("%0", "main:0.0"), (pane, "main:1.0")]


def test_environments_can_be_chosen_and_not_switched_without_a_daemon(
    scratch: Scratch, published: Published
) -> None:
    around = scratch.environ | {"AXIUM_NO_AUTOSTART": "1"}
    in_pane = around | {"TMUX": "/tmp/server,1,0", "TMUX_PANE": "%1"}
    assert [offer.name for offer in Switching(around).find("")] == ["dev", "prod"]
    assert [(o.name, o.help, o.value) for o in Switching(in_pane).find("")][-1] == (
        NONE,
        FOLLOW,
        None,
    )
    with pytest.raises(NotSwitched, match="the daemon is not running"):
        Switching(around).switch("prod")
