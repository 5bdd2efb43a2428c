"""Panes opened, typed into and read by request, in real tmux servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from axium.model.panes import pane_key
from tests.daemon.brokered import CREDS, ask_as, load, outcome
from tests.daemon.serving import Served
from tests.support import Scratch, Tmux, until

CAT = "exec cat >{}"


class Scene:
    """A daemon, and a tmux server at an odd socket, which the requests name."""

    def __init__(self, served: Served, tmux: Tmux) -> None:
        self.served = served
        self.tmux = tmux
        self.file = served.scratch.user / "file"

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        return self.served.ask(cmd, **{"server": self.tmux.variable, **fields})

    def split(self, command: str | list[str], **fields: Any) -> dict[str, Any]:
        return self.ask("tmux_split_run", command=command, target="%0", **fields)

    def written(self) -> str:
        """What a command has written to the file, as soon as it ends with `end`."""
        done = until(lambda: self.file.exists() and self.file.read_text().endswith("end"))
        assert done
        return self.file.read_text().removesuffix("end")

    def pane(self, what: str, pane: str) -> str:
        return self.tmux.cmd("display-message", "-p", "-t", pane, what)


@pytest.fixture
def scene(served: Served, scratch: Scratch) -> Iterator[Scene]:
    tmux = Tmux(scratch, path=str(scratch.tmux / 'it\'s "odd";#{x}'), size=(80, 40))
    yield Scene(served, tmux)
    tmux.close()


def test_a_command_runs_in_a_new_pane_below(scene: Scene) -> None:
    reply = scene.split(f"printf %s end >{scene.file}; exec sleep 1000")
    assert reply == {"ok": True, "pane": "%1", "pane_id": "%1"}
    assert scene.written() == ""
    sizes = [scene.pane("#{pane_top} #{pane_width} #{pane_height}", pane) for pane in ("%0", "%1")]
    assert sizes == ["0 80 31", "32 80 8"]


def test_panes_stand_side_by_side_where_that_is_asked_for(scene: Scene) -> None:
    scene.split("sleep 1000", split="horizontal", height=50)
    assert scene.pane("#{pane_left} #{pane_width} #{pane_height}", "%1") == "40 40 40"


def test_a_list_of_words_is_run_as_it_is(scene: Scene) -> None:
    script = f'printf \'%s|\' "$0" "$@" >{scene.file}; printf end >>{scene.file}; sleep 1000'
    words = ["a b", "$(id)", "#{pane_id}", ";", "x;", "'", "é\n", "#(id)", ""]
    assert scene.split(["sh", "-c", script, *words])["ok"] is True
    assert scene.written() == "".join(f"{word}|" for word in words)


def test_a_list_of_one_word_is_no_shells(scene: Scene) -> None:
    tool = scene.served.scratch.user / "a b;$(id)"
    tool.write_text(f"#!/bin/sh\nprintf end >'{scene.file}'\nsleep 1000\n")
    tool.chmod(0o755)
    assert scene.split([str(tool)])["ok"] is True
    assert scene.written() == ""


def test_directory_and_variables_arrive_as_they_are(scene: Scene) -> None:
    pwned = scene.served.scratch.user / "pwned"
    directory = scene.served.scratch.user / "a #{pid}#(touch pwned)##%H;"
    directory.mkdir()
    value = f"#(touch {pwned}) $(id) 'x' \" é;"
    reply = scene.split(
        f'printf \'%s|%s|end\' "$PWD" "$A" >{scene.file}; sleep 1000',
        cwd=f"~/{directory.name}",
        env_vars={"A": value},
    )
    assert reply["ok"] is True
    assert scene.written() == f"{directory}|{value}|"
    assert not pwned.exists()


@pytest.mark.parametrize("env", ["dev", None])
def test_a_pane_begins_where_the_one_beside_it_is(scene: Scene, env: str | None) -> None:
    directory = scene.served.scratch.user / "#{pid} é;"
    directory.mkdir()
    beside = scene.tmux.new_pane(f"sh -c 'cd {scene.served.scratch.user}/*pid* && exec sleep 1000'")
    until(lambda: scene.pane("#{pane_current_path}", beside) == str(directory))
    if env is not None:
        scene.ask("set_pane_env", pane=beside, env=env)
    command = f'printf \'%s|%send\' "$PWD" "$AXIUM_ENV" >{scene.file}; sleep 1000'
    assert scene.ask("tmux_split_run", command=command, target=beside)["ok"] is True
    assert scene.written() == f"{directory}|{env or 'root'}"


def test_a_pane_runs_in_the_environment_of_the_one_beside_it(scene: Scene) -> None:
    scene.served.ask("set_env", value="dev")
    scene.ask("set_pane_env", pane="%0", env="prod")
    scene.split(f"printf %send $AXIUM_ENV >{scene.file}; sleep 1000")
    assert scene.written() == "prod"
    assert scene.ask("get_pane_env", pane="%1")["env"] == "prod"
    assert scene.ask("get_pane_env", pane="%1")["source"] == "pane"


def test_a_pane_without_an_environment_of_its_own_opens_another_one(scene: Scene) -> None:
    scene.served.ask("set_env", value="dev")
    scene.split(f"printf %send $AXIUM_ENV >{scene.file}; sleep 1000")
    assert scene.written() == "dev"
    assert scene.ask("get_pane_env", pane="%1")["source"] == "global"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"height": 0}, "invalid: height must be 1-99"),
        ({"height": 100}, "invalid: height must be 1-99"),
        ({"height": -1}, "invalid: height must be 1-99"),
        ({"command": " "}, "invalid: field `command`: it is empty"),
        ({"command": []}, "invalid: field `command`: it is empty"),
        ({"cwd": "/none"}, "not_found: field `cwd`: there is no directory /none"),
        ({"cwd": "here"}, "invalid: field `cwd`: `here` is not an absolute path"),
        ({"target": "0"}, "invalid: field `pane`: `0` is not a pane ID"),
        ({"spoke": "nobody"}, "not_loaded: spoke not loaded"),
    ],
)
def test_a_pane_that_can_not_be_opened_is_told(
    scene: Scene, fields: dict[str, Any], expected: str
) -> None:
    reply = scene.ask("tmux_split_run", **{"command": "true", "target": "%0", **fields})
    assert outcome(reply) == expected
    assert scene.tmux.cmd("list-panes", "-a", "-F", "#{pane_id}") == "%0"


def test_a_pane_that_is_not_there_is_told(scene: Scene) -> None:
    gone = f"not_found: the tmux server at {scene.tmux.socket} has no pane `%9`"
    replies = [
        scene.ask("tmux_split_run", command="true", target="%9"),
        scene.ask("tmux_send_keys", pane="%9", keys="x"),
        scene.ask("tmux_capture_pane", pane_id="%9"),
    ]
    assert [outcome(reply) for reply in replies] == [gone] * 3


@pytest.mark.parametrize("cmd", ["tmux_send_keys", "tmux_capture_pane"])
def test_a_pane_has_to_be_named(scene: Scene, cmd: str) -> None:
    fields = {"keys": "x"} if cmd == "tmux_send_keys" else {}
    assert outcome(scene.ask(cmd, **fields)) == "invalid: pane ID required"


def test_without_tmux_that_is_told(served: Served) -> None:
    reply = served.ask("tmux_split_run", command="true")
    assert outcome(reply) == "unavailable: no tmux server answers"


def test_without_a_target_the_pane_is_split_that_tmux_shows(scene: Scene) -> None:
    other = scene.tmux.new_pane()
    scene.tmux.cmd("select-window", "-t", other)
    assert scene.ask("tmux_split_run", command="sleep 1000")["pane"] == "%2"
    assert scene.pane("#{window_id}", "%2") == scene.pane("#{window_id}", other)


def test_the_default_server_is_meant_where_none_is_named(served: Served, tmux: Tmux) -> None:
    opened = served.ask("tmux_split_run", command="exec cat", target="%0")
    assert opened == {"ok": True, "pane": "%1", "pane_id": "%1"}
    assert served.ask("tmux_send_keys", pane="%1", keys="héllo\n") == {"ok": True}
    until(lambda: tmux.capture("%1").split("\n")[:2] == ["héllo"] * 2)


def test_a_pane_is_named_with_its_server(scene: Scene) -> None:
    scene.ask("set_pane_env", pane="%0", env="dev")
    state = scene.served.ask("get_state")["state"]
    (key,) = state["panes"]
    name = state["pane_info"][key]["server"]
    reply = scene.served.ask("tmux_split_run", command="exec cat", target=key)
    assert reply["pane"] == pane_key(name, "%1")
    assert scene.served.ask("tmux_send_keys", pane=reply["pane"], keys="abc")["ok"] is True
    until(lambda: scene.tmux.capture("%1").startswith("abc"))
    assert scene.served.ask("tmux_capture_pane", pane=reply["pane"])["content"][:4] == "abc\n"


def typed(scene: Scene, keys: str, **fields: Any) -> bytes:
    """What a program in a pane reads of what is typed, up to a first `end`."""
    got = scene.served.scratch.user / "got"
    ready = scene.served.scratch.user / "ready"
    script = f"stty raw -echo; touch {ready}; exec dd bs=1 of={got}"
    pane = scene.tmux.new_pane(f"sh -c '{script}'")
    until(ready.exists)
    assert scene.ask("tmux_send_keys", pane=pane, keys=keys, **fields) == {"ok": True}
    assert scene.ask("tmux_send_keys", pane=pane, keys="end") == {"ok": True}
    until(lambda: got.exists() and got.read_bytes().endswith(b"end"))
    return got.read_bytes().removesuffix(b"end")


@pytest.mark.parametrize(
    ("keys", "fields", "expected"),
    [
        ("C-c", {}, b"\x03"),
        ("Enter", {}, b"\r"),
        ("Escape", {}, b"\x1b"),
        ("C-c", {"literal": True}, b"C-c"),
        ("Enter", {"literal": True}, b"Enter"),
        ("a\nb\r\n", {}, b"a\rb\r"),
        (";", {}, b";"),
        ("x;", {}, b"x;"),
        ("\\;", {}, b"\\;"),
        ("-l", {}, b"-l"),
        ("$(id) `id` #{pane_id} #(id) ~ 'a' \"b\" é", {}, None),
        ("x" * 30_000 + ";\n" * 50, {}, b"x" * 30_000 + b";\r" * 50),
    ],
)
def test_what_is_typed_arrives_byte_by_byte(
    scene: Scene, keys: str, fields: dict[str, Any], expected: bytes | None
) -> None:
    assert typed(scene, keys, **fields) == (keys.encode() if expected is None else expected)


def test_a_pane_whose_history_is_looked_at_is_typed_into_all_the_same(scene: Scene) -> None:
    pane = scene.tmux.new_pane("cat")
    scene.tmux.cmd("copy-mode", "-t", pane)
    scene.ask("tmux_send_keys", pane=pane, keys="quit")
    until(lambda: scene.tmux.capture(pane).startswith("quit"))


def test_a_program_that_has_ended_can_not_be_typed_into(scene: Scene) -> None:
    scene.tmux.cmd("set", "-g", "remain-on-exit", "on")
    pane = scene.tmux.new_pane("true")
    until(lambda: scene.pane("#{pane_dead}", pane) == "1")
    reply = scene.ask("tmux_send_keys", pane=pane, keys="x")
    assert outcome(reply) == f"not_found: the program in pane `{pane}` has ended"


def counting(scene: Scene) -> str:
    """A pane with 100 lines, of which the screen shows the last ones."""
    done = scene.served.scratch.user / "done"
    pane = scene.tmux.new_pane(f"sh -c 'seq 100; touch {done}; sleep 1000'")
    until(done.exists)
    until(lambda: scene.tmux.capture(pane).rstrip().endswith("100"))
    return pane


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (-3, -1, [98, 99, 100]),
        (0, 1, [1, 2]),
        (None, 0, [1]),
        (-1, None, [100]),
        (98, None, [99, 100]),
        (5, 2, []),
        (-1000, 1, [1, 2]),
        (200, 300, []),
    ],
)
def test_lines_of_history_and_screen_are_counted_from_both_ends(
    scene: Scene, start: int | None, end: int | None, expected: list[int]
) -> None:
    pane = counting(scene)
    reply = scene.ask("tmux_capture_pane", pane=pane, start=start, end=end)
    assert reply == {"ok": True, "content": "".join(f"{number}\n" for number in expected)}


def test_without_lines_the_screen_is_read(scene: Scene) -> None:
    content = scene.ask("tmux_capture_pane", pane=counting(scene))["content"]
    assert content.split() == [str(number) for number in range(62, 101)]


def test_a_line_that_is_wrapped_is_one_line(scene: Scene) -> None:
    pane = scene.tmux.new_pane(f"sh -c 'printf {'x' * 200}; sleep 1000'")
    until(lambda: scene.tmux.capture(pane).startswith("x" * 200))
    content = scene.ask("tmux_capture_pane", pane=pane, start=0)["content"]
    assert content == "x" * 200 + "\n"


def test_a_history_that_is_too_long_for_a_reply_is_told(scene: Scene) -> None:
    scene.tmux.cmd("set", "-g", "history-limit", "100000")
    done = scene.served.scratch.user / "done"
    many = f"yes {'x' * 78} | head -n 60000; touch {done}; sleep 1000"
    pane = scene.tmux.new_pane(f"sh -c '{many}'")
    until(done.exists, timeout=30)
    until(lambda: int(scene.pane("#{history_size}", pane)) > 59_000, timeout=30)
    reply = scene.ask("tmux_capture_pane", pane=pane, start=0)
    assert outcome(reply) == "too_large: tmux prints more than 4 MiB"


@pytest.mark.parametrize(
    ("cmd", "fields"),
    [
        ("tmux_split_run", {"command": "true"}),
        ("tmux_send_keys", {"pane": "%0", "keys": "x"}),
        ("tmux_capture_pane", {"pane": "%0"}),
    ],
)
def test_a_spoke_needs_the_permission_of_that_name(
    scene: Scene, cmd: str, fields: dict[str, Any]
) -> None:
    told = []
    for ipc in ((), (cmd,)):
        load(scene.served, ipc=ipc)
        asked = {"server": scene.tmux.variable, **fields}
        told.append(outcome(ask_as(scene.served, CREDS, cmd, **asked)))
    assert told == [f"denied: permission denied: {cmd}", "ok"]


def test_a_plugin_hands_a_pane_no_variable_that_says_what_is_run(scene: Scene) -> None:
    load(scene.served, ipc=("tmux_split_run",))
    reply = scene.split("true", spoke="creds", env_vars={"LD_PRELOAD": "x"})
    assert outcome(reply) == "denied: field `env_vars`: `LD_PRELOAD` is not taken from a plugin"


def test_a_tmux_that_hangs_is_given_up(scene: Scene) -> None:
    scene.tmux.signal(19)
    try:
        reply = scene.ask("tmux_capture_pane", pane="%0")
    finally:
        scene.tmux.signal(18)
    assert outcome(reply) == (f"failed: tmux at {scene.tmux.socket} refused: no answer within 1 s")


def test_nothing_of_it_is_left(scene: Scene) -> None:
    scene.split("true")
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert children == []
