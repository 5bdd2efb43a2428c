"""`axium call`, `subscribe` and `link` as a user types them: a real daemon, process and server."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support import Scratch, until
from tests.support.scratch import VENV_BIN
from tests.support.servers.truenas import KEY, TrueNas
from tests.thin.test_imports import foreign, imported


@pytest.fixture(scope="module")
def server() -> Iterator[TrueNas]:
    """One TrueNAS for all tests, which may break off connections."""
    server = TrueNas(logins=1000)
    yield server
    server.close()


@pytest.fixture
def nas(scratch: Scratch, server: TrueNas) -> TrueNas:
    """A home with a link `nas` to it."""
    secret = scratch.user / "key"
    secret.write_text(KEY)
    secret.chmod(0o600)
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", f"file:{secret}"]
    added = scratch.axium("link", "add", "nas", server.uri, *words)
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "")
    return server


def told(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """How it went: exit code, data, talk."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


def running(scratch: Scratch, *args: str) -> subprocess.Popen[str]:
    """A command that goes on while the test does."""
    return subprocess.Popen(
        [VENV_BIN / "axium", *args],
        env=scratch.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_result_is_printed_as_json(scratch: Scratch, nas: TrueNas) -> None:
    assert told(scratch, "call", "nas", "test.echo", '{"a": [1, 2]}') == (0, '{"a": [1, 2]}\n', "")
    assert told(scratch, "call", "nas", "test.echo", "tank") == (0, '"tank"\n', "")
    assert told(scratch, "call", "nas", "test.echo", "-5") == (0, "-5\n", "")
    assert told(scratch, "call", "nas", "test.echo", "--", "-q") == (0, '"-q"\n', "")
    assert told(scratch, "call", "--json", "nas", "test.echo", "1") == (0, '{"result": 1}\n', "")


def test_a_parameter_comes_from_standard_input(scratch: Scratch, nas: TrueNas) -> None:
    axium = VENV_BIN / "axium"
    done = scratch.run(axium, "call", "nas", "test.echo", "-", stdin='{"long":\n [1]}\n')
    assert (done.returncode, json.loads(done.stdout)) == (0, {"long": [1]})


def test_a_large_result_arrives_whole(scratch: Scratch, nas: TrueNas) -> None:
    done = scratch.axium("call", "nas", "test.big", "10000000")
    assert (done.returncode, len(done.stdout)) == (0, 10_000_003)


def test_an_error_keeps_its_details(scratch: Scratch, nas: TrueNas) -> None:
    assert told(scratch, "call", "nas", "test.invalid") == (
        1,
        "",
        (
            "✗ the server answered: [EINVAL] pool.name: too short\n"
            "  pool.name: too short\n"
            "  pool.size: too small\n"
        ),
    )
    done = scratch.axium("call", "nas", "test.invalid", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr, found["code"]) == (1, "", "remote")
    assert found["remote"]["data"]["extra"][1][0] == "pool.size"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["nas"], "✗ a call takes the name of a link, and a method\n"),
        (["nas", "x", "--bogus"], "✗ no such option `--bogus`\n"),
        (["nas", "x", "--timeout", "soon"], "✗ `--timeout` takes seconds, not `soon`\n"),
        (["no", "x"], "✗ there is no link `no`\n"),
        (["nas", "x", "1", "--named"], "✗ named parameters are one object of JSON\n"),
    ],
)
def test_what_is_no_call_exits_2(
    scratch: Scratch, nas: TrueNas, words: list[str], error: str
) -> None:
    code, data, talk = told(scratch, "call", *words)
    assert (code, data, talk.splitlines(keepends=True)[0]) == (2, "", error)


def test_without_a_daemon_it_exits_3_where_none_may_be_started(scratch: Scratch) -> None:
    for verb in ("call", "subscribe"):
        assert told(scratch, verb, "nas", "x", AXIUM_NO_AUTOSTART="1") == (
            3,
            "",
            "✗ the daemon is not running\n  start it with `axium daemon start`\n",
        )


def test_a_refused_login_exits_4(scratch: Scratch, nas: TrueNas) -> None:
    wrong = scratch.user / "wrong"
    wrong.write_text("8-hunter4")
    wrong.chmod(0o600)
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", f"file:{wrong}"]
    scratch.axium("link", "add", "bad", nas.uri, *words)
    code, data, talk = told(scratch, "call", "bad", "test.echo", "1")
    assert (code, data) == (4, "")
    assert "hunter4" not in talk
    assert "hunter4" not in (scratch.home / "logs/axiumd.log").read_text()


def test_a_server_that_can_not_be_reached_exits_4(scratch: Scratch) -> None:
    scratch.axium("link", "add", "nowhere", "ws://127.0.0.1:9/x")
    assert told(scratch, "call", "nowhere", "x", "--timeout", "0.5")[0] == 4


def test_a_lost_connection_exits_5(scratch: Scratch, nas: TrueNas) -> None:
    code, data, talk = told(scratch, "call", "nas", "test.drop")
    assert (code, data) == (5, "")
    assert "whether the server did it is not known" in talk


def test_a_job_shows_a_line_for_each_step(scratch: Scratch, nas: TrueNas) -> None:
    code, data, talk = told(scratch, "call", "nas", "test.job", "2", "0.1", "--job")
    assert (code, data) == (0, '{"steps": 2}\n')
    assert talk.splitlines()[-2:] == ["  0% step 0", " 50% step 1"]
    assert told(scratch, "call", "-q", "nas", "test.job", "2", "0.1", "--job")[2] == ""


def test_ctrl_c_leaves_a_job_to_itself_and_a_second_one_aborts_it(
    scratch: Scratch, nas: TrueNas
) -> None:
    with running(scratch, "call", "nas", "test.job", "600", "0.1", "--job") as call:
        talk = call.stderr
        assert talk is not None
        until(lambda: "step 0" in talk.readline())
        call.send_signal(signal.SIGINT)
        until(lambda: "the job goes on" in talk.readline())
        call.send_signal(signal.SIGINT)
        assert call.wait(10) == 1
        talk.read()
    row = json.loads(told(scratch, "link", "status", "nas", "--json")[1])["links"][0]
    assert row["jobs"] == 0


def test_events_are_printed_a_line_each(scratch: Scratch, nas: TrueNas) -> None:
    with running(scratch, "subscribe", "nas", "alert.list", "-n", "2") as follower:
        until(lambda: status(scratch)["subscriptions"] == 1)
        before = nas.counts["core.subscribe"]
        until(lambda: nas.counts["core.subscribe"] >= before)
        until(lambda: status(scratch)["in_flight"] == 0)
        nas.emit("alert.list", {"n": 1}, times=2)
        out, err = follower.communicate(timeout=10)
    events = [json.loads(each) for each in out.splitlines()]
    assert (err, follower.returncode, len(events)) == ("", 0, 2)
    assert events[0]["event"] == "alert.list"
    assert events[0]["data"]["fields"] == {"n": 1}


def status(scratch: Scratch) -> dict[str, int]:
    """How the link is."""
    found: dict[str, int] = json.loads(scratch.axium("link", "status", "nas", "--json").stdout)[
        "links"
    ][0]
    return found


def test_a_subscription_ends_with_its_time(scratch: Scratch, nas: TrueNas) -> None:
    assert told(scratch, "subscribe", "nas", "alert.list", "-t", "0.3") == (0, "", "")


def test_connections_stay_over_a_restart_of_the_daemon(scratch: Scratch, nas: TrueNas) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    before = nas.counts["connects"]
    assert told(scratch, "daemon", "restart") == (0, "", "")
    assert told(scratch, "call", "nas", "test.echo", "2") == (0, "2\n", "")
    assert nas.counts["connects"] == before


def test_a_restart_says_of_a_job_that_it_goes_on(scratch: Scratch, nas: TrueNas) -> None:
    with running(scratch, "call", "-q", "nas", "test.job", "600", "0.1", "--job") as call:
        until(lambda: status(scratch)["jobs"] == 1)
        scratch.axium("daemon", "restart")
        _out, err = call.communicate(timeout=10)
    assert (call.returncode, err.splitlines()[0]) == (
        5,
        "✗ the daemon ends; a job goes on without it",
    )


def test_an_answer_that_can_not_be_printed_is_told(scratch: Scratch, nas: TrueNas) -> None:
    line = f"{VENV_BIN}/axium call nas test.echo 1 > /dev/full"
    done = scratch.run("sh", "-c", line)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        5,
        "✗ the answer came and can't be printed: No space left on device",
    )


def test_connections_stay_over_a_kill_of_the_daemon(scratch: Scratch, nas: TrueNas) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    before = nas.counts["connects"]
    pid = json.loads(scratch.exchange(b'{"cmd": "ping"}\n'))["pid"]
    os.kill(pid, signal.SIGKILL)
    assert told(scratch, "call", "nas", "test.echo", "2") == (0, "2\n", "")
    assert nas.counts["connects"] == before


def test_a_stop_ends_the_process_too(scratch: Scratch, nas: TrueNas) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    assert len(scratch.processes()) == 2
    scratch.axium("daemon", "stop")
    until(lambda: scratch.processes() == {})


def test_a_process_that_is_killed_is_missed_and_started_again(
    scratch: Scratch, nas: TrueNas
) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    pid = json.loads(told(scratch, "link", "status", "--json")[1])["pid"]
    with running(scratch, "call", "nas", "test.sleep", "5") as call:
        until(lambda: status(scratch)["in_flight"] == 1)
        os.kill(pid, signal.SIGKILL)
        _out, err = call.communicate(timeout=5)
        assert (call.returncode, err.splitlines()[0]) == (5, "✗ the links process ended")
    assert told(scratch, "call", "nas", "test.echo", "2") == (0, "2\n", "")


def test_a_call_imports_nothing_that_costs(scratch: Scratch, nas: TrueNas) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    assert foreign(imported(scratch, "call", "nas", "test.echo", "1")) == set()


def test_names_that_were_seen_are_published_for_completion(scratch: Scratch, nas: TrueNas) -> None:
    scratch.axium("call", "nas", "test.echo", "1")
    scratch.axium("call", "nas", "no.such.method")
    scratch.axium("daemon", "stop")
    assert (scratch.home / "run/links").read_bytes() == b"axium1\0nas\0end\0"
    assert (scratch.home / "run/methods").read_bytes() == b"axium1\0nas test.echo\0end\0"


def test_a_ping_tells_milliseconds(scratch: Scratch, nas: TrueNas) -> None:
    code, data, talk = told(scratch, "link", "ping", "nas")
    assert (code, data.endswith(" ms\n"), talk) == (0, True, "")
    assert told(scratch, "link", "ping", "no")[0] == 2


def test_an_existing_client_finds_its_daemon_at_the_alias(scratch: Scratch, nas: TrueNas) -> None:
    secret = f"file:{scratch.user}/key"
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", secret, "--alias"]
    scratch.axium("link", "add", "two", nas.uri, *words)
    name = hashlib.sha256(f"{nas.uri}:admin".encode()).hexdigest()[:12]
    path = scratch.user / f".midclt/daemon-{name}.sock"
    pid = json.loads(scratch.exchange(b'{"cmd": "ping"}\n'))["pid"]
    assert path.with_suffix(".pid").read_text() == f"{pid}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    script = """
import json, socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode())
s.shutdown(socket.SHUT_WR); print(s.makefile().read(), end="")
"""
    request = '{"command": "call", "method": "test.echo", "params": [5]}'  # and no newline
    answered = scratch.run(sys.executable, "-c", script, path, request)
    assert answered.stdout == '{"type":"result","result":5}\n'
    stopped = scratch.run(sys.executable, "-c", script, path, '{"command": "stop"}')
    assert stopped.stdout == '{"type":"result","result":"Daemon shutting down"}\n'
    assert scratch.axium("call", "nas", "test.echo", "1").returncode == 0
    scratch.axium("daemon", "stop")
    assert not path.exists()
    assert not path.with_suffix(".pid").exists()


def test_a_second_daemon_does_not_steal_a_live_alias(scratch: Scratch, nas: TrueNas) -> None:
    secret = f"file:{scratch.user}/key"
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", secret, "--alias"]
    scratch.axium("link", "add", "two", nas.uri, *words)
    scratch.axium("link", "add", "three", nas.uri, *words)
    (alias,) = (scratch.user / ".midclt").glob("*.sock")
    first = alias.stat().st_ino
    row = json.loads(scratch.axium("link", "status", "three", "--json").stdout)["links"][0]
    assert "another program listens" in row["why"]
    assert alias.stat().st_ino == first
