"""The program that confines itself: what it is then, where, and what it does not become."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from textwrap import dedent
from typing import Any

import pytest

from axium.model.policy import Policy
from axium.plugins.environ import of_gear
from axium.plugins.orders import Run, run_command
from axium.plugins.sandbox import namespace
from tests.support import Scratch

WITHOUT_NAMESPACES = """
import ctypes, errno, os, struct, sys
from axium.plugins.sandbox import libc, seccomp
from axium.plugins.sandbox.bpf import Label, Load, Return, Unless, assemble
from axium.plugins.sandbox.numbers import NUMBERS
call = "unshare"
items = [Load(0), Unless(NUMBERS[call], call), Return(seccomp.refusal(errno.EPERM)), Label(call)]
code = libc.buffer(assemble([*items, Return(seccomp.ALLOW)]))
libc.call(NUMBERS["prctl"], 38, 1, 0, 0, 0)
libc.call(NUMBERS["prctl"], 22, 2, libc.address(
    head := libc.buffer(struct.pack("=H6xQ", len(code) // 8, libc.address(code)))), 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""A container that forbids them."""


class Ground:
    """A gear's directory, its private ones, one that it may read, and one of somebody else's."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.paths = {
            name: scratch.root / name for name in ("gear", "tmp", "cache", "data", "open", "shut")
        }
        for name, path in self.paths.items():
            path.mkdir()
            (path / "file").write_text(name)

    def policy(self, **may: Any) -> Policy:
        own = [str(self.paths[name]) for name in ("tmp", "cache", "data")]
        return Policy(
            home=str(self.scratch.user),
            directory=str(self.paths["gear"]),
            scratch=tuple(own),
            reads=(str(self.paths["open"]),),
            **{"exec": True, **may},
        )

    def run(
        self, *argv: str, before: tuple[str, ...] = (), start: str | None = None, **run: Any
    ) -> subprocess.CompletedProcess[str]:
        """What came of a run of the gear."""
        given = {"policy": self.policy(), "directory": str(self.paths["gear"]), **run}
        made = Run(name="deploy", argv=list(argv), **given)
        return subprocess.run(
            [*before, *run_command(made)],
            cwd=start or self.paths["open"],
            env=of_gear(self.scratch.environ, []),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def ground(scratch: Scratch) -> Ground:
    return Ground(scratch)


def test_a_program_has_its_exit_code_and_what_the_gear_may_see(ground: Ground) -> None:
    shut = ground.paths["shut"] / "file"
    done = ground.run("sh", "-c", f"cat file {shut} 2>&1; exit 7")
    assert (done.returncode, done.stdout) == (
        7,
        f"opencat: {shut}: No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("argv", "may", "code", "why"),
    [
        (["nosuch"], {}, 127, "there is no such program"),
        (["/etc/passwd"], {}, 126, "permission denied"),
        (["true"], {"exec": False}, 126, "operation not permitted"),
    ],
)
def test_a_program_that_can_not_be_had_is_told(
    ground: Ground, argv: list[str], may: dict[str, bool], code: int, why: str
) -> None:
    done = ground.run(*argv, policy=ground.policy(**may))
    assert (done.returncode, done.stderr) == (code, f"✗ `{argv[0]}` did not run: {why}\n")


def test_a_program_is_where_it_was_started_if_that_is_there(ground: Ground) -> None:
    place, shut, private = [str(ground.paths[name]) for name in ("open", "shut", "tmp")]
    done = [ground.run("pwd", start=place), ground.run("pwd", start=shut)]
    asked = ground.run("pwd", start=shut, cwd=place)
    assert [each.stdout for each in (*done, asked)] == [
        f"{place}\n",
        f"{private}\n",
        f"{place}\n",
    ]


def test_signals_end_a_program_as_they_end_any(ground: Ground) -> None:
    done = ground.run("sh", "-c", "grep SigIgn /proc/self/status || trap; kill -PIPE $$")
    assert done.returncode == -13


def test_words_are_taken_as_they_are(ground: Ground) -> None:
    words = ["", "a b", "--", "-x", "ä", "$(id)", "\udcff", '"', "x" * 100_000]
    script = "import sys; print(ascii(sys.argv[1:]))"
    done = ground.run("/usr/bin/python3", "-c", script, *words)
    assert done.stdout == f"{words!a}\n"


def test_no_descriptor_is_left_open(ground: Ground) -> None:
    inherited = os.open("/etc/passwd", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    try:
        done = ground.run("sh", "-c", f"cat <&{inherited}")
    finally:
        os.close(inherited)
    assert done.returncode != 0


def test_who_comes_without_a_policy_is_not_run(ground: Ground) -> None:
    done = ground.run("true", policy=None)
    said = "✗ gear `deploy` does not run: it can't be confined: `deploy` came without a policy\n"
    assert (done.returncode, done.stderr) == (126, said)


def test_who_is_permissive_runs_where_nothing_can_hold_it(ground: Ground) -> None:
    shut = str(ground.paths["shut"] / "file")
    done = ground.run("cat", shut, policy=None, is_permissive=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "shut", "")


def test_where_namespaces_are_forbidden_the_rest_holds(ground: Ground) -> None:
    before = (sys.executable, "-c", WITHOUT_NAMESPACES)
    shut = ground.paths["shut"] / "file"
    done = ground.run("sh", "-c", f"cat file; cat {shut}", before=before)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "open",
        f"cat: {shut}: Permission denied\n",
    )


def test_where_namespaces_are_forbidden_nobody_gets_the_agent(ground: Ground) -> None:
    before = (sys.executable, "-c", WITHOUT_NAMESPACES)
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(ground.scratch.root / "agent"))
        agent.listen()
        refused = ground.run("true", before=before, policy=ground.policy(agent=True))
        run: dict[str, Any] = {"policy": ground.policy(agent=True), "is_permissive": True}
        permissive = ground.run("sh", "-c", "echo ${SSH_AUTH_SOCK-none}", before=before, **run)
    said = f"✗ gear `deploy` does not run: it can't be confined: {namespace.NONE}\n"
    assert (refused.returncode, refused.stderr) == (126, said)
    assert (permissive.returncode, permissive.stdout) == (0, "none\n")


def test_a_grant_that_leads_elsewhere_ends_it(ground: Ground) -> None:
    link = ground.scratch.root / "link"
    link.symlink_to(ground.paths["shut"])
    done = ground.run("true", policy=ground.policy()._replace(reads=(str(link),)))
    assert (done.returncode, f"it is `{ground.paths['shut']}`" in done.stderr) == (126, True)


def test_a_command_of_the_gear_has_its_channel(ground: Ground) -> None:
    main = """
        from axium.core.ipc import send_request_sync

        def register(app, events):
            @app.command("deploy-ask")
            def ask():
                print(send_request_sync({"cmd": "ping"}))
    """
    (ground.paths["gear"] / "main.py").write_text(dedent(main))
    ours, theirs = socket.socketpair()
    run = Run(
        name="deploy",
        kind="command",
        directory=str(ground.paths["gear"]),
        policy=ground.policy(exec=False),
        has_channel=True,
        argv=["deploy-ask"],
    )
    line = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])"
    with ours, theirs:
        ours.settimeout(30)
        asking = subprocess.Popen(
            [sys.executable, "-c", line, str(theirs.fileno()), *run_command(run)],
            pass_fds=[theirs.fileno()],
            env=of_gear(ground.scratch.environ, []),
            stdout=subprocess.PIPE,
            text=True,
        )
        asked = json.loads(ours.recv(1 << 16))
        ours.sendall(json.dumps({"id": asked["id"], "ok": True, "pong": 1}).encode() + b"\n")
        said, _ = asking.communicate(timeout=30)
    assert (asked["cmd"], said) == ("ping", "{'ok': True, 'pong': 1}\n")
