"""The variables of a gear's process: what is plain, what was granted, and nothing that steers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from axium.model.steering import steers
from axium.plugins.environ import PATH, of_gear

AROUND = {
    "HOME": "/home/u",
    "LANG": "C.UTF-8",
    "LC_TIME": "de_DE.UTF-8",
    "TERM": "xterm",
    "PATH": "/home/u/bin:/usr/bin",
    "TMUX": "/tmp/tmux,1,0",
    "TMUX_PANE": "%1",
    "AXIUM_HOME": "/home/u/.config/axium",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "TOKEN": "secret",
    "LC_TOKEN": "secret",
    "LD_PRELOAD": "/home/u/evil.so",
    "PYTHONPATH": "/home/u",
    "SSH_AUTH_SOCK": "/tmp/agent",
}
PLAIN = {
    "HOME": "/home/u",
    "LANG": "C.UTF-8",
    "LC_TIME": "de_DE.UTF-8",
    "TERM": "xterm",
    "TMUX": "/tmp/tmux,1,0",
    "TMUX_PANE": "%1",
    "PATH": PATH,
}


def test_it_has_the_plain_ones_and_the_path_of_the_system() -> None:
    assert of_gear(AROUND, []) == PLAIN


def test_it_has_those_that_it_was_granted_and_are_there() -> None:
    assert of_gear(AROUND, ["TOKEN", "OTHER"]) == {**PLAIN, "TOKEN": "secret"}


def test_its_private_directories_are_said_to_it() -> None:
    assert of_gear(AROUND, [], ("/s/tmp", "/s/cache", "/s/data")) == {
        **PLAIN,
        "TMPDIR": "/s/tmp",
        "XDG_CACHE_HOME": "/s/cache",
        "AXIUM_DATA": "/s/data",
    }


def test_what_leads_to_private_directories_can_not_be_granted() -> None:
    around = {**AROUND, "TMPDIR": "/home/u"}
    assert of_gear(around, ["TMPDIR"], ("/s/tmp",))["TMPDIR"] == "/s/tmp"


@given(st.sampled_from(["LD_X", "PYTHON_X", "PATH", "IFS", "BASH_ENV", "A_COMMAND", "AXIUM_HOME"]))
def test_what_steers_is_never_granted(name: str) -> None:
    assert steers(name)
    found = of_gear({**AROUND, name: "evil"}, [name])
    assert found == PLAIN
