"""zsh at a terminal: its prompt, its jobs, and what Tab offers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from axium.thin.paths import process_start
from tests.shell.scene import VERSION, Scene, Zsh
from tests.shell.test_completion import write_plugins
from tests.support import Tmux
from tests.support.scratch import make_scratch

CATALOGUE = [
    "run\tcore\tRun a command.\trest -v --verbose",
    "explain\tcore\tExplain.\trest --pane=pane --json",
    "hud\tcore\tPrint the HUD.\t--pane=pane --format={plain,tmux,ansi}",
    "hud reload\tcore\tRead it again.\t-v",
    "env set\tenvironments\tMake an environment active.\tenv --pane=pane --global --shell",
    "env -\tenvironments\tReturn.\t--global",
    "env exec\tenvironments\tRun one command.\tenv rest -v",
    "wrapper remove\tenvironments\tTake it out.\twrapped",
    "help\tsystem\tShow: every command.\tcommand* --json",
    "spoke reload\tplugins\tLoad.\tspoke?",
    "gear reload\tplugins\tLoad.\tgear?",
    "call\tlinks\tCall.\tlink method text*",
    "plug in deep\tspokes\tDeep.\tenv text --kind={a,b}",
]
RC = """PROMPT='${{AXIUM_PROMPT}}$ '; setopt prompt_subst
{before}
_tool() {{ compadd -- real-one real-two }}
{hook}
{after}
"""
COMPINIT = "autoload -Uz compinit; compinit -u -D; compdef _tool aws"


def server(scene: Scene, before: str = "", after: str = "") -> Tmux:
    """A server whose pane runs zsh with the hook, and waits at its prompt."""
    scene.prod("<aws", "<--profile", "<prod", "=AWS_PROFILE=prod", "-AWS_SECRET")
    scene.publish("envs", "dev", "prod", "odd one:1")
    scene.publish("links", "nas")
    scene.publish("methods", "nas pool.query")
    scene.publish("../catalogue", *CATALOGUE)
    write_plugins(scene)
    hook = scene.shell.source(scene)
    scene.rc.write_text(RC.format(before=before, hook=hook, after=after))
    directory = shlex.quote(str(scene.rc.parent))
    zsh = f"exec env ZDOTDIR={directory} zsh -d -i"
    tmux = Tmux(scene.scratch, size=(90, 40), shell=zsh)
    # The daemon is told in the background: what a test sees later is its own.
    tmux.wait_for(lambda: "$ " in tmux.capture() and "python" in scene.calls())
    return tmux


@pytest.fixture
def pane(zsh: Scene) -> Iterator[Tmux]:
    """Such a server, with completion."""
    tmux = server(zsh, before=COMPINIT)
    yield tmux
    tmux.close()


@pytest.fixture(scope="module")
def completing() -> Iterator[Tmux]:
    """One such server for all words that are completed."""
    scratch = make_scratch()
    tmux = server(Scene(scratch, Zsh()), before=COMPINIT)
    yield tmux
    tmux.close()
    scratch.close()


def press_tab(tmux: Tmux, line: str) -> None:
    """Type a line and Tab on an empty screen."""
    tmux.cmd("send-keys", "-t", "main", "C-u", "C-l")
    tmux.cmd("send-keys", "-t", "main", "-l", "--", line)
    tmux.cmd("send-keys", "-t", "main", "Tab")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("axium ru", "axium run"),
        ("axium e", "env      -- set, -, exec"),
        ("axium env ", "set   -- Make an environment active."),
        ("ax env s", "ax env set"),
        ("axium -v env s", "axium -v env set"),
        ("axium env set p", "axium env set prod"),
        ("axium env set o", "axium env set odd\\ one:1"),
        ("axium spoke reload mi", "axium spoke reload mine"),
        ("axium gear reload co", "axium gear reload cog"),
        ("axium call na", "axium call nas"),
        ("axium call nas pool.q", "axium call nas pool.query"),
        ("axium env set --pa", "axium env set --pane"),
        ("axium env set --pane ", "axium env set --pane %0"),
        ("axium env set --pane %0 d", "axium env set --pane %0 dev"),
        ("axium env set --pane=", "axium env set --pane=%0"),
        ("axium env set dev --pane %0 --s", "axium env set dev --pane %0 --shell"),
        ("axium env - --", "axium env - --global"),
        ("axium hud r", "axium hud reload"),
        ("axium hud --format=t", "axium hud --format=tmux"),
        ("axium hud --format p", "axium hud --format plain"),
        ("axium wrapper remove ", "axium wrapper remove aws"),
        ("axium help env s", "axium help env set"),
        ("axium pl", "axium plug"),
        ("axium plug i", "axium plug in"),
        ("axium plug in d", "axium plug in deep"),
        ("axium plug in deep dev --k", "axium plug in deep dev --kind"),
        ("aws real-t", "aws real-two"),
        ("axium run aws real-t", "axium run aws real-two"),
        ("axium run -v -- aws real-t", "axium run -v -- aws real-two"),
        ("axium explain -- aws one real-t", "axium explain -- aws one real-two"),
        ("axium env exec prod aws real-t", "axium env exec prod aws real-two"),
        ("axium env exec prod -- aws real-t", "axium env exec prod -- aws real-two"),
        ("axium env exec p", "axium env exec prod"),
        ("command axium env set d", "command axium env set dev"),
    ],
)
def test_tab_offers_what_fits(completing: Tmux, line: str, shown: str) -> None:
    press_tab(completing, line)

    completing.wait_for(lambda: shown in completing.capture())


def test_completion_starts_no_process(zsh: Scene, pane: Tmux) -> None:
    trace = zsh.scratch.root / "trace"
    pane.send(
        "main",
        f"exec strace -f --seccomp-bpf -e trace=execve,clone,vfork,fork -o {trace} zsh -d -i",
    )
    pane.wait_for(lambda: trace.exists() and "$ " in pane.capture())
    pane.send("main", "clear; command true mark")
    pane.wait_for(lambda: '"mark"' in trace.read_text() and "prod $" in pane.capture())

    press_tab(pane, "axium env set p")
    pane.wait_for(lambda: "axium env set prod" in pane.capture())

    assert "clone" not in trace.read_text().partition('"mark"')[2]


@pytest.mark.parametrize(
    ("before", "after", "typed"),
    [
        (COMPINIT, "", ""),
        ("", COMPINIT, ""),
        (COMPINIT, COMPINIT, ""),
        ("", "", COMPINIT),
        (COMPINIT, "setopt ksh_arrays no_unset sh_word_split null_glob", ""),
    ],
)
def test_completion_is_registered_whenever_there_is_something_to_register_it_with(
    zsh: Scene, before: str, after: str, typed: str
) -> None:
    tmux = server(zsh, before, after)
    try:
        tmux.send("main", typed)
        press_tab(tmux, "axium env set p")

        tmux.wait_for(lambda: "axium env set prod" in tmux.capture())
    finally:
        tmux.close()


def test_completion_works_without_the_hook(zsh: Scene, pane: Tmux) -> None:
    file = shlex.quote(str(zsh.home / "zsh/complete.zsh"))
    pane.send("main", "exec zsh -f")
    pane.send("main", f"PROMPT='bare $ '; {COMPINIT}; . {file}; compdef _axium axium")
    pane.wait_for(lambda: "\nbare $" in pane.capture())

    press_tab(pane, "axium env set p")

    pane.wait_for(lambda: "axium env set prod" in pane.capture())


def test_a_completion_of_the_users_own_stays(zsh: Scene) -> None:
    mine = "; _mine() { compadd mine }; compdef _mine axium"
    tmux = server(zsh, before=COMPINIT + mine)
    try:
        press_tab(tmux, "axium ")

        tmux.wait_for(lambda: "axium mine" in tmux.capture())
    finally:
        tmux.close()


def test_ctrl_c_and_ctrl_z_leave_the_shell_as_it_was(zsh: Scene, pane: Tmux) -> None:
    zsh.tool("aws", "echo running; exec cat")
    show = 'echo "$? $AWS_PROFILE $AWS_SECRET ${AXIUM_WRAPPED-none}"'
    pane.send("main", "AWS_PROFILE=mine; export AWS_SECRET=key; clear; aws 1")
    pane.wait_for(lambda: "running" in pane.capture())
    pane.cmd("send-keys", "-t", "main", "C-c")
    pane.wait_for(lambda: pane.capture().rstrip().endswith("$"))

    pane.send("main", show)
    pane.wait_for(lambda: "130 mine key none" in pane.capture())
    pane.send("main", "clear; aws 2")
    pane.wait_for(lambda: "running" in pane.capture())
    pane.cmd("send-keys", "-t", "main", "C-z")
    pane.wait_for(lambda: "suspended" in pane.capture())
    pane.wait_for(lambda: pane.capture().rstrip().endswith("$"))
    pane.send("main", show)
    pane.wait_for(lambda: "mine key none" in pane.capture())
    pane.send("main", "clear; fg")
    pane.wait_for(lambda: "continued" in pane.capture())
    pane.send("main", "typed into the tool")
    pane.wait_for(lambda: pane.capture().count("typed into the tool") == 2)
    pane.cmd("send-keys", "-t", "main", "C-d")
    pane.wait_for(lambda: pane.capture().rstrip().endswith("$"))
    pane.send("main", show)
    pane.wait_for(lambda: "0 mine key none" in pane.capture())


def test_a_pane_with_an_override_runs_commands_there(zsh: Scene, pane: Tmux) -> None:
    directory = f"p{pane.socket},{pane.pid},{process_start(pane.pid)}"
    zsh.table("<aws", "<--profile", "<dev", stamp="s2")
    zsh.publish(f"{directory}/%0", "dev", "s2", "1;31", "c1")

    pane.send("main", "aws there")
    pane.wait_for(lambda: "dev $ " in pane.capture())

    assert zsh.call().argv == [b"aws", b"--profile", b"dev", b"there"]
    coloured = pane.cmd("capture-pane", "-p", "-e", "-t", "main")
    assert "\x1b[31mdev" in coloured.replace("\x1b[1m\x1b[31m", "\x1b[31m")


def test_a_new_shell_in_a_pane_takes_up_the_environment_of_the_pane(zsh: Scene, pane: Tmux) -> None:
    directory = f"p{pane.socket},{pane.pid},{process_start(pane.pid)}"
    zsh.publish(f"{directory}/%0", "dev", "s2", "", "c1")

    pane.send("main", "AXIUM_ENV=other exec zsh -d -i")

    pane.wait_for(lambda: "dev $ " in pane.capture())


def test_the_first_shell_of_a_server_prepares_it(zsh: Scene, pane: Tmux) -> None:
    mark = f"AXIUM_TMUX={VERSION} {pane.socket},{pane.pid}"

    assert pane.cmd("show-environment", "-g", "AXIUM_TMUX") == mark


def test_a_pane_of_a_server_that_can_not_be_identified_asks(zsh: Scene) -> None:
    zsh.prod()
    prepared = f"{VERSION} /tmp/x,999999999"
    around = {"TMUX": "/tmp/x,999999999,0", "TMUX_PANE": "%3", "AXIUM_TMUX": prepared}

    zsh.type("aws s3", env=around)

    assert zsh.call().argv == zsh.asked("aws", "s3")


# Each writes its prompt anew at every prompt; the last puts itself behind all others first.
THEMES = [
    'setopt no_prompt_subst; theme() { PROMPT="${AXIUM_PROMPT}theme $ " }',
    "theme() { PROMPT='${AXIUM_PROMPT}theme $ ' }",
    """theme() {
      PROMPT="${AXIUM_PROMPT}theme $ "
      precmd_functions=(${precmd_functions:#theme} theme)
    }""",
]


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_shows_the_environment_of_this_very_prompt(zsh: Scene, theme: str) -> None:
    tmux = server(zsh, before=f"{theme}\nautoload -Uz add-zsh-hook; add-zsh-hook precmd theme")
    try:
        tmux.wait_for(lambda: "prod theme $" in tmux.capture())
        zsh.publish("global", "dev", "s1", "", "c1")
        tmux.send("main", "")

        tmux.wait_for(lambda: tmux.capture().rstrip().endswith("dev theme $"))
    finally:
        tmux.close()
