"""What plugins import of the core: names, signatures, and what is raised."""

from __future__ import annotations

import inspect
import json
import shlex
import sys

import pytest

from axium.core import bootstrap, cli, daemon, ipc
from tests.support import Daemon, Scratch
from tests.thin.speaker import Speaker


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        (ipc.send_request_sync, ["payload", "timeout=2.0"]),
        (daemon.start, ["debug=False"]),
        (daemon.stop, []),
        (daemon.status, []),
        (daemon.ensure_daemon_running, []),
        (bootstrap.ensure_axium_config, []),
        (bootstrap.update_init_scripts, []),
        (cli.main, []),
        (cli.is_verbose, []),
    ],
)
def test_a_published_signature_stays(function: object, signature: list[str]) -> None:
    assert callable(function)
    parameters = inspect.signature(function).parameters.values()
    assert [str(parameter).split(":")[0] + _default(parameter) for parameter in parameters] == (
        signature
    )


def _default(parameter: inspect.Parameter) -> str:
    return "" if parameter.default is parameter.empty else f"={parameter.default}"


def in_process(scratch: Scratch, code: str, **env: str) -> str:
    """What `code` prints in a process with `scratch`'s environment."""
    done = scratch.run(sys.executable, "-c", code, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


ASK = """
import json
from axium.core.ipc import send_request_sync
try:
    print(json.dumps(send_request_sync({payload}, {timeout})))
except Exception as error:
    print(type(error).__name__)
"""


def asked(scratch: Scratch, timeout: float = 2.0, **env: str) -> str:
    code = ASK.format(payload={"cmd": "get_pane_env", "pane": "%1"}, timeout=timeout)
    return in_process(scratch, code, **env).strip()


def test_a_request_says_which_tmux_server_its_pane_is_of(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda line: line) as server:
        asked(scratch, TMUX="/s,1,0")
        asked(scratch)
    assert [json.loads(line) for line in server.asked] == [
        {"cmd": "get_pane_env", "pane": "%1", "server": "/s,1"},
        {"cmd": "get_pane_env", "pane": "%1"},
    ]


@pytest.mark.parametrize("answer", [b"", b"{\n", b"[]\n", b"\n"])
def test_what_is_no_reply_raises_as_published(scratch: Scratch, answer: bytes) -> None:
    with Speaker(scratch.socket, lambda _line: answer):
        assert asked(scratch) == "JSONDecodeError"


def test_no_daemon_raises_as_published(scratch: Scratch) -> None:
    assert asked(scratch) == "FileNotFoundError"
    with Speaker(scratch.socket, lambda _line: b""):
        pass
    assert asked(scratch) == "ConnectionRefusedError"
    assert scratch.processes() == {}


def test_ipc_needs_the_standard_library_alone(scratch: Scratch) -> None:
    code = "import sys; from axium.core import ipc; print(*sys.modules)"
    loaded = set(in_process(scratch, code).split())
    assert loaded & {"typing", "typer", "msgspec", "yaml", "asyncio", "subprocess"} == set()


LIFE = """
from axium.core import daemon
print(daemon.ensure_daemon_running(), daemon.ensure_daemon_running())
status = daemon.status()
print(status["pid"] > 0, status["socket"], status["socket_exists"])
print(daemon.stop())
print(daemon.status()["pid"], daemon.stop()["ok"])
"""


def test_a_plugin_starts_asks_and_stops_the_daemon(scratch: Scratch) -> None:
    assert in_process(scratch, LIFE).splitlines() == [
        "True True",
        f"True {scratch.socket} True",
        "{'ok': True, 'stopping': True}",
        "None False",
    ]


def test_a_daemon_that_cannot_start_is_false(scratch: Scratch) -> None:
    (scratch.home / "daemon.lock").mkdir()
    code = "from axium.core import daemon; print(daemon.ensure_daemon_running())"
    assert in_process(scratch, code) == "False\n"


def test_the_home_is_made_once(scratch: Scratch) -> None:
    code = "from axium.core.bootstrap import ensure_axium_config as e; print(e(), e())"
    assert in_process(scratch, code) == "True False\n"


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "word", ["plain", "", "two words", "it's", "\\", "\\'", '$(id) `id` "$HOME"', "a\nb", "é*?~"]
)
def test_a_place_in_a_hook_is_one_word_whatever_it_holds(
    scratch: Scratch, shell: str, word: str
) -> None:
    quoted = bootstrap.quote_fish(word) if shell == "fish" else shlex.quote(word)
    done = scratch.run(shell, "-c", f"printf '<%s>' {quoted}")
    assert (done.stdout, done.stderr) == (f"<{word}>", "")


def test_every_shipped_hook_is_rendered_whole(scratch: Scratch) -> None:
    code = "from axium.core.bootstrap import *; ensure_axium_config()"
    in_process(scratch, code)
    shipped = {
        str(path.relative_to(bootstrap.SHELL_FILES)): path
        for path in bootstrap.SHELL_FILES.glob("*/*.*")
    }
    assert "bash/init.sh" in shipped
    for name in shipped:
        assert "@AXIUM_" not in (scratch.home / name).read_text()


def test_the_programs_main_is_the_command_line(daemon: Daemon) -> None:
    code = (
        "import sys; from axium.core.cli import main; sys.argv = ['axium', 'env', 'list']; main()"
    )
    assert in_process(daemon.scratch, code) == "root\nbuilder\n"
