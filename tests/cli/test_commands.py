"""The commands against a real daemon: what they change, print, refuse."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

import axium
from tests.support import Daemon, Scratch, Tmux, until
from tests.support.scratch import VENV_BIN

ENVS = """\
envs:
  root: {prefix: ""}
  dev:
    prefix: wrapx exec dev --
    region: eu-west-1
  prod:
    prefix: wrapx exec prod --
"""


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium ARGS`."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


def told(scratch: Scratch, *args: str, **env: str) -> dict[str, Any]:
    """The JSON document of `axium ARGS --json`, which prints nothing else."""
    code, data, talk = said(scratch, *args, "--json", **env)
    assert (code, talk) == (0, "")
    document: dict[str, Any] = json.loads(data)
    return document


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A running daemon with the environments above."""
    (daemon.scratch.home / "envs.yaml").write_text(ENVS)
    assert said(daemon.scratch, "daemon", "reload") == (0, "", "")
    return daemon.scratch


def test_setting_an_environment_is_silent_and_seen_at_once(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    assert said(home, "env", "get") == (0, "dev\n", "")
    assert said(home, "env", "set", "prod", "-v") == (
        0,
        "",
        "✓ `prod` is active everywhere but in panes with their own\n",
    )


def test_an_unknown_environment_is_the_users_mistake(home: Scratch) -> None:
    assert said(home, "env", "set", "prodd") == (
        1,
        "",
        (
            "✗ Unknown environment: prodd\n  Did you mean: prod\n"
            "  `axium env list` shows all of them\n"
        ),
    )


def test_environments_are_listed_a_name_a_line_where_no_terminal_is(home: Scratch) -> None:
    assert said(home, "env", "list") == (0, "root\ndev\nprod\n", "")
    assert told(home, "env", "list") == {
        "envs": {
            "root": {"prefix": ""},
            "dev": {"prefix": "wrapx exec dev --", "region": "eu-west-1"},
            "prod": {"prefix": "wrapx exec prod --"},
        },
        "active": "root",
        "here": "root",
        "source": "global",
    }


def test_on_a_terminal_the_active_environment_is_marked(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    shown = home.run("script", "-qec", "axium env list", "/dev/null").stdout
    assert shown.splitlines() == [
        "  root",
        "* dev (wrapx exec dev --, eu-west-1)",
        "  prod (wrapx exec prod --)",
    ]


def test_properties_are_shown_with_where_they_were_written(home: Scratch) -> None:
    assert said(home, "env", "show", "dev") == (
        0,
        (
            "dev\n  prefix  wrapx exec dev --  envs.yaml:4:13\n"
            "  region  eu-west-1          envs.yaml:5:13\n"
        ),
        "",
    )
    assert told(home, "env", "show") == {
        "env": "root",
        "active": "global",
        "properties": {"prefix": {"value": "", "where": "envs.yaml:2:18"}},
    }


def test_a_pane_has_its_own_environment_until_it_is_cleared(home: Scratch, tmux: Tmux) -> None:
    pane = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": "%0"}
    assert said(home, "env", "set", "dev", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "dev\n", "")
    assert said(home, "env", "get") == (0, "root\n", "")
    assert told(home, "env", "show", **pane)["active"] == "pane"
    (key,) = told(home, "env", "list", "--panes")["panes"].items()
    assert key[1] == "dev"
    assert said(home, "env", "list", "--panes")[1] == f"{key[0]}  dev\n"
    assert said(home, "env", "set", "prod", "--global", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "dev\n", "")
    assert said(home, "env", "clear", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "prod\n", "")


def test_a_pane_can_be_named(home: Scratch, tmux: Tmux) -> None:
    server = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0")}
    assert said(home, "env", "set", "dev", "--pane", "%0", **server) == (0, "", "")
    assert said(home, "env", "get", "--pane", "%0", **server) == (0, "dev\n", "")
    assert said(home, "env", "clear", "--pane=%0", "-v", **server) == (
        0,
        "",
        "✓ pane %0 follows the global environment\n",
    )


def test_outside_tmux_there_is_no_pane_to_clear(home: Scratch) -> None:
    assert said(home, "env", "clear") == (
        1,
        "",
        "✗ not in a tmux pane\n  name one: `axium env clear --pane %3`\n",
    )


def test_what_a_command_would_run_is_explained(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    code, data, talk = said(home, "explain", "--", "terraform", "plan", "-out=x y")
    assert (code, talk) == (0, "")
    lines = data.splitlines()
    assert lines[0] == "environment  dev (global)"
    assert lines[1].startswith("rule         prefixes.yaml:")
    assert lines[2] == "runs         wrapx exec dev -- terraform plan '-out=x y'"
    assert any("envs.yaml:4:13" in line for line in lines[4:])
    document = json.loads(said(home, "explain", "--json", "terraform")[1])
    assert document["argv"] == ["wrapx", "exec", "dev", "--", "terraform"]


FORMS = """\
prefixes:
  - {command: a, prefix: x}
  - {command: b, wrapper: x}
  - {command: c, strategy: wrapper, config: {command: x}}
  - {command: d, strategy: args_prepend, config: {args: [x]}}
  - {command: e, strategy: args_append, config: {args: [x]}}
  - {command: f, strategy: env_vars, config: {env: {A: x}}}
"""


def test_rules_are_explained_in_the_words_of_the_file(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text(FORMS)
    assert said(home, "daemon", "reload") == (0, "", "")
    told = [said(home, "explain", command)[1].splitlines()[1].split() for command in "abcdef"]
    assert [row[2] for row in told] == [
        "prefix",
        "wrapper",
        "wrapper",
        "args_prepend",
        "args_append",
        "env_vars",
    ]


def test_every_further_line_of_a_refused_command_is_a_hint(home: Scratch) -> None:
    assert said(home, "env", "set", "prod") == (0, "", "")
    (home.home / "envs.yaml").write_text("envs: {root: {}, prods: {}}\n")
    assert said(home, "daemon", "reload") == (0, "", "")
    assert said(home, "run", "aws") == (
        1,
        "",
        (
            "✗ Unknown environment: prod\n  Did you mean: prods\n"
            "  `axium env list` shows all of them\n"
        ),
    )


def test_a_variable_of_this_process_is_told_to_explain(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text(
        "prefixes:\n  - {command: aws, prefix: 'wrapx $REGION'}\n"
    )
    assert said(home, "daemon", "reload") == (0, "", "")
    assert "runs         wrapx eu aws" in said(home, "explain", "aws", REGION="eu")[1]


def test_a_command_is_explained_where_the_directory_was_removed(home: Scratch) -> None:
    script = "mkdir gone && cd gone && rmdir ../gone && axium explain aws"
    done = home.run("bash", "-c", script)
    assert done.returncode == 0
    assert "runs         aws" in done.stdout


def test_a_wrapper_is_added_used_and_removed(home: Scratch) -> None:
    before = (home.home / "prefixes.yaml").read_text()
    home.tool("wrapx", '#!/bin/sh\necho "$@"\n')
    assert said(home, "wrapper", "add", "kubectl", "wrapx exec --") == (0, "", "")
    assert said(home, "wrapper", "list")[1].split() == ["aws", "kubectl", "terraform"]
    assert said(home, "run", "kubectl", "get") == (0, "exec -- get\n", "")
    assert said(home, "wrapper", "add", "kubectl", "other")[0] == 1
    assert said(home, "wrapper", "remove", "kubectl", "-v") == (
        0,
        "",
        "✓ `kubectl` is not wrapped any more\n",
    )
    assert said(home, "wrapper", "list")[1].split() == ["aws", "terraform"]
    assert (home.home / "prefixes.yaml").read_text() == before


def test_a_wrapper_is_added_and_removed_beside_a_fault_which_is_told(home: Scratch) -> None:
    (home.home / "hud.yaml").write_text("layout: env\n")
    code, data, talk = said(home, "wrapper", "add", "kubectl", "wrapx exec --")
    assert (code, data, talk.splitlines()[0]) == (
        1,
        "",
        "hud.yaml:1:9: `layout` must be a list, found `env`",
    )
    assert said(home, "wrapper", "list")[1].split() == ["aws", "kubectl", "terraform"]
    assert said(home, "wrapper", "remove", "kubectl") == (code, data, talk)
    assert said(home, "wrapper", "list")[1].split() == ["aws", "terraform"]


def test_a_notification_without_a_title_is_refused(scratch: Scratch) -> None:
    refused = (1, "", "✗ the title is empty\n  say what happened: `-t 'backup is done'`\n")
    assert said(scratch, "notify", "send", "-t", "") == refused
    assert said(scratch, "notify", "send", "-t", " ") == refused
    assert scratch.processes() == {}


def test_a_command_without_a_rule_cannot_be_unwrapped(home: Scratch) -> None:
    assert said(home, "wrapper", "remove", "terrafrom") == (
        1,
        "",
        "✗ `terrafrom` has no rule in prefixes.yaml\n  did you mean `terraform`?\n",
    )


def test_what_cannot_be_wrapped_leaves_the_file_alone(home: Scratch) -> None:
    before = (home.home / "prefixes.yaml").read_text()
    code, _, talk = said(home, "wrapper", "add", "cd", "wrapx")
    assert (code, (home.home / "prefixes.yaml").read_text()) == (1, before)
    assert "`cd` can't be wrapped" in talk


def test_notifications_are_sent_listed_drained_once_and_cleared(home: Scratch) -> None:
    assert said(home, "notify", "send", "-t", "one", "-b", "more", "-l", "warning") == (0, "", "")
    assert said(home, "notify", "list")[1].endswith("  warning  core: one — more\n")
    (row,) = told(home, "notify", "drain")["notifications"]
    assert (row["title"], row["body"], row["level"]) == ("one", "more", "warning")
    assert told(home, "notify", "drain") == {"notifications": []}
    assert said(home, "notify", "send", "-t", "two") == (0, "", "")
    assert said(home, "notify", "clear", "-v") == (0, "", "✓ 1 notification was taken away\n")
    assert said(home, "notify", "send", "-t", "x", "-l", "loud")[0] == 1


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


def test_faults_are_told_by_reload_and_the_last_good_stays(home: Scratch) -> None:
    (home.home / "envs.yaml").write_text("envs:\n  dev: [\n")
    code, data, talk = said(home, "daemon", "reload")
    assert (code, data) == (1, "")
    assert talk.startswith("envs.yaml:")
    assert said(home, "env", "list")[1] == "root\ndev\nprod\n"


def test_pause_and_resume_are_silent_and_idempotent(home: Scratch) -> None:
    for command, state in (("pause", "paused"), ("pause", "paused"), ("resume", "monitoring")):
        assert said(home, "daemon", command) == (0, "", "")
        status = told(home, "daemon", "status")
        assert status["state"] == state


def test_a_daemon_is_stopped_restarted_and_started(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "daemon", "restart") == (0, "", "")
    pid = daemon.request({"cmd": "ping"})["pid"]
    assert (pid != daemon.pid, list(scratch.processes())) == (True, [pid])
    assert said(scratch, "daemon", "stop") == (0, "", "")
    assert scratch.processes() == {}
    assert said(scratch, "daemon", "stop") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert said(scratch, "daemon", "reload")[0] == 1
    assert said(scratch, "daemon", "status") == (0, "not running\n", "")
    assert told(scratch, "daemon", "status")["running"] is False
    assert said(scratch, "env", "get") == (0, "root\n", "")
    assert scratch.processes() == {}


def test_a_command_that_needs_the_daemon_starts_it(scratch: Scratch) -> None:
    assert said(scratch, "env", "list") == (0, "root\nbuilder\n", "")
    assert len(scratch.processes()) == 1


def test_no_autostart_is_respected(scratch: Scratch) -> None:
    assert said(scratch, "env", "set", "root", AXIUM_NO_AUTOSTART="1") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert scratch.processes() == {}


def test_the_log_is_shown_and_followed(daemon: Daemon) -> None:
    log = daemon.scratch.home / "logs" / "axiumd.log"
    with log.open("a") as more:
        more.write("".join(f"line {n}\n" for n in range(100)))
    shown = said(daemon.scratch, "daemon", "logs")[1].splitlines()
    assert (len(shown), shown[-1]) == (50, "line 99")
    assert said(daemon.scratch, "daemon", "logs", "-n", "2")[1] == "line 98\nline 99\n"
    out = daemon.scratch.root / "followed"
    argv = [str(VENV_BIN / "axium"), "daemon", "logs", "-f", "-n", "1"]
    with out.open("wb") as file:
        follower = subprocess.Popen(argv, env=daemon.scratch.environ, stdout=file)
    until(lambda: out.read_text() == "line 99\n")
    with log.open("a") as more:
        more.write("and more\n")
    until(lambda: out.read_text() == "line 99\nand more\n")
    os.replace(log, f"{log}.1")
    log.write_text("new\n")
    until(lambda: out.read_text().endswith("new\n"))
    follower.terminate()
    assert follower.wait() == -15


def test_a_log_that_is_not_there_is_told(scratch: Scratch) -> None:
    assert said(scratch, "daemon", "logs") == (
        1,
        "",
        f"✗ there is no log at {scratch.home}/logs/axiumd.log\n  no daemon was started yet\n",
    )


def test_info_names_version_and_places(scratch: Scratch) -> None:
    facts = told(scratch, "info")
    assert facts["version"] == axium.__version__
    assert facts["home"] == str(scratch.home)
    text = said(scratch, "info")[1]
    assert text.startswith("Axium core — everything revolves around you.\n\nversion")


def test_info_names_the_runtime_directory_of_the_daemon(daemon: Daemon) -> None:
    scratch = daemon.scratch
    (real,) = scratch.runtime.iterdir()
    assert told(scratch, "info", XDG_RUNTIME_DIR="")["runtime"] == str(real)


def test_bootstrap_makes_a_private_home_and_never_touches_a_users_file(scratch: Scratch) -> None:
    (scratch.home / "envs.yaml").write_text("envs: {mine: {}}\n")
    assert said(scratch, "bootstrap") == (0, "", "")
    made = {path.name for path in scratch.home.iterdir()}
    assert {"envs.yaml", "prefixes.yaml", "hud.yaml", "bash", "tmux", "logs"} <= made
    assert (scratch.home / "prefixes.yaml").stat().st_mode & 0o777 == 0o600
    hook = scratch.home / "bash" / "init.sh"
    hook.write_text("old")
    assert said(scratch, "bootstrap") == (0, "", "")
    assert hook.read_text() == "old"
    assert said(scratch, "bootstrap", "--force") == (0, "", "")
    assert (hook.read_text() != "old", (scratch.home / "envs.yaml").read_text()) == (
        True,
        "envs: {mine: {}}\n",
    )


def test_the_hook_is_printed_for_a_home_of_any_name(scratch: Scratch) -> None:
    home = scratch.root / "a 'home' $(touch canary) \"x\""
    script = 'eval "$(axium init bash)"; echo "$_axium_home"'
    done = scratch.run("bash", "-c", script, env={"AXIUM_HOME": str(home)})
    assert (done.stdout, done.stderr) == (f"{home}\n", "")
    assert not (scratch.user / "canary").exists()


def test_the_hook_of_another_shell_is_told_to_be_missing(scratch: Scratch) -> None:
    assert said(scratch, "init", "pash") == (
        1,
        "",
        "✗ no hook for the shell `pash`\n  did you mean `bash`?\n",
    )


NO_PANE = "name one: `--pane %3`, in a key binding `--pane '#{pane_id}'`; or say `--global`"


@pytest.mark.parametrize("verb", [("set", "dev"), ("clear",)])
def test_an_empty_pane_is_never_every_pane(home: Scratch, verb: tuple[str, ...]) -> None:
    refused = said(home, "env", *verb, "--pane", "")
    assert refused == (1, "", f"✗ no pane is named\n  {NO_PANE}\n")
    assert said(home, "env", "get") == (0, "root\n", "")


def test_a_key_binding_of_tmux_must_name_the_pane_that_it_means(home: Scratch, tmux: Tmux) -> None:
    inside = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": ""}
    refused = (1, "", f"✗ in tmux, but TMUX_PANE is not set\n  {NO_PANE}\n")
    assert said(home, "env", "set", "dev", **inside) == refused
    assert said(home, "env", "get") == (0, "root\n", "")
    assert said(home, "env", "set", "dev", "--global", **inside) == (0, "", "")
    assert said(home, "env", "get") == (0, "dev\n", "")


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
    assert said(scratch, "daemon", "logs") == (2, "", f"✗ Is a directory (`{log}`)\n")
