"""What a prompt, a wrapped command and the hook cost in each shell, beside others' programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, native, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.peers import direnv, starship
from benchmarks.kit.report import Goal, Row, at_most, ratio_at_most
from benchmarks.kit.shells import Bash, Fish, Shell, Zsh
from tests.support.scratch import Scratch

WRAPPERS = 40
THREE_MODULES = 'format = "$directory$git_branch$env_var"\n[env_var.AXIUM_ENV]\n'
THEIR_PROMPT = ': "$({program} prompt --status=0 --jobs=0 --terminal-width=80)"'


def bash(bench: Bench) -> Iterator[Row]:
    return _measure(bench, Bash, prompt=0.05, beside_starship=ratio_at_most(1 / 50))


def zsh(bench: Bench) -> Iterator[Row]:
    return _measure(bench, Zsh, prompt=0.05, beside_starship=ratio_at_most(1 / 50))


def fish(bench: Bench) -> Iterator[Row]:
    return _measure(bench, Fish, prompt=0.3)


def _measure(
    bench: Bench, kind: type[Shell], *, prompt: float, beside_starship: Goal | None = None
) -> Iterator[Row]:
    prefixes = prefixes_yaml(WRAPPERS)
    with scratch_home(envs_yaml(), prefixes) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        connection.do("set_env", value="prod")
        connection.close()
        for name in ("aws", "wrapx"):
            (scratch.bin / name).symlink_to(native("nothing"))
        (scratch.root / "starship.toml").write_text(THREE_MODULES)
        yield from _prompts(bench, kind, scratch, at_most(prompt), beside_starship)
        yield from _commands(bench, kind, scratch)
        yield _start(bench, kind, scratch)


def _prompts(
    bench: Bench, kind: type[Shell], scratch: Scratch, goal: Goal, beside_starship: Goal | None
) -> Iterator[Row]:
    commands = {"axium": "axium_prompt", "nothing": ":"}
    program = starship()
    if program:
        commands["starship"] = THEIR_PROMPT.format(program=program)
    times = _times(kind, scratch, commands, bench.rounds(500, 20))
    ours = times["axium"] - times["nothing"]
    yield Row("prompt that shows the environment", ours, "ms", goal)
    if not program:
        yield Row("prompt", ours, "ms", note="starship cannot be had here: no comparison")
        return
    theirs = times["starship"]
    yield Row(
        "prompt, beside $(starship prompt)",
        ours,
        "ms",
        beside_starship,
        "starship, 3 modules",
        theirs,
        note=f"starship takes {theirs / max(ours, 0.001):.0f} times as long",
    )


def _commands(bench: Bench, kind: type[Shell], scratch: Scratch) -> Iterator[Row]:
    commands = {
        "plain": "command aws s3 ls",
        "axium": "aws s3 ls",
        "env": "env AWS_PROFILE=x aws s3 ls",
    }
    program = direnv()
    if program:
        commands["direnv"] = _with_direnv(program, scratch)
    times = _times(kind, scratch, commands, bench.rounds(500, 20))
    added = {name: took - times["plain"] for name, took in times.items()}
    yield Row(
        "wrapped command, over the plain one",
        added["axium"],
        "ms",
        at_most(0.2),
        "env",
        added["env"],
        note=f"plain command {times['plain']:.2f} ms",
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


def _with_direnv(program: Path, scratch: Scratch) -> str:
    directory = scratch.user / "project"
    directory.mkdir()
    (directory / ".envrc").write_text("export AWS_PROFILE=x\n")
    scratch.run(program, "allow", directory, check=True)
    return f"{program} exec {directory} aws s3 ls 2>/dev/null"


def _start(bench: Bench, kind: type[Shell], scratch: Scratch) -> Row:
    """The shell is started with the hook and without, and ends at once."""
    lines = {"nothing": ":", "axium": f"source {scratch.home / kind.hook_file}"}
    program = starship()
    if program:
        script = scratch.root / "starship-init"
        script.write_text(
            scratch.run(program, "init", kind.name, "--print-full-init", check=True).stdout
        )
        lines["starship"] = f"source {script}"
    race = bench.race(
        bench.rounds(200, 10), {name: [*kind.bare, line] for name, line in lines.items()}, scratch
    )
    added = {name: race.median_ms(name) - race.median_ms("nothing") for name in lines}
    return Row(
        f"start of a shell: the hook, {WRAPPERS} wrappers",
        added["axium"],
        "ms",
        None,
        "starship's" if program else "",
        added.get("starship"),
        note=f"the shell itself {race.median_ms('nothing'):.2f} ms",
    )


def _times(
    kind: type[Shell], scratch: Scratch, commands: dict[str, str], turns: int
) -> dict[str, float]:
    """The median of each command in milliseconds."""
    with kind(scratch, {"STARSHIP_CONFIG": str(scratch.root / "starship.toml")}) as shell:
        if "function" not in shell.type("type aws"):
            raise RuntimeError(f"the hook did not define `aws` in {kind.name}")
        times = shell.times(commands, turns)
    return {name: median(took) / 1000 for name, took in times.items()}
