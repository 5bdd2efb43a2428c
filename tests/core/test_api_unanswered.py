"""Functions of the API where nobody answers, or nothing that can be used: empty, never raised."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from axium.core import api
from axium.core._api import asking, daemon, files, plugins, programs
from tests.core.conftest import Inside
from tests.core.test_contract import API, lines
from tests.support import Daemon, Scratch
from tests.thin.speaker import Speaker

NOT_OPENED = {"ok": False, "error": ...}

CALLS: dict[str, tuple[Callable[[], Any], Any]] = {
    "get_active_env": (api.get_active_env, None),
    "get_env_data": (lambda: api.get_env_data("root"), None),
    "set_active_env": (lambda: api.set_active_env("root", "%1"), False),
    "get_pane_env": (lambda: api.get_pane_env("%1"), None),
    "clear_pane_env": (lambda: api.clear_pane_env("%1"), False),
    "list_environments": (api.list_environments, []),
    "get_state": (api.get_state, None),
    "reload_spokes": (api.reload_spokes, False),
    "reload_daemon": (api.reload_daemon, False),
    "notify": (lambda: api.notify("t", "b"), False),
    "send_notification": (lambda: api.send_notification("aws", "t", "b"), False),
    "notify_send_cli": (lambda: api.notify_send_cli("aws", "t", "b"), False),
    "show_toast": (lambda: api.show_toast("t", "b"), False),
    "drain_notifications": (api.drain_notifications, []),
    "notify_drain": (api.notify_drain, []),
    "clear_notifications": (api.clear_notifications, False),
    "hud_get": (api.hud_get, None),
    "update_hud_segment": (lambda: api.update_hud_segment("aws", "Y"), False),
    "daemon_exec": (lambda: api.daemon_exec("aws", "true"), False),
    "daemon_status": (api.daemon_status, None),
    "daemon_logs": (api.daemon_logs, None),
    "daemon_stop": (api.daemon_stop, False),
    "tmux_split_run": (lambda: api.tmux_split_run("aws", "true"), NOT_OPENED),
    "tmux_send_keys": (lambda: api.tmux_send_keys("aws", "%1", "x"), False),
    "tmux_capture_pane": (lambda: api.tmux_capture_pane("aws", "%1"), None),
    "read_file": (lambda: api.read_file("aws", "/etc/hosts"), ""),
    "write_file": (lambda: api.write_file("aws", "/tmp/x", "x"), False),
    "write_log": (lambda: api.write_log("aws", "text"), False),
    "register_prefix": (lambda: api.register_prefix("aws", "aws", "axium run aws"), False),
    "load_config": (lambda: api.load_config("aws", "aws.yaml"), {}),
    "get_permissions": (api.get_permissions, None),
    "check_permission": (lambda: api.check_permission("aws", "network"), False),
    "config_show": (api.config_show, None),
    "config_edit": (api.config_edit, False),
    "list_spokes": (api.list_spokes, []),
    "install_spoke": (lambda: api.install_spoke("no-such"), False),
    "validate_spoke": (lambda: api.validate_spoke("no-such"), False),
    "spoke_install_from_path": (lambda: api.spoke_install_from_path("/no/such"), None),
    "spoke_new": (lambda: api.spoke_new("../x"), None),
    "spoke_reload_all": (api.spoke_reload_all, []),
    "spoke_reload_one": (lambda: api.spoke_reload_one("aws"), False),
    "connect": (lambda: api.connect("127.0.0.1", 1), None),
    "listen": (lambda: api.listen(0), None),
    "run_command": (lambda: api.run_command("no-such-program", []), False),
}
"""Each function, how it is called here, and its empty value."""

WITHOUT_ASKING = {
    "config_edit", "connect", "daemon_logs", "install_spoke", "listen", "load_config",
    "run_command", "spoke_new", "spoke_install_from_path", "validate_spoke",
}  # fmt: skip
"""What asks the daemon nothing, or only once something else was done."""

ASKING = sorted(CALLS.keys() - WITHOUT_ASKING)
DONE_BY_WORD = {name for name, (_call, empty) in CALLS.items() if empty is False}
"""What is true by the reply's `ok` alone."""


def is_empty(name: str, got: Any) -> bool:
    """Whether it is the empty value, of its type or one that may stand for it."""
    empty = CALLS[name][1]
    if empty is NOT_OPENED:
        return bool(got == NOT_OPENED | {"error": got["error"]} and got["error"])
    return bool(got == empty and isinstance(got, type(empty) if empty is not False else int))


def test_every_function_of_the_api_is_called_here() -> None:
    names = {line.partition("(")[0] for line in lines(API)}
    assert names - CALLS.keys() == {"daemon_start", "list_commands"}


@pytest.mark.parametrize("name", CALLS)
def test_without_a_daemon_the_answer_is_empty(
    inside: Inside, scratch: Scratch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    assert is_empty(name, CALLS[name][0]())
    assert scratch.processes() == {}
    unexpected = [record.getMessage() for record in caplog.records if record.exc_info]
    assert unexpected == []


@pytest.mark.parametrize("name", ASKING)
def test_where_the_daemon_ends_in_the_middle_the_answer_is_empty(
    inside: Inside, scratch: Scratch, name: str
) -> None:
    with Speaker(scratch.socket, lambda _line: b"") as server:
        assert is_empty(name, CALLS[name][0]())
        assert server.asked != []


RUBBISH = [b"\n", b"[]\n", b"nonsense\n", b"{}\n", b'{"ok": 1}\n', b"\xff\xfe\n", b'{"ok": tru']


@pytest.mark.parametrize("name", ASKING)
def test_where_the_reply_is_rubbish_the_answer_is_empty(
    inside: Inside, scratch: Scratch, name: str
) -> None:
    replies = iter(RUBBISH * 3)
    with Speaker(scratch.socket, lambda _line: next(replies)):
        assert [r for r in RUBBISH if not is_empty(name, CALLS[name][0]())] == []


@pytest.mark.parametrize("name", sorted(set(ASKING) - DONE_BY_WORD))
def test_where_the_reply_lacks_what_it_is_about_the_answer_is_empty(
    inside: Inside, scratch: Scratch, name: str
) -> None:
    fields = ("state", "envs", "env", "env_data", "hud", "status", "notifications", "content")
    wrong = b'{"ok": true, ' + b", ".join(b'"%s": 3' % field.encode() for field in fields) + b"}\n"
    replies = iter([b'{"ok": true}\n', wrong] * 10)
    with Speaker(scratch.socket, lambda _line: next(replies)):
        got = [CALLS[name][0]() for _ in range(2)]
    if name != "config_show":  # which shows parts as they are, also of none
        assert [is_empty(name, one) for one in got] == [True, True]


@pytest.fixture
def hanging(scratch: Scratch) -> Iterator[None]:
    """A socket that takes everything and says nothing."""
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(scratch.socket))
        listening.listen(64)
        yield


# `daemon_stop` stands on `core.daemon`, whose bound is that of `send_request_sync`.
@pytest.mark.parametrize("name", sorted(set(ASKING) - {"daemon_stop"}))
def test_where_the_socket_hangs_the_answer_is_empty_after_a_bounded_time(
    inside: Inside, hanging: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.05)
    monkeypatch.setattr(programs, "LONGEST_WAIT", 0.05)
    for family in (daemon, files, plugins):
        monkeypatch.setattr(family, "LONG_TIMEOUT", 0.05)
    began = time.monotonic()
    assert is_empty(name, CALLS[name][0]())
    assert time.monotonic() - began < 1.0


def test_what_is_no_argument_at_all_is_logged_with_its_trace(
    inside: Inside, daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    assert api.notify("title") is False  # type: ignore[call-arg]
    assert api.notify(object(), "body") is False  # type: ignore[arg-type]
    assert api.set_active_env("\ud800") is False
    told = [(record.levelno, bool(record.exc_info)) for record in caplog.records]
    assert told == [
        (logging.WARNING, True),
        (logging.WARNING, True),
        (logging.WARNING, False),
    ]


def test_a_refusal_is_logged_in_the_daemons_words(
    inside: Inside, daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    assert api.set_active_env("prdo") is False
    assert api.check_permission("no-such", "exec") is False
    assert [record.getMessage() for record in caplog.records] == [
        "`set_active_env`: Unknown environment: prdo; `axium env list` shows all of them",
        "`check_permission`: spoke not loaded; no plugin `no-such` is loaded: `axium spoke list`",
    ]


def test_a_daemon_that_can_not_start_is_false(inside: Inside, scratch: Scratch) -> None:
    (scratch.home / "daemon.lock").mkdir()
    assert api.daemon_start() is False


def test_a_home_that_can_not_be_made_is_false(inside: Inside, scratch: Scratch) -> None:
    (scratch.root / "file").write_text("")
    inside(AXIUM_HOME=str(scratch.root / "file" / "home"))
    assert api.daemon_start() is False
