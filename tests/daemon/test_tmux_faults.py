"""tmux servers that hang, die or can't be reached, with real ones and broken stand-ins."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable
from itertools import islice

import pytest

from axium.daemon.services.tmux import HudTexts, Tmux
from axium.daemon.services.tmux.push import retries
from tests.daemon.tmux_scene import Recorder, TmuxServer, becomes, play, quiet, show
from tests.support import Scratch, Terminal


def messages(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def test_a_stopped_server_delays_no_other(
    scratch: Scratch, server: TmuxServer, other: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> float:
        server.signal(signal.SIGSTOP)
        begun = time.monotonic()
        for number in range(20):
            tmux.push(server.server, HudTexts(f"stopped {number}"))
            tmux.push(other.server, HudTexts(f"running {number}"))
        await becomes(lambda: other.variables().get("AXIUM_HUD") == "running 19")
        return time.monotonic() - begun

    # A run of tmux on the stopped server takes a second until it is given up.
    assert play(scratch, scene) < 0.9


def test_a_server_that_was_stopped_shows_the_latest_text_when_it_goes_on(
    scratch: Scratch,
    server: TmuxServer,
    attach: Callable[..., Terminal],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    terminal = attach(server)

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("env:first"))
        server.signal(signal.SIGSTOP)
        tmux.push(server.server, HudTexts("env:dev"))
        await becomes(lambda: caplog.records)
        tmux.push(server.server, HudTexts("env:prod"))
        server.signal(signal.SIGCONT)
        await quiet(tmux)

    play(scratch, scene)
    terminal.wait_for("env:prod")
    assert server.variables() == {"AXIUM_HUD": "env:prod"}
    assert messages(caplog) == [
        (
            logging.WARNING,
            f"tmux server `{server.socket}` shows an old HUD: no answer within 1 s",
        ),
        (logging.INFO, f"tmux server `{server.socket}` shows the present HUD again"),
    ]


def test_a_server_that_goes_on_failing_is_told_of_once(
    scratch: Scratch, server: TmuxServer, caplog: pytest.LogCaptureFixture
) -> None:
    scratch.tool("tmux", "#!/bin/sh\nexit 3\n")
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        tmux.push(server.server, HudTexts("dev"))
        await becomes(lambda: record.runs)
        tmux.push(server.server, HudTexts("prod"))
        await becomes(lambda: len(record.runs) == 2)

    play(scratch, scene, record)
    (scratch.bin / "tmux").unlink()
    assert len(caplog.records) == 1


def test_a_failing_server_is_tried_ever_more_rarely() -> None:
    assert list(islice(retries(), 8)) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_server_that_is_killed_during_a_push_is_nothing_to_complain_of(
    scratch: Scratch, server: TmuxServer, other: TmuxServer, caplog: pytest.LogCaptureFixture
) -> None:
    panes = {f"%{number}": "x" * 500 for number in range(600)}
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        tmux.push(server.server, HudTexts("all", panes))
        await becomes(lambda: len(record.runs) > 3)
        server.signal(signal.SIGKILL)
        await becomes(lambda: server.server not in tmux._pushes or not tmux._tasks)
        await show(tmux, other.server, HudTexts("still here"))

    play(scratch, scene, record)
    assert other.variables() == {"AXIUM_HUD": "still here"}
    assert messages(caplog) == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("kill -9 $$", "tmux ended with -9"),
        ("exec yes", "tmux prints more than 4 MiB"),
        ("exec sleep 1000", "no answer within 1 s"),
        ("echo 'protocol version mismatch' >&2; exit 1", "protocol version mismatch"),
        ("exit 3", "tmux ended with 3"),
        ("echo 1", "its socket is now that of the server with pid 1"),
    ],
)
def test_a_push_that_failed_is_made_again(
    scratch: Scratch,
    server: TmuxServer,
    caplog: pytest.LogCaptureFixture,
    fault: str,
    told: str,
) -> None:
    mark = scratch.root / "failed"
    real = shutil.which("tmux", path=scratch.environ["PATH"])
    scratch.tool(
        "tmux",
        f'#!/bin/sh\n[ -e {mark} ] && exec {real} "$@"\ntouch {mark}\n{fault}\n',
    )

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("dev"))

    play(scratch, scene)
    assert messages(caplog) == [
        (logging.WARNING, f"tmux server `{server.socket}` shows an old HUD: {told}")
    ]
    assert server.variables() == {"AXIUM_HUD": "dev"}


def test_an_old_tmux_is_told_of_once_and_its_panes_are_known_all_the_same(
    scratch: Scratch, server: TmuxServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    real = shutil.which("tmux", path=scratch.environ["PATH"])
    scratch.tool(
        "tmux",
        "#!/bin/sh\ncase $* in *-gh*) echo 'tmux: unknown option -- h' >&2; exit 1 ;; esac\n"
        f'{real} "$@" | sed "s/^3[.][0-9a-z]* /3.1c /"\n',
    )

    async def scene(tmux: Tmux) -> dict[str, int] | None:
        await show(tmux, server.server, HudTexts("dev"))
        await show(tmux, server.server, HudTexts("prod"))
        return await tmux.panes(server.server)

    panes = play(scratch, scene)
    assert list(panes or ()) == ["%0"]
    assert messages(caplog) == [
        (
            logging.INFO,
            f"tmux server `{server.socket}` shows no HUD: tmux 3.1c is older than 3.2",
        )
    ]


def test_without_tmux_one_line_is_logged_and_the_hud_comes_with_tmux(
    scratch: Scratch, server: TmuxServer, other: TmuxServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    real = shutil.which("tmux", path=scratch.environ["PATH"])
    path = scratch.root / "later"
    path.mkdir()

    async def scene(tmux: Tmux) -> None:
        assert await tmux.identify(server.socket) is None
        assert await tmux.panes(server.server) is None
        tmux.push(server.server, HudTexts("dev"))
        tmux.push(other.server, HudTexts("dev"))
        await asyncio.to_thread(os.symlink, str(real), path / "tmux")
        await quiet(tmux)

    play(scratch, scene, environ={"PATH": str(path)})
    assert [server.variables(), other.variables()] == [{"AXIUM_HUD": "dev"}] * 2
    assert messages(caplog) == [
        (
            logging.WARNING,
            f"there is no tmux on PATH `{path}`: its status line shows no HUD",
        ),
        (logging.INFO, "there is a tmux on PATH again"),
    ]


def test_tmux_gets_a_small_environment_without_another_server(
    scratch: Scratch, server: TmuxServer
) -> None:
    log = scratch.root / "environment"
    scratch.tool("tmux", f"#!/bin/sh\nexec env >{log}\n")
    environ = {**scratch.environ, "TMUX": "/other,1,0", "TMUX_PANE": "%3", "SECRET": "s"}
    play(scratch, lambda tmux: tmux.identify(server.socket), environ=environ)
    names = {line.partition("=")[0] for line in log.read_text().splitlines()}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {"PATH", "HOME", "LANG", "SHELL"}
