"""Where files are: every rule about AXIUM_HOME, XDG directories and pane identity."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from axium.thin import paths


@pytest.mark.parametrize(
    ("environ", "root"),
    [
        ({"HOME": "/h"}, "/h/.config/axium"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "/c/axium"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "relative"}, "/h/.config/axium"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "AXIUM_HOME": "/a b/"}, "/a b"),
        ({"HOME": "/h", "AXIUM_HOME": ""}, "/h/.config/axium"),
        ({"HOME": "/h", "AXIUM_HOME": "here"}, f"{os.getcwd()}/here"),
    ],
)
def test_the_config_home_follows_the_environment(environ: dict[str, str], root: str) -> None:
    assert paths.home_of(environ).root == root


def test_the_config_home_needs_no_variable_at_all() -> None:
    assert paths.home_of({}).root == f"{os.path.expanduser('~')}/.config/axium"


def test_the_socket_is_the_link_in_the_home_unless_named() -> None:
    assert paths.socket_path({"HOME": "/h"}) == "/h/.config/axium/daemon.sock"
    assert paths.socket_path({"HOME": "/h", "AXIUM_SOCKET": "/s"}) == "/s"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return runtime


def test_the_default_home_has_the_plain_runtime_directory(private: Path) -> None:
    environ = {"HOME": "/h", "XDG_RUNTIME_DIR": str(private)}
    home = paths.home_of(environ)
    assert paths.runtime_dir(home, environ) == f"{private}/axium"
    named = environ | {"AXIUM_HOME": "/h/.config/axium"}
    assert paths.runtime_dir(paths.home_of(named), named) == f"{private}/axium"


def test_two_homes_never_share_a_runtime_or_a_state_directory(private: Path) -> None:
    environ = {"HOME": "/h", "XDG_RUNTIME_DIR": str(private), "XDG_STATE_HOME": "/s"}
    names = []
    for place in ("/one", "/two"):
        home = paths.home_of(environ | {"AXIUM_HOME": place})
        runtime = paths.runtime_dir(home, environ).removeprefix(f"{private}/axium-")
        assert paths.state_dir(home, environ) == f"/s/axium-{runtime}"
        names.append(runtime)
    assert names[0] != names[1]
    assert all(8 <= len(name) <= 16 and set(name) <= set("0123456789abcdef") for name in names)


def test_a_home_behind_a_link_is_the_same_home(private: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    environ = {"HOME": "/h", "XDG_RUNTIME_DIR": str(private)}
    link, real = (paths.Home(f"{tmp_path}/{name}") for name in ("link", "real"))
    assert paths.runtime_dir(link, environ) == paths.runtime_dir(real, environ)


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o500, 0o1777])
def test_a_runtime_directory_that_others_may_enter_is_not_used(private: Path, mode: int) -> None:
    private.chmod(mode)
    environ = {"HOME": "/h", "XDG_RUNTIME_DIR": str(private)}
    assert paths.runtime_dir(paths.Home("/a"), environ) == "/a/run"


@pytest.mark.parametrize("value", ["", "relative", "/does/not/exist", "/etc/passwd"])
def test_no_usable_runtime_directory_means_run_in_the_home(value: str) -> None:
    assert paths.runtime_dir(paths.Home("/a"), {"XDG_RUNTIME_DIR": value}) == "/a/run"


def test_a_pane_is_known_by_server_and_number() -> None:
    environ = {"TMUX": "/tmp/a,b/default,123,7", "TMUX_PANE": "%4"}
    assert paths.server_of(environ) == "/tmp/a,b/default,123"
    assert paths.pane_of(environ) == "%4"
    assert paths.pointer_path("/r", "/tmp/a,b/default,123", "99", "%4") == (
        "/r/p/tmp/a,b/default,123,99/%4"
    )


@pytest.mark.parametrize("environ", [{}, {"TMUX": ""}, {"TMUX_PANE": "%4"}])
def test_outside_tmux_there_is_no_pane(environ: dict[str, str]) -> None:
    assert (paths.server_of(environ), paths.pane_of(environ)) == (None, None)


def test_a_process_name_with_parentheses_and_blanks_does_not_move_the_fields(
    tmp_path: Path,
) -> None:
    program = tmp_path / "a) S (b c"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([program], stdin=subprocess.PIPE) as process:
        start = paths.process_start(process.pid)
        assert process.stdin is not None
        process.stdin.close()
    assert int(start) >= int(paths.process_start(os.getpid()))


@pytest.mark.parametrize("pid", ["", "x", "-1", "../self", "999999999"])
def test_a_process_that_is_not_there_has_no_start(pid: str) -> None:
    assert paths.process_start(pid) == ""


def test_environ_keeps_bytes_that_are_not_utf8() -> None:
    code = "from axium.thin import paths; print(ascii(paths.environ()['ODD']))"
    environ = {**os.environb, b"ODD": b"a\xffb", b"LC_ALL": b"C"}
    printed = subprocess.check_output([sys.executable, "-c", code], env=environ)
    assert printed == b"'a\\udcffb'\n"
