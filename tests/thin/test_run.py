"""`axium run`: what becomes of a command, from published tables and from the daemon's plans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.thin import paths
from axium.thin.words import frame
from tests.support import Daemon, Scratch, Tmux, until
from tests.support.scratch import VENV_BIN
from tests.thin.publishing import Published, recorded
from tests.thin.speaker import Speaker

NO_DAEMON = {"AXIUM_NO_AUTOSTART": "1"}


@pytest.fixture
def published(scratch: Scratch) -> Published:
    published = Published(scratch)
    published.everywhere("dev")
    return published


def test_a_table_says_argv_and_variables(published: Published) -> None:
    wrapx = published.tool("wrapx")
    published.table(
        "aws", "go", "prefixes.yaml:1:1",
        "<wrapx", "<exec", "<", "<--", "<aws", ">last", "=A=x=y", "=EMPTY=", "-GONE",
    )  # fmt: skip
    done = published.scratch.axium("run", "aws", "s3", "-v", "", env={"GONE": "1"})
    argv, env = recorded(done.stdout)
    assert (argv[1:], done.stderr) == (["exec", "", "--", "aws", "s3", "-v", "", "last"], "")
    assert argv[0] == wrapx
    expected = {"A": "x=y", "EMPTY": "", "GONE": None, "AXIUM_ENV": "dev", "AXIUM_WRAPPED": "aws"}
    assert {name: env.get(name) for name in expected} == expected


def test_without_an_environment_there_is_no_axium_env(published: Published) -> None:
    published.everywhere("")
    published.tool("aws")
    published.table("aws", "go", "", "<aws")
    _, env = recorded(published.scratch.axium("run", "aws", env={"AXIUM_ENV": "old"}).stdout)
    assert "AXIUM_ENV" not in env


def test_arguments_that_are_not_utf8_arrive_byte_for_byte(published: Published) -> None:
    published.scratch.tool("aws", '#!/bin/sh\nprintf "%s|" "$@" "$ODD"\n')
    published.table("aws", "go", "", "<aws", "<\udcfe", "=ODD=\udcfd")
    for locale in ("C.UTF-8", "POSIX"):
        argv = [os.fsencode(VENV_BIN / "axium"), b"run", b"aws", b"a\xffb", "é".encode()]
        environ = published.scratch.environ | {"LC_ALL": locale}
        assert subprocess.check_output(argv, env=environ) == b"\xfe|a\xffb|\xc3\xa9|\xfd|"


@pytest.fixture
def ended() -> Iterator[Path]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield Path(f"/proc/{process.pid}")
        process.kill()


def test_a_pane_with_an_override_goes_by_its_own_pointer(published: Published, ended: Path) -> None:
    published.tool("aws")
    published.table("aws", "go", "", "<aws", "<global")
    published.table("aws", "go", "", "<aws", "<pane", stamp="s2")
    server = f"/tmp/a server,{ended.name}"
    start = paths.process_start(ended.name)
    published.write(f"p{server},{start}/%3", "prod", "s2", "", "c1")
    published.write(f"p{server},1/%4", "prod", "s2", "", "c1")

    def seen(**env: str) -> tuple[list[str], str]:
        argv, environ = recorded(published.scratch.axium("run", "aws", env=env).stdout)
        return argv[1:], environ["AXIUM_ENV"]

    assert seen(TMUX=f"{server},0", TMUX_PANE="%3") == (["pane"], "prod")
    assert seen(TMUX=f"{server},0", TMUX_PANE="%4") == (["global"], "dev")
    assert seen(TMUX_PANE="%3") == (["global"], "dev")


def test_the_exit_code_and_the_signal_are_the_tools_own(published: Published) -> None:
    published.table("sh", "go", "", "<sh")
    assert published.scratch.axium("run", "sh", "-c", "exit 42").returncode == 42
    killed = published.scratch.axium("run", "sh", "-c", "kill -TERM $$")
    assert killed.returncode == -signal.SIGTERM


def test_the_tool_finds_signals_and_descriptors_as_its_caller_left_them(
    published: Published,
) -> None:
    published.table("sh", "go", "", "<sh")
    script = "grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status; ls -l /proc/$$/fd | wc -l"
    direct = published.scratch.run("sh", "-c", script)
    assert published.scratch.axium("run", "sh", "-c", script).stdout == direct.stdout


def test_axium_off_and_a_tool_inside_itself_run_plainly(published: Published) -> None:
    published.tool("aws")
    published.table("aws", "go", "", "<wrapx", "<aws")
    for env in ({"AXIUM_OFF": "1"}, {"AXIUM_WRAPPED": "aws"}):
        argv, seen = recorded(published.scratch.axium("run", "aws", "s3", env=env).stdout)
        assert (argv[1:], seen.get("AXIUM_ENV")) == (["s3"], None)


def test_a_script_without_an_interpreter_line_is_the_shells(published: Published) -> None:
    published.scratch.tool("bare", 'echo "$1 in $AXIUM_ENV"\n')
    published.table("bare", "go", "", "<bare")
    assert published.scratch.axium("run", "bare", "here").stdout == "here in dev\n"


def test_a_script_for_a_shell_that_is_not_there_is_126(published: Published) -> None:
    script = published.scratch.tool("bare", "echo\n")
    published.table("bare", "go", "", "<bare")
    hidden = (
        "bwrap",
        "--dev-bind",
        "/",
        "/",
        "--ro-bind",
        "/dev/null",
        os.path.realpath("/bin/sh"),
    )
    done = published.scratch.run(*hidden, "python", "-P", "-m", "axium", "run", "bare")
    assert (done.returncode, done.stderr) == (
        126,
        f"✗ cannot run `{script}`: Permission denied\n",
    )


def test_a_missing_program_names_the_rule_and_what_to_do(published: Published) -> None:
    published.tool("aws")
    published.table("aws", "go", "prefixes.yaml:3:5", "<wrapx", "<aws")
    done = published.scratch.axium("run", "aws")
    assert (done.returncode, done.stdout, done.stderr) == (
        127,
        "",
        (
            "✗ `aws` did not run: `wrapx`, which its rule names, is not there\n"
            "  see prefixes.yaml:3:5: install it, or write `fallback: plain` there\n"
        ),
    )


def test_a_missing_program_falls_back_to_the_plain_command_where_the_rule_says_so(
    published: Published,
) -> None:
    published.tool("aws")
    published.table("aws", "go", "", "<wrapx", "<aws", "=REGION=eu", "?plain")
    argv, env = recorded(published.scratch.axium("run", "aws", "s3").stdout)
    assert (argv[1:], env["REGION"], env["AXIUM_ENV"]) == (["s3"], "eu", "dev")


def test_a_program_that_cannot_be_executed_is_126(published: Published) -> None:
    path = published.scratch.tool("wrapx", "#!/bin/sh\n")
    path.chmod(0o644)
    published.table("aws", "go", "prefixes.yaml:3:5", "<wrapx", "<aws")
    done = published.scratch.axium("run", "aws")
    assert (done.returncode, done.stderr) == (
        126,
        (
            "✗ `aws` did not run: `wrapx`, which its rule names, is not executable: "
            f"{path}\n  see prefixes.yaml:3:5\n"
        ),
    )


def test_an_interpreter_that_is_not_there_is_126(published: Published) -> None:
    published.scratch.tool("aws", "#!/does/not/exist\n")
    published.table("aws", "go", "", "<aws")
    done = published.scratch.axium("run", "aws")
    assert (done.returncode, done.stderr) == (
        126,
        f"✗ cannot run `{published.scratch.bin}/aws`: No such file or directory\n",
    )


def test_a_plain_command_that_is_not_there_is_127(published: Published) -> None:
    published.table("aws2", "go", "", "<aws2")
    done = published.scratch.axium("run", "aws2")
    assert (done.returncode, done.stderr) == (127, "✗ `aws2` did not run: it is not on PATH\n")


def test_a_program_whose_name_is_not_utf8_runs_as_it_was_typed(daemon: Daemon) -> None:
    tool = daemon.scratch.tool(
        "caf\udce9", "#!/bin/sh\nprintf '%s' \"${0##*/}|$*\" | od -An -tx1\n"
    )
    done = daemon.scratch.axium("run", str(tool), "a\udcff")
    shown = (done.returncode, done.stdout.split(), done.stderr)
    assert shown == (0, ["63", "61", "66", "e9", "7c", "61", "ff"], "")


def test_what_is_told_steers_no_terminal(published: Published) -> None:
    done = published.scratch.axium("run", "\x1b[31mred\x07\udcff ü家")
    told = "✗ `\\x1b[31mred\\x07\\xff ü家` did not run: it is not on PATH\n"
    assert (done.returncode, done.stderr) == (127, told)


def test_a_directory_that_is_typed_is_126(published: Published) -> None:
    place = published.scratch.user
    done = published.scratch.axium("run", str(place))
    told = f"✗ `{place}` did not run: it is no file that can be executed\n"
    assert (done.returncode, done.stderr) == (126, told)


def test_a_directory_on_path_is_no_program(published: Published) -> None:
    (published.scratch.bin / "aws2").mkdir()
    published.table("aws2", "go", "", "<aws2")
    assert published.scratch.axium("run", "aws2").returncode == 127


@pytest.mark.parametrize(
    ("shell", "start_file", "function"),
    [
        ("/bin/bash", ".bashrc", 'wrapx() { printf "%s|" from function "$@"; return 3; }'),
        ("/bin/zsh", ".zshrc", 'wrapx() { printf "%s|" from function "$@"; return 3; }'),
        (
            "/usr/bin/fish",
            ".config/fish/config.fish",
            'function wrapx; printf "%s|" from function $argv; return 3; end',
        ),
    ],
)
def test_a_function_of_the_users_shell_is_found(
    published: Published, shell: str, start_file: str, function: str
) -> None:
    path = published.scratch.user / start_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"echo noise >&2\n{function}\n")
    published.table("aws", "go", "prefixes.yaml:3:5", "<wrapx", "<a b", "<aws")
    hostile = "$(touch canary); `touch canary` '\"*"
    done = published.scratch.axium("run", "aws", hostile, env={"SHELL": shell})
    assert (done.returncode, done.stdout) == (3, f"from|function|a b|aws|{hostile}|")
    assert done.stderr == ("noise\n" if shell.endswith("fish") else "")
    assert not (published.scratch.user / "canary").exists()


@pytest.mark.parametrize(
    "damage",
    [b"", b"axium2\0dev\0s1\0\0c1\0end\0", b"axium1\0dev\0s1\0\0c1\0", b"axium1\0dev\0end\0"],
)
def test_a_damaged_pointer_goes_to_the_daemon(published: Published, damage: bytes) -> None:
    published.tool("aws")
    published.table("aws", "go", "", "<aws", "<never")
    (published.run / "global").write_bytes(damage)
    plan = frame(["go", "", "<aws", "<planned", "*prod"])
    with Speaker(published.scratch.socket, lambda _line: plan):
        argv, env = recorded(published.scratch.axium("run", "aws").stdout)
    assert (argv[1:], env["AXIUM_ENV"]) == (["planned"], "prod")


@pytest.mark.parametrize(
    "words",
    [("go", "", "<aws", "!what"), ("go", ""), ("stop", "", "<aws"), ("go", "", "<aws", "@s3"), ()],
)
def test_a_table_that_does_not_say_all_goes_to_the_daemon(
    published: Published, words: tuple[str, ...]
) -> None:
    published.tool("aws")
    published.table("aws", *words)
    plan = frame(["go", "", "<aws", "<planned", "*prod"])
    with Speaker(published.scratch.socket, lambda _line: plan):
        argv, _ = recorded(published.scratch.axium("run", "aws", "s3").stdout)
    assert argv[1:] == ["planned", "s3"]


def test_a_file_of_another_kind_is_not_read(published: Published) -> None:
    (published.run / "global").unlink()
    os.mkfifo(published.run / "global")
    with Speaker(published.scratch.socket, lambda _line: frame(["go", "", "<true", "*"])):
        assert published.scratch.axium("run", "true").returncode == 0


def test_the_daemon_is_told_where_and_the_variables_that_the_table_names(
    published: Published,
) -> None:
    published.table("aws", "ask", "", "$REGION", "$MISSING")
    env = {"REGION": 'eu "1"', "TMUX": "/s,1,0", "TMUX_PANE": "%1"}
    plan = frame(["go", "", "<true", "*dev"])
    with Speaker(published.scratch.socket, lambda _line: plan) as server:
        published.scratch.axium("run", "aws", "a\nb", "\udcff", env=env)
    (line,) = server.asked
    verb, _, request = line.partition(b" ")
    assert (verb, json.loads(request)) == (
        b"PLAN",
        {
            "command": "aws",
            "args": ["a\nb", "\ufffd"],
            "pane": "%1",
            "server": "/s,1",
            "cwd": str(published.scratch.user),
            "variables": {"REGION": 'eu "1"', "MISSING": None},
        },
    )


def test_variables_that_the_daemon_misses_are_told_on_a_second_round(
    published: Published,
) -> None:
    published.tool("aws")

    def answer(line: bytes) -> bytes:
        told = json.loads(line.partition(b" ")[2])["variables"]
        if set(told) != {"A", "B"}:
            return frame(["ask", "", "$A", "$B"])
        return frame(["go", "", "<aws", f"<{told['A']}", "*dev"])

    published.table("aws", "ask", "", "$A")
    with Speaker(published.scratch.socket, answer):
        argv, _ = recorded(published.scratch.axium("run", "aws", env={"A": "one"}).stdout)
    assert argv[1:] == ["one"]


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (frame(["no", "envs.yaml:3:5: no such key", "did you mean `prefix`?"]), 1,
         "✗ envs.yaml:3:5: no such key\n  did you mean `prefix`?\n"),
        (frame(["ask", "", "$A"]), 2,
         "✗ the daemon has no plan for `aws`\n  see `axium daemon logs`\n"),
        (b"", 2, "✗ the daemon gave no plan\n  it may be of another version: restart it\n"),
        (frame(["go", "", "<aws"])[:-3], 2,
         "✗ the daemon gave no plan\n  it may be of another version: restart it\n"),
    ],
)  # fmt: skip
def test_what_the_daemon_will_not_plan_does_not_run(
    published: Published, answer: bytes, code: int, message: str
) -> None:
    published.tool("aws")
    with Speaker(published.scratch.socket, lambda _line: answer):
        done = published.scratch.axium("run", "aws")
    assert (done.returncode, done.stdout, done.stderr) == (code, "", message)


def test_a_variable_that_is_not_utf8_stops_the_command(published: Published) -> None:
    published.table("aws", "ask", "", "$ODD")
    with Speaker(published.scratch.socket, lambda _line: b""):
        done = published.scratch.axium("run", "aws", env={"ODD": "\udcff"})
    assert (done.returncode, done.stderr) == (
        1,
        "✗ the variable `ODD` is not UTF-8\n  change `ODD`\n",
    )


def test_usage_is_told_where_no_command_is_named(scratch: Scratch) -> None:
    done = scratch.axium("run")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "✗ missing argument `COMMAND`")


def configure(scratch: Scratch, prefix: str) -> None:
    """A home of one environment and one rule."""
    (scratch.home / "envs.yaml").write_text(f"envs:\n  dev:\n    prefix: '{prefix}'\n")
    (scratch.home / "prefixes.yaml").write_text(
        "prefixes:\n  - command: aws\n    prefix: ${env.prefix}\n"
    )
    (scratch.home / "state.json").write_text('{"active_env": "dev"}')


def test_without_daemon_and_published_files_the_users_files_decide(scratch: Scratch) -> None:
    configure(scratch, "wrapx exec --")
    Published(scratch).tool("wrapx")
    argv, env = recorded(scratch.axium("run", "aws", "s3", "-v", env=NO_DAEMON).stdout)
    assert (argv[1:], env["AXIUM_ENV"]) == (["exec", "--", "aws", "s3", "-v"], "dev")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("prefixes.yaml", "prefixes: [", "prefixes.yaml:"),
        ("state.json", "{", "state.json is damaged"),
        ("state.json", '{"active_env": "gone"}', "unknown environment `gone`"),
        ("envs.yaml", "envs:\n  dev: {}\n", "prefixes.yaml:3:13"),
    ],
)
def test_files_that_do_not_say_it_for_certain_run_nothing(
    scratch: Scratch, file: str, text: str, said: str
) -> None:
    configure(scratch, "wrapx")
    Published(scratch).tool("aws")
    (scratch.home / file).write_text(text)
    done = scratch.axium("run", "aws", env=NO_DAEMON)
    assert (done.stdout, done.returncode > 0) == ("", True)
    assert said in done.stderr


def test_a_rule_that_only_the_daemon_knew_keeps_the_command_from_running(
    scratch: Scratch,
) -> None:
    configure(scratch, "")
    published = Published(scratch)
    published.tool("kubectl")
    published.write("commands", "c1", "aws", "kubectl")
    done = scratch.axium("run", "kubectl", env=NO_DAEMON)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        (
            "✗ `kubectl` is wrapped by a rule that is not in your files\n"
            "  start the daemon: `axium daemon start`\n"
        ),
    )


def test_a_command_starts_the_daemon_which_is_not_its_child(scratch: Scratch) -> None:
    configure(scratch, "wrapx exec --")
    Published(scratch)
    scratch.tool("wrapx", '#!/bin/sh\necho "$@"; cat /proc/$$/task/$$/children\n')
    done = scratch.axium("run", "aws")
    # The only child that the tool can see is the `cat` that it started itself.
    words = done.stdout.split()
    assert (words[:3], len(words), done.stderr) == (["exec", "--", "aws"], 4, "")
    assert scratch.axium("daemon", "status", "--json").stdout.startswith('{\n  "running": true')


def test_a_first_run_makes_the_home(scratch: Scratch) -> None:
    scratch.home.rmdir()
    done = scratch.axium("run", "true")
    assert (done.returncode, done.stderr) == (0, "")
    assert (scratch.home / "envs.yaml").exists()


def test_the_daemons_own_tables_and_plans_agree(daemon: Daemon) -> None:
    scratch = daemon.scratch
    configure(scratch, "wrapx exec --")
    scratch.tool("wrapx", '#!/bin/sh\necho "$@" in "$AXIUM_ENV"\n')
    assert scratch.axium("daemon", "reload").returncode == 0
    assert scratch.axium("env", "set", "dev").returncode == 0
    by_table = scratch.axium("run", "aws", "s3")
    (scratch.home / "run" / "global").unlink()
    by_plan = scratch.axium("run", "aws", "s3")
    assert (by_table.stdout, by_table.stderr) == ("exec -- aws s3 in dev\n", "")
    assert (by_plan.stdout, by_plan.stderr) == (by_table.stdout, "")


def test_a_pane_in_tmux_runs_in_its_own_environment(daemon: Daemon, tmux: Tmux) -> None:
    scratch = daemon.scratch
    configure(scratch, "wrapx exec --")
    (scratch.home / "envs.yaml").write_text("envs:\n  dev: {prefix: dev}\n  prod: {prefix: prod}\n")
    for name in ("dev", "prod"):
        scratch.tool(name, '#!/bin/sh\necho "$@" in "$AXIUM_ENV"\n')
    assert scratch.axium("daemon", "reload").returncode == 0
    assert scratch.axium("env", "set", "dev").returncode == 0
    tmux.send("main", "axium env set prod && axium env get && axium run aws s3; axium hud")
    tmux.wait_for(lambda: "uptime" in tmux.capture())
    screen = [line for line in tmux.capture().splitlines() if line and not line.startswith("$")]
    assert screen[:2] == ["prod", "aws s3 in prod"]
    assert screen[2].startswith("[axium] env:prod")
    assert scratch.axium("env", "get").stdout == "dev\n"


def test_without_published_files_a_pane_still_has_its_own_environment(
    daemon: Daemon, tmux: Tmux
) -> None:
    scratch = daemon.scratch
    (scratch.home / "envs.yaml").write_text("envs:\n  dev: {prefix: dev}\n  prod: {prefix: prod}\n")
    pane = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": "%0"}
    assert scratch.axium("daemon", "reload").returncode == 0
    assert scratch.axium("env", "set", "dev").returncode == 0
    assert scratch.axium("env", "set", "prod", env=pane).returncode == 0
    assert scratch.axium("daemon", "stop").returncode == 0
    (scratch.home / "run").unlink(missing_ok=True)
    for name in ("dev", "prod"):
        scratch.tool(name, '#!/bin/sh\necho "$@" in "$AXIUM_ENV"\n')

    def runs(env: dict[str, str]) -> str:
        return scratch.axium("run", "aws", "s3", env=env | NO_DAEMON).stdout

    assert (runs(pane), runs({})) == ("aws s3 in prod\n", "aws s3 in dev\n")
    # Another life of the server, at the same socket, does not inherit the pane's environment.
    other = pane | {"TMUX": f"{tmux.socket},1,0"}
    assert runs(other) == "aws s3 in dev\n"


def test_a_start_file_that_hangs_is_ended_with_all_that_it_started(published: Published) -> None:
    scratch = published.scratch
    (scratch.user / ".bashrc").write_text("sleep 61 | sleep 62\n")
    published.table("aws", "go", "prefixes.yaml:3:5", "<wrapx", "<aws")
    assert scratch.axium("run", "aws").returncode == 127
    until(lambda: not scratch.processes())  # a killed process takes a moment to be gone


def test_an_interrupt_that_the_caller_ignores_stays_ignored(published: Published) -> None:
    published.table("sh", "go", "", "<sh")
    script = "trap '' INT; axium run sh -c 'grep SigIgn /proc/self/status'"
    done = published.scratch.run("sh", "-c", script)
    assert int(done.stdout.split()[1], 16) & (1 << (signal.SIGINT - 1))


def test_an_ordinary_start_of_the_package_is_the_same_program(published: Published) -> None:
    published.tool("aws")
    published.table("aws", "go", "", "<aws", "<--")
    done = published.scratch.run("python", "-P", "-m", "axium", "run", "aws", "s3")
    assert recorded(done.stdout)[0][1:] == ["--", "s3"]


def test_a_function_in_a_terminal_can_be_interrupted(published: Published, tmux: Tmux) -> None:
    (published.scratch.user / ".bashrc").write_text('wrapx() { echo begun "$@"; sleep 60; }\n')
    published.table("aws", "go", "prefixes.yaml:3:5", "<wrapx", "<aws")
    tmux.send("main", "axium run aws; echo ended $?")
    tmux.wait_for(lambda: "begun aws" in tmux.capture())
    tmux.cmd("send-keys", "-t", "main", "C-c")
    tmux.wait_for(lambda: "$ " in tmux.capture().rpartition("begun")[2])
    tmux.send("main", "stty -a | grep -c isig; echo $((6 * 7))")
    tmux.wait_for(lambda: "42" in tmux.capture())
    tmux.wait_for(lambda: not [c for c in published.scratch.processes().values() if "60" in c])
