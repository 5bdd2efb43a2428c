"""A gear's prefixes in real shells: what is typed runs its command, and that is confined."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.real.gears import Geared, approve, write_gear
from tests.support import Scratch, until

MANIFEST = """
    prefixes:
      - {command: deploy, wrapper: axium deploy-run --by wrapper}
      - {command: aws, wrapper: axium deploy-run}
      - {command: kubectl, wrapper: axium deploy-more}
"""
MAIN = """
    import json, socket, sys
    import typer
    from axium.core import api

    def is_confined():
        try:
            socket.socket().close()
        except PermissionError:
            return True
        return False

    def register(app):
        @app.command(context_settings={"allow_extra_args": True})
        def deploy_run(context: typer.Context, by: str = "hand", code: int = 0):
            '''Deploy.'''
            said = [by, *context.args, api.get_active_env(), is_confined(), sys.stdin.isatty()]
            print(json.dumps(said))
            raise typer.Exit(code)
"""
ENVS = "envs:\n  dev: {}\n  prod: {}\n"
PREFIXES = "prefixes:\n  - {command: aws, prefix: echo of the user}\n"

SHELLS = {
    "bash": ["bash", "--noediting", "--noprofile", "--rcfile", "{home}/.rc", "-i"],
    "zsh": ["zsh", "-d", "-i"],
    "fish": ["fish", "--interactive"],
}
START = {
    "bash": (".rc", 'PS1=\neval "$(axium init bash)"\n'),
    "zsh": (".zshrc", 'PROMPT= RPROMPT=\nunsetopt prompt_cr prompt_sp\neval "$(axium init zsh)"\n'),
    "fish": (".config/fish/config.fish", "set fish_greeting\naxium init fish | source\n"),
}


@pytest.fixture
def daemon(scratch: Scratch) -> Iterator[Geared]:
    """One with the gear `shipping`; `dev` is the environment, and `aws` is the user's own."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(PREFIXES)
    started = Geared(scratch, shipping=(MANIFEST, MAIN))
    started.ask("set_env", value="dev")
    yield started
    started.close()


def typed(scratch: Scratch, shell: str, line: str) -> list[str]:
    """What an interactive shell prints, given this line."""
    file, start = START[shell]
    (scratch.user / file).parent.mkdir(parents=True, exist_ok=True)
    (scratch.user / file).write_text(start)
    (scratch.user / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
    argv = [word.format(home=scratch.user) for word in SHELLS[shell]]
    around = {"ZDOTDIR": str(scratch.user), "FISH_UNIT_TESTS_RUNNING": "1"}
    return scratch.run(*argv, stdin=f"{line}\n", env=around).stdout.splitlines()


def published(scratch: Scratch) -> list[str]:
    """The names that shells wrap."""
    return scratch.axium("wrapper", "list").stdout.split()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_typed_runs_the_gears_command_and_that_is_confined(
    daemon: Geared, scratch: Scratch, shell: str
) -> None:
    status = "$status" if shell == "fish" else "$?"
    said, code = typed(scratch, shell, f"deploy one 'a b' --code 3; echo {status}")
    assert (json.loads(said), code) == (["wrapper", "one", "a b", "dev", True, False], "3")


def test_the_users_rule_wins_and_what_is_no_command_of_the_gear_is_left_out(
    daemon: Geared, scratch: Scratch
) -> None:
    row = daemon.gear("shipping")
    assert (row["status"], row["error"].split("; ")) == (
        "active",
        [
            "gears/shipping/gear.yaml:6:15: the wrapper of `kubectl` runs no command of this gear",
            "gears/shipping/gear.yaml:5:15: command already registered by user",
        ],
    )
    assert published(scratch) == ["aws", "deploy"]
    assert scratch.axium("run", "aws", "x").stdout == "of the user aws x\n"


def gear(command: str) -> tuple[str, str]:
    """One that wraps `deploy` by a command of its own."""
    main = (
        "def register(app):\n    @app.command({0!r})\n    def told(word: str): print({0!r}, word)\n"
    )
    manifest = f"prefixes: [{{command: deploy, wrapper: axium {command}}}]\n"
    return manifest, main.format(command)


def test_the_first_of_two_gears_keeps_a_command(scratch: Scratch) -> None:
    daemon = Geared(scratch, beta=gear("by-beta"), alpha=gear("by-alpha"))
    errors = [daemon.gear(name)["error"] for name in ("alpha", "beta")]
    first = scratch.axium("run", "deploy", "x").stdout
    daemon.ask("unload_gear", gear="alpha")
    daemon.ask("reload_gear", gear="beta")
    second = scratch.axium("run", "deploy", "x").stdout
    daemon.close()
    assert (errors, first, second) == (
        [None, "gears/beta/gear.yaml:2:22: command already registered by alpha"],
        "by-alpha x\n",
        "by-beta x\n",
    )


def test_a_gears_prefixes_go_away_with_it_and_come_back(daemon: Geared, scratch: Scratch) -> None:
    assert daemon.ask("unload_gear", gear="shipping")["ok"]
    without = published(scratch)
    approve(scratch, "shipping")
    assert daemon.ask("reload_gear", gear="shipping")["ok"]
    assert (without, published(scratch)) == (["aws"], ["aws", "deploy"])


def test_a_gear_that_was_changed_wraps_nothing_before_it_is_approved_again(
    daemon: Geared, scratch: Scratch
) -> None:
    write_gear(scratch, "shipping", MAIN, MANIFEST.replace("--by wrapper", "--by other"))
    daemon.ask("reload_gear", gear="shipping")
    until(lambda: daemon.gear("shipping")["status"] == "not-loaded")
    assert published(scratch) == ["aws"]


def test_explain_names_the_rule_of_the_gear(daemon: Geared, scratch: Scratch) -> None:
    told = json.loads(scratch.axium("explain", "--json", "deploy", "now").stdout)
    assert (told["argv"], told["rules"][0]["owner"], told["rules"][0]["where"]) == (
        ["axium", "deploy-run", "--by", "wrapper", "now"],
        "shipping",
        "gears/shipping/gear.yaml:4:15",
    )
