"""The hook of bash beside what others put into a prompt: the real files of each, in a real pane."""

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

PEERS = Path(sys.prefix) / "peers"
PREEXEC = PEERS / "bashhub" / "shell" / "deps" / "bash-preexec.sh"
STARSHIP = PEERS / "bin" / "starship"

LOG = """\
preexec() { echo "before $1" >>log; }
precmd() { echo "after $? in ${AXIUM_ENV-none}" >>log; }
"""


@pytest.fixture
def flipping(scene: Scene) -> Scene:
    return make_flipping(scene)


@contextmanager
def pane(scene: Scene, start: str) -> Iterator[Tmux]:
    """A bash in a pane, whose start file is `start` with `@hook@` in it."""
    hook = f"source {scene.home}/bash/init.sh"
    places = {"@hook@": hook, "@preexec@": f"source {PREEXEC}"}
    places["@starship@"] = f'eval "$({STARSHIP} init bash)"'
    places["@direnv@"] = 'eval "$(direnv hook bash)"'
    for name, text in places.items():
        start = start.replace(name, text)
    scene.rc.write_text(start + "\n")
    toml = shlex.quote(str(scene.scratch.user / "starship.toml"))
    bash = f"exec env -u TMUX STARSHIP_CONFIG={toml} bash --noprofile --rcfile {scene.rc} -i"
    tmux = Tmux(scene.scratch, shell=bash)
    try:
        yield tmux
    finally:
        tmux.close()


def enter(scene: Scene, tmux: Tmux, *lines: str) -> None:
    """Type lines, each when the one before is done."""
    for number, line in enumerate(lines):
        done = scene.scratch.user / f"done-{number}"
        tmux.send("main", line)
        tmux.send("main", f": >{done}")
        tmux.wait_for(done.exists)


def shows(tmux: Tmux, prompt: str) -> bool:
    """Whether the last line on the screen is this prompt."""
    lines = tmux.capture().rstrip().splitlines()
    return bool(lines) and lines[-1].startswith(prompt)


@pytest.mark.parametrize(
    "start",
    [
        f"PS1='$ '\n{LOG}@preexec@\n@hook@",
        f"PS1='$ '\n{LOG}@hook@\n@preexec@",
        f"PS1='$ '\nPROMPT_COMMAND=(:)\n{LOG}@hook@\n@preexec@",
        f"PS1='$ '\nPROMPT_COMMAND=:\n{LOG}@preexec@\n@hook@",
    ],
)
def test_bash_preexec_sees_what_was_typed_and_the_prompt_follows(
    flipping: Scene, start: str
) -> None:
    with pane(flipping, start) as tmux:
        tmux.wait_for(lambda: shows(tmux, "$"))
        enter(flipping, tmux, "aws s3", "sh -c 'exit 3'", "flip dev", "aws s4")

    log = (flipping.scratch.user / "log").read_text().splitlines()
    seen = [line for line in log if "done-" not in line]
    assert [line for line in seen if line.startswith("before")] == [
        "before aws s3",
        "before sh -c 'exit 3'",
        "before flip dev",
        "before aws s4",
    ]
    assert seen[seen.index("before sh -c 'exit 3'") + 1].startswith("after 3 ")
    assert seen[-1] == "after 0 in dev"
    assert flipping.call().argv == [b"aws", b"dev", b"s4"]


@pytest.mark.parametrize(
    "start",
    [
        "@starship@\n@hook@",
        "@hook@\n@starship@",
        "PROMPT_COMMAND=(:)\n@hook@\n@starship@",
        "PROMPT_COMMAND=(:)\n@starship@\n@hook@",
        "@preexec@\n@starship@\n@hook@",
        "@hook@\n@preexec@\n@starship@",
    ],
)
def test_starship_shows_the_environment_at_the_very_next_prompt(
    flipping: Scene, start: str
) -> None:
    with pane(flipping, start) as tmux:
        tmux.wait_for(lambda: shows(tmux, "<prod>>"))
        tmux.send("main", ":")
        tmux.send("main", "clear; flip dev")
        tmux.wait_for(lambda: shows(tmux, "<dev>>"))
        tmux.send("main", "clear; true | (exit 3) | (exit 4)")
        tmux.wait_for(lambda: shows(tmux, "<dev>p0|3|4>"))
        tmux.send("main", "clear; flip test")
        tmux.wait_for(lambda: shows(tmux, "<test>>"))


@pytest.mark.parametrize(
    "start",
    [
        "@direnv@\n@hook@",
        "@hook@\n@direnv@",
        "@hook@\nPROMPT_COMMAND=:",
        "@hook@\nPROMPT_COMMAND=(: :)",
        "@hook@\nunset PROMPT_COMMAND",
        "set -u\n@hook@\nunset PROMPT_COMMAND",
    ],
)
def test_the_prompt_follows_again_at_the_latest_after_a_wrapped_command(
    flipping: Scene, start: str
) -> None:
    with pane(flipping, f"{start}\nPS1='${{AXIUM_PROMPT}}$ '") as tmux:
        tmux.wait_for(lambda: shows(tmux, "prod $"))
        enter(flipping, tmux, "aws s3")
        tmux.send("main", "clear; flip dev")
        tmux.wait_for(lambda: shows(tmux, "dev $"))


def test_a_posix_bash_is_wrapped_as_any_other(flipping: Scene) -> None:
    flipping.rc.write_text(f"PS1=\n. {flipping.home}/bash/init.sh\n")

    lines = ("aws s3", "flip dev", "set -eu", "aws s4", 'echo "$AXIUM_ENV"')

    done = flipping.scratch.run(
        "bash", "--posix", "-i", stdin="\n".join(lines) + "\n", env={"ENV": str(flipping.rc)}
    )

    assert done.stdout == "dev\n"
    assert flipping.calls() == ["aws", "aws"]
    assert flipping.call().argv == [b"aws", b"dev", b"s4"]
