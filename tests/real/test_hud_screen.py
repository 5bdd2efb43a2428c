"""The HUD as a person sees it: the cells of a real screen, in a status line and in a prompt."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

import pytest

from axium.model.colors import palette, rgb
from axium.model.themes import THEMES, Looks, Style, ThemeName, looks, tinted
from tests.support import Daemon, Terminal, Tmux, until
from tests.support.cells import Cell, cells, under

ENVS = "envs:\n  dev: {}\n  prod: {color: '#0000ff'}\n"
FAULTY = "prefixes: 1\n"
TEAL = "#00B7C7"
PARTS = {"label": "[axium]", "text": "uptime:", "env": "env:dev", "fault": "faults:1"}

# Stands for a terminal that shows 256 colours and no more.
ONLY_256 = "*:setrgbf@:setrgbb@:RGB@:Tc@"


@pytest.fixture
def attached(daemon: Daemon, tmux: Tmux) -> Iterator[Callable[..., Terminal]]:
    """Attaches a terminal to a server that shows the HUD; `dev` is set, and a file is at fault."""
    terminals: list[Terminal] = []

    def attach(overrides: str = "") -> Terminal:
        home = daemon.scratch.home
        (home / "envs.yaml").write_text(ENVS)
        (home / "prefixes.yaml").write_text(FAULTY)
        daemon.request({"cmd": "reload"})
        daemon.request({"cmd": "set_env", "value": "dev"})
        tmux.cmd("set-option", "-s", "terminal-overrides", overrides)
        around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
        daemon.scratch.run("sh", home / "tmux" / "init.sh", env=around, check=True)
        terminal = Terminal(tmux, size=(200, 10))
        terminals.append(terminal)
        return terminal

    yield attach
    for terminal in terminals:
        terminal.close()


def choose(daemon: Daemon, hud: str) -> None:
    """Have this hud.yaml in force."""
    (daemon.scratch.home / "hud.yaml").write_text(hud)
    daemon.request({"cmd": "reload"})


def themed(name: str, more: str = "") -> str:
    return f"{more}style: {{theme: {{enabled: true, name: {name}}}}}\n"


def line(terminal: Terminal) -> str:
    """The status line with its colours."""
    return terminal.outer.cmd("capture-pane", "-p", "-e", "-t", "main").rpartition("\n")[2]


def shown(style: Style, written: Callable[[str], str], around: Cell) -> set[Cell]:
    """The cell that a style is to be shown as; what it leaves open is as around it."""
    return {
        Cell(
            "",
            written(style.color) if style.color else around.color,
            written(style.ground) if style.ground else around.ground,
            frozenset(style.attributes),
        )
    }


def in_24_bits(color: str) -> str:
    return "2;" + ";".join(map(str, rgb(color)))


def in_256(color: str) -> str:
    return f"5;{palette(color)}"


def parts(made: Looks) -> dict[str, Style]:
    return {"label": made.label, "text": made.text, "env": made.env, "fault": made.fault}


def looks_so(terminal: Terminal, name: ThemeName, written: Callable[[str], str]) -> bool:
    """Whether every part is shown in the colours of the theme."""
    text = line(terminal)
    letters = "".join(cell.letter for cell in cells(text))
    if not all(part in letters for part in PARTS.values()):
        return False
    (around,) = under("[main]", text)
    return all(
        under(PARTS[part], text) == shown(style, written, around)
        for part, style in parts(looks(name, TEAL)).items()
    )


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_is_on_the_screen_in_its_colours(
    daemon: Daemon, attached: Callable[..., Terminal], name: ThemeName
) -> None:
    terminal = attached()
    choose(daemon, themed(name))
    until(lambda: looks_so(terminal, name, in_24_bits))


@pytest.mark.parametrize("name", THEMES)
def test_tmux_brings_a_theme_down_to_256_colours_as_we_do(
    daemon: Daemon, attached: Callable[..., Terminal], name: ThemeName
) -> None:
    terminal = attached(ONLY_256)
    choose(daemon, themed(name))
    until(lambda: looks_so(terminal, name, in_256))


@pytest.mark.parametrize("name", [name for name in THEMES if THEMES[name].tints])
def test_an_environment_is_shown_in_its_own_colour_and_can_be_read(
    daemon: Daemon, attached: Callable[..., Terminal], name: ThemeName
) -> None:
    terminal = attached()
    choose(daemon, themed(name))
    daemon.request({"cmd": "set_env", "value": "prod"})
    terminal.wait_for("env:prod")
    style = tinted(looks(name, TEAL).env, "#0000ff")
    assert "#0000ff" in (style.color, style.ground)
    until(lambda: under("env:prod", line(terminal)) == shown(style, in_24_bits, Cell("")))


def test_the_session_is_named_as_tmux_names_it_at_any_time(
    daemon: Daemon, tmux: Tmux, attached: Callable[..., Terminal]
) -> None:
    terminal = attached()
    choose(daemon, "layout: [session, env]\n")
    terminal.wait_for("[axium] session:main  env:dev")
    tmux.cmd("rename-session", "-t", "main", "later")
    terminal.wait_for("[axium] session:later  env:dev")
    tmux.cmd("new-session", "-d", "-s", "other")
    tmux.cmd("switch-client", "-t", "other")
    terminal.wait_for("[axium] session:other  env:dev")
    tmux.cmd("rename-session", "-t", "other", "#[bg=red]####|},")  # a format: `##` is one `#`
    terminal.wait_for("[axium] session:#[bg=red]##|},  env:dev")


def test_what_others_wrote_stays_within_its_columns_and_steers_nothing(
    daemon: Daemon, tmux: Tmux, attached: Callable[..., Terminal]
) -> None:
    terminal = attached()
    tmux.cmd("set-option", "-g", "status-right-length", "150")
    choose(daemon, "layout: [env]\nhide: [faults]\n")
    value = "#[bg=red]#(touch x)\x1b[31m" + "\u202e語e\u0301" * 200
    daemon.request({"cmd": "hud_segment_value", "spoke": "x", "value": value})
    terminal.wait_for("x:#[bg=red]#(touch x)[31m語e\u0301語")
    terminal.wait_for("…  faults:1")
    assert len(under("x:#[bg=red]", line(terminal))) == 1


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, Cell("", in_24_bits("#14D9E7"), in_24_bits("#111111"), frozenset({"bold"}))),
        ({"NO_COLOR": "1"}, Cell("")),
    ],
)
def test_a_prompt_shows_the_environment_in_the_theme(
    daemon: Daemon, tmux: Tmux, env: dict[str, str], expected: Cell
) -> None:
    scratch = daemon.scratch
    (scratch.home / "envs.yaml").write_text(ENVS)
    choose(daemon, themed("teal"))
    daemon.request({"cmd": "set_env", "value": "dev"})
    start = scratch.user / "rc"
    start.write_text("PS1='${AXIUM_PROMPT}$ '\neval \"$(axium init bash)\"\n")
    words = ["env", *(f"{name}={value}" for name, value in env.items())]
    bash = ["bash", "--noprofile", "--rcfile", str(start), "-i"]
    pane = tmux.new_pane(f"exec {shlex.join([*words, *bash])}")
    tmux.wait_for(lambda: "dev $" in tmux.capture(pane))
    prompt = tmux.cmd("capture-pane", "-p", "-e", "-t", pane)
    assert under("dev", prompt.splitlines()[0]) == {expected}


def test_borders_have_the_colour_of_the_pane_that_is_looked_at_while_that_is_on(
    daemon: Daemon, tmux: Tmux, attached: Callable[..., Terminal]
) -> None:
    terminal = attached()
    tmux.cmd("split-window", "-t", "main", "sleep 1000")
    asked = {"cmd": "set_pane_env", "pane": "%1", "env": "prod", "server": tmux.variable}
    daemon.request(asked)

    def border() -> str:
        screen = terminal.outer.cmd("capture-pane", "-p", "-e", "-t", "main")
        return next(row for row in screen.split("\n") if "──" in row)

    def colors() -> set[str]:
        return {cell.color for cell in cells(border()) if cell.letter == "─"}

    plain = colors()
    tmux.cmd("set-option", "-g", "@axium_border", "on")
    until(lambda: in_24_bits("#0000ff") in colors())
    tmux.cmd("set-option", "-g", "@axium_border", "off")
    until(lambda: colors() == plain)


def test_a_segment_of_the_environment_follows_the_pane(
    daemon: Daemon, tmux: Tmux, attached: Callable[..., Terminal]
) -> None:
    terminal = attached()
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    enable = daemon.scratch.home / "tmux" / "enable.sh"

    daemon.scratch.run("sh", enable, "segment", "axium env get", "red", env=around, check=True)

    def after_the_hud() -> list[Cell]:
        return cells(line(terminal).rpartition("faults:1")[2])

    until(lambda: after_the_hud() == [Cell(" ", "0", "2"), *(Cell(x, "1", "2") for x in "dev")])
    daemon.request({"cmd": "set_env", "value": "prod"})
    until(lambda: terminal.status().endswith(" prod"))
