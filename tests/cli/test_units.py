"""What service managers are told, as text."""

from __future__ import annotations

import plistlib

import pytest

from axium.cli.units import MARK, Service, Unsuitable, launchd_agent, systemd_units

SERVICE = Service(
    name="axium",
    argv=["/opt/py 3/python", "-I", "/opt/a$b%c/main.py"],
    environ={"AXIUM_HOME": '/h/"q"\n', "SECRET": "x", "PATH": "/bin"},
    socket="axium/daemon.sock",
    link="/h/daemon.sock",
    log="/h/logs/axiumd.log",
)


def lines(text: str, *names: str) -> list[str]:
    return [line for line in text.splitlines() if line.partition("=")[0] in names]


def test_no_character_of_a_word_means_anything_to_systemd() -> None:
    units = systemd_units(SERVICE)
    assert list(units) == ["axium.socket", "axium.service"]
    assert lines(units["axium.service"], "ExecStart", "Environment") == [
        'ExecStart="/opt/py 3/python" "-I" "/opt/a$$b%%c/main.py"',
        'Environment="AXIUM_HOME=/h/\\"q\\"\\x0a"',
        'Environment="PATH=/bin"',
    ]
    assert lines(units["axium.socket"], "ListenStream", "Symlinks") == [
        "ListenStream=%t/axium/daemon.sock",
        'Symlinks="/h/daemon.sock"',
    ]
    assert all(text.startswith(f"# {MARK}\n") for text in units.values())


@pytest.mark.parametrize("place", ["/" + "s" * 107, "/a\nb", "/a "])
def test_a_place_that_cannot_stand_in_a_unit_is_refused(place: str) -> None:
    with pytest.raises(Unsuitable, match="the path of the socket"):
        systemd_units(SERVICE._replace(socket=place))


@pytest.mark.parametrize("link", ["/a\nb", "/a\rb", "/a\udcff"])
def test_a_home_that_cannot_stand_in_a_unit_is_refused(link: str) -> None:
    with pytest.raises(Unsuitable, match="the path of the config home"):
        systemd_units(SERVICE._replace(link=link))


def test_a_path_of_a_unit_keeps_what_no_line_ends_at() -> None:
    text = systemd_units(SERVICE._replace(link='/a\t"b" \\x %t'))["axium.socket"]
    assert lines(text, "Symlinks") == ['Symlinks="/a\t\\"b\\" \\\\x %%t"']


def test_launchd_is_told_the_same() -> None:
    ((name, text),) = launchd_agent(SERVICE).items()
    assert MARK in text
    assert name == "axium.daemon.plist"
    assert plistlib.loads(text.encode()) == {
        "Label": "axium.daemon",
        "ProgramArguments": SERVICE.argv,
        "EnvironmentVariables": {"AXIUM_HOME": '/h/"q"\n', "PATH": "/bin"},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "WorkingDirectory": "/",
        "Umask": 0o077,
        "StandardErrorPath": "/h/logs/axiumd.log",
    }
