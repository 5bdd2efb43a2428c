"""What a prompt and a wrapped command cost in bash, beside others that do the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, native, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.peers import direnv, starship
from benchmarks.kit.report import Row, at_most, ratio_at_most
from benchmarks.kit.shells import Bash, bash
from tests.support.scratch import Scratch

THREE_MODULES = 'format = "$directory$git_branch$env_var"\n[env_var.AXIUM_ENV]\n'

# Each run is timed by itself by the shell's own clock, in microseconds, in turn with the others.
TIMED = """_took() {{ local began=${{EPOCHREALTIME/[.,]/}}; eval "$1" >/dev/null
    local ended=${{EPOCHREALTIME/[.,]/}}; REPLY=$(( ended - began )); }}
_turns() {{ local -i turn; for (( turn = 0; turn < {turns}; turn++ )); do
    for _one in "${{_all[@]}}"; do _took "$_one"; printf '%s ' "$REPLY"; done; echo; done; }}
"""


def measure(bench: Bench) -> Iterator[Row]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        connection.do("set_env", value="prod")
        connection.close()
        for name in ("aws", "wrapx"):
            (scratch.bin / name).symlink_to(native("nothing"))
        yield from _prompts(bench, scratch)
        yield from _commands(bench, scratch)


def _prompts(bench: Bench, scratch: Scratch) -> Iterator[Row]:
    commands = {"axium": "axium_prompt", "nothing": ":"}
    program = starship()
    if program:
        (scratch.root / "starship.toml").write_text(THREE_MODULES)
        commands["starship"] = f'x="$({program} prompt --status=0 --jobs=0 --terminal-width=80)"'
    variables = {"STARSHIP_CONFIG": str(scratch.root / "starship.toml")}
    with bash(scratch, variables=variables) as shell:
        _check_function(shell, "axium_prompt")
        times = _times(shell, commands, bench.rounds(500, 20))
    ours = median(times["axium"]) - median(times["nothing"])
    yield Row("prompt that shows the environment", ours / 1000, "ms", at_most(0.05))
    if not program:
        yield Row("prompt", ours / 1000, "ms", note="starship cannot be had here: no comparison")
        return
    theirs = median(times["starship"])
    goal = ratio_at_most(1 / 50)
    yield Row(
        "prompt, beside $(starship prompt)",
        ours / 1000,
        "ms",
        goal,
        "starship, 3 modules",
        theirs / 1000,
        note=f"starship takes {theirs / max(ours, 1):.0f} times as long",
    )


def _commands(bench: Bench, scratch: Scratch) -> Iterator[Row]:
    commands = {
        "plain": "command aws s3 ls",
        "axium": "aws s3 ls",
        "env": "env AWS_PROFILE=x aws s3 ls",
    }
    program = direnv()
    if program:
        commands["direnv"] = _with_direnv(program, scratch)
    with bash(scratch) as shell:
        _check_function(shell, "aws")
        times = _times(shell, commands, bench.rounds(500, 20))
    added = {name: (median(took) - median(times["plain"])) / 1000 for name, took in times.items()}
    yield Row(
        "wrapped command, over the plain one",
        added["axium"],
        "ms",
        at_most(0.2),
        "env",
        added["env"],
        note=f"plain command {median(times['plain']) / 1000:.2f} ms",
    )
    if program:
        yield Row(
            "wrapped command, beside direnv",
            added["axium"],
            "ms",
            None,
            "direnv exec",
            added["direnv"],
        )


def _check_function(shell: Bash, name: str) -> None:
    if shell.type(f"type -t {name}") != "function\n":
        raise RuntimeError(f"the hook did not define `{name}`")


def _with_direnv(program: Path, scratch: Scratch) -> str:
    directory = scratch.user / "project"
    directory.mkdir()
    (directory / ".envrc").write_text("export AWS_PROFILE=x\n")
    scratch.run(program, "allow", directory, check=True)
    return f"{program} exec {directory} aws s3 ls 2>/dev/null"


def _times(shell: Bash, commands: dict[str, str], turns: int) -> dict[str, list[int]]:
    """Microseconds of each run of each command."""
    shell.type(TIMED.format(turns=turns))
    words = " ".join(f"'{command}'" for command in commands.values())
    shell.type(f"_all=({words})")
    shell.type("_turns")  # once to warm up
    lines = [[int(word) for word in line.split()] for line in shell.type("_turns").splitlines()]
    columns = zip(*lines, strict=True)
    return {name: list(column) for name, column in zip(commands, columns, strict=True)}
