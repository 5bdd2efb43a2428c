"""The installed launcher's fast verbs, beside the same interpreter doing nothing."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import AXIUM, INTERPRETER, Bench, Race, native, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, ratio_at_most

GOAL = ratio_at_most(1.3)


def measure(bench: Bench) -> Iterator[Row]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        connection.do("set_env", value="prod")
        connection.close()
        tool = str(native("nothing"))
        for name in ("aws", "wrapx"):
            (scratch.bin / name).symlink_to(tool)
        commands = {
            "bare": [*INTERPRETER, "-c", "pass"],
            "tool": [tool],
            "hud": [str(AXIUM), "hud"],
            "env-get": [str(AXIUM), "env", "get"],
            "run": [str(AXIUM), "run", "aws", "s3", "ls"],
            "help": [str(AXIUM), "help"],
            "completions": [str(AXIUM), "completions", "list"],
        }
        _check(scratch.axium("env", "get").stdout, "prod\n")
        race = bench.race(bench.rounds(400, 20), commands, scratch)
    yield _row("axium hud", race, "hud")
    yield _row("axium env get", race, "env-get")
    yield _row("axium run, less the tool", race, "run", less=race.median_ms("tool"))
    yield _row("axium help", race, "help")
    yield _row("axium completions list", race, "completions")


def _check(said: str, expected: str) -> None:
    if said != expected:
        raise RuntimeError(f"`axium env get` said {said!r}, not {expected!r}")


def _row(what: str, race: Race, name: str, *, less: float = 0.0) -> Row:
    return Row(
        what,
        race.median_ms(name) - less,
        "ms",
        GOAL,
        peer="python -I -S -E -c pass",
        peer_measured=race.median_ms("bare"),
        note=f"shortest {race.best_ms(name):.2f} ms, bare interpreter {race.best_ms('bare'):.2f}",
    )
