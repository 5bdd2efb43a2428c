"""What others wrote is shown as it is and steers nothing; what the system says is told in ours."""

from __future__ import annotations

from tests.cli.saying import said, told
from tests.support import Daemon, Scratch


def test_text_of_others_cannot_steer_the_terminal(home: Scratch) -> None:
    hostile = "a\x1b[2Jb\r\nc\u202ed"
    assert said(home, "notify", "send", "-t", hostile, "-b", "\x9bm") == (0, "", "")
    code, data, talk = said(home, "notify", "list")
    assert (code, talk) == (0, "")
    assert data.endswith("  info     core: a\\x1b[2Jb\\r\\nc\\u202ed — \\x9bm\n")
    (row,) = told(home, "notify", "list")["notifications"]
    assert (row["title"], row["body"]) == (hostile, "\x9bm")
    assert "\x1b" not in said(home, "env", "set", hostile)[2]


def test_columns_stand_below_one_another_whatever_is_in_them(home: Scratch) -> None:
    (home.home / "envs.yaml").write_text('envs:\n  root: {a: "x\\ty", b: z}\n  dev: {}\n')
    assert said(home, "daemon", "reload") == (0, "", "")
    assert said(home, "env", "show", "root")[1].splitlines()[1:] == [
        "  a  x\\ty  envs.yaml:2:13",
        "  b  z     envs.yaml:2:24",
    ]


def test_control_characters_of_the_log_are_shown_as_such(daemon: Daemon) -> None:
    with (daemon.scratch.home / "logs" / "axiumd.log").open("a") as more:
        more.write("one\x1b]0;x\x07\ntwo\n")
    shown = said(daemon.scratch, "daemon", "logs", "-n", "2")[1]
    assert shown == "one\\x1b]0;x\\x07\ntwo\n"


def test_a_name_that_is_not_utf8_is_told(home: Scratch) -> None:
    done = home.run("bash", "-c", r"axium env set $'pr\xffd'")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "✗ not UTF-8: `pr\\xffd`\n  type it again\n",
    )


def test_what_the_system_refuses_is_told_without_a_trace(scratch: Scratch) -> None:
    log = scratch.home / "logs" / "axiumd.log"
    log.mkdir(parents=True)
    hint = "move it away: the next start of the daemon begins a new one"
    assert said(scratch, "daemon", "logs") == (2, "", f"✗ {log} is no file\n  {hint}\n")
