"""The hooks of zsh and fish beside what others put into a prompt, in a real pane."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shell.flipping import make_flipping
from tests.shell.scene import Scene
from tests.support import Tmux

STARSHIP = Path(sys.prefix) / "peers" / "bin" / "starship"

# What oh-my-zsh does around a theme: completion, a hook of its own behind all others, a title.
OH_MY_ZSH = """\
autoload -Uz compinit colors add-zsh-hook; compinit -u -D; colors
setopt prompt_subst auto_cd multios
omz_termsupport_precmd() { print -n ''; }
omz_termsupport_preexec() { emulate -L zsh; setopt extended_glob; local command=${1[(wr)^(*=*)]}; }
add-zsh-hook precmd omz_termsupport_precmd; add-zsh-hook preexec omz_termsupport_preexec
function env_prompt_info { echo "<$AXIUM_ENV>"; }
PROMPT='%{$fg[cyan]%}$(env_prompt_info)%{$reset_color%}> '
"""
# Themes that write PROMPT themselves at each prompt, as those do that know no `prompt_subst`.
PLAIN_THEME = """\
unsetopt prompt_subst
theme_precmd() { PROMPT="<$AXIUM_ENV>> " }
precmd_functions=($precmd_functions theme_precmd)
"""
# zsh calls it before any of `precmd_functions`.
PRECMD = 'precmd() { axium_prompt; PROMPT="<${AXIUM_ENV}>> " }'
OWN_PROMPT = 'function fish_prompt; echo -n "<$AXIUM_ENV>> "; end'
OTHER_HANDLER = "function other --on-event fish_prompt; true; end"


@contextmanager
def pane(scene: Scene, start: str) -> Iterator[Tmux]:
    """A shell in a pane, whose start file is `start` with `@hook@` and `@starship@` in it."""
    starship = {"zsh": f'eval "$({STARSHIP} init zsh)"', "fish": f"{STARSHIP} init fish | source"}
    kind = scene.shell.argv(scene)[0]
    text = start.replace("@hook@", scene.shell.source(scene)).replace("@starship@", starship[kind])
    scene.rc.write_text(text + "\n")
    words = {"STARSHIP_CONFIG": str(scene.scratch.user / "starship.toml")}
    words |= scene.shell.environ(scene) if kind == "zsh" else {"fish_greeting": ""}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in words.items())
    command = f"exec env -u TMUX {variables} {shlex.join(scene.shell.argv(scene))}"
    tmux = Tmux(scene.scratch, shell=command)
    try:
        yield tmux
    finally:
        tmux.close()


def follow_changes(scene: Scene, tmux: Tmux) -> None:
    """Wait until the prompt shows each change; what is typed there runs in that environment."""
    wait_for_prompt(tmux, "<prod>>")
    for env in ("dev", "test"):
        done = scene.scratch.user / f"done-{env}"
        tmux.send("main", f"clear; flip {env}")
        wait_for_prompt(tmux, f"<{env}>>")
        tmux.send("main", f"aws s3; touch {done}")
        tmux.wait_for(done.exists)
        assert scene.call().argv == [b"aws", env.encode(), b"s3"]


def wait_for_prompt(tmux: Tmux, prompt: str) -> None:
    """Until the last line on the screen is this one."""
    tmux.wait_for(lambda: tmux.capture().rstrip().splitlines()[-1:] == [prompt])


@pytest.mark.parametrize(
    "start",
    [
        "@starship@\n@hook@",
        "@hook@\n@starship@",
        f"{OH_MY_ZSH}@hook@",
        f"@hook@\n{OH_MY_ZSH}",
        f"{OH_MY_ZSH}{PLAIN_THEME}@hook@",
        f"@hook@\n{OH_MY_ZSH}{PLAIN_THEME}",
        f"{PRECMD}\n@hook@",
        f"@hook@\n{PRECMD}",
        f"{OH_MY_ZSH}@hook@\n@starship@",
        "setopt no_prompt_subst\n@hook@\n@starship@",
    ],
)
def test_zsh_shows_the_environment_at_the_very_next_prompt(zsh: Scene, start: str) -> None:
    with pane(make_flipping(zsh), start) as tmux:
        follow_changes(zsh, tmux)


@pytest.mark.parametrize(
    "start",
    [
        "@starship@\n@hook@",
        "@hook@\n@starship@",
        f"{OWN_PROMPT}\n@hook@",
        f"@hook@\n{OWN_PROMPT}",
        f"@hook@\n@starship@\n{OWN_PROMPT}",
        f"{OTHER_HANDLER}\n@hook@\n@starship@\n{OTHER_HANDLER}",
        "fish_vi_key_bindings\nfunction fish_mode_prompt; end\n@starship@\n@hook@",
    ],
)
def test_fish_shows_the_environment_at_the_very_next_prompt(fish: Scene, start: str) -> None:
    with pane(make_flipping(fish), start) as tmux:
        follow_changes(fish, tmux)


def test_starship_in_zsh_sees_how_the_last_command_ended(zsh: Scene) -> None:
    with pane(make_flipping(zsh), "@starship@\n@hook@") as tmux:
        wait_for_prompt(tmux, "<prod>>")
        tmux.send("main", "clear; true | (exit 3) | (exit 4)")
        wait_for_prompt(tmux, "<prod>p0|3|4>")


def test_starship_in_fish_sees_how_the_last_command_ended(fish: Scene) -> None:
    with pane(make_flipping(fish), "@starship@\n@hook@") as tmux:
        wait_for_prompt(tmux, "<prod>>")
        tmux.send("main", "clear; true | sh -c 'exit 3' | sh -c 'exit 4'")
        wait_for_prompt(tmux, "<prod>p0|3|4>")
