"""Whether a command that is typed after `axium env set` ever runs in the older environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.kit.axiumd import Connection, daemon
from benchmarks.kit.bench import AXIUM, Bench, scratch_home
from benchmarks.kit.homes import ENVIRONMENTS, envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from benchmarks.kit.shells import Bash
from tests.support.scratch import Scratch

TOOL = '#!/bin/sh\necho "${0##*/} $* in $AXIUM_ENV"\n'


def measure(bench: Bench) -> Iterator[Row]:
    rounds = bench.rounds(1_000, 40)
    with (
        scratch_home(envs_yaml(), prefixes_yaml()) as scratch,
        daemon(scratch) as axium,
        Bash(scratch) as here,
        Bash(scratch) as there,
    ):
        for name in ("aws", "wrapx"):
            scratch.tool(name, TOOL)
        connection = axium.connect()
        ways = _ways(scratch, here, there, connection)
        stale = sum(_is_stale(ways[n % len(ways)], n) for n in range(rounds))
        connection.close()
    yield Row(f"commands of {rounds:,} in an older environment", stale, "", at_most(0))


def _ways(
    scratch: Scratch, here: Bash, there: Bash, connection: Connection
) -> list[Callable[[str], str]]:
    """Ways to change the environment and then run a command: each returns what the command says."""

    def in_one_shell(name: str) -> str:
        return here.type(f"{AXIUM} env set {name}; aws s3 ls")

    def in_another_shell(name: str) -> str:
        there.type(f"{AXIUM} env set {name}")
        return here.type("aws s3 ls")

    def over_the_socket(name: str) -> str:
        connection.do("set_env", value=name)
        return there.type("aws s3 ls")

    def by_a_program(name: str) -> str:
        scratch.run(AXIUM, "env", "set", name, check=True)
        return there.type("aws s3 ls")

    return [in_one_shell, in_another_shell, over_the_socket, by_a_program]


def _is_stale(change_and_run: Callable[[str], str], number: int) -> bool:
    name = ENVIRONMENTS[number % len(ENVIRONMENTS)]
    return change_and_run(name) != _expected(name)


def _expected(name: str) -> str:
    if name == "dev":
        return "aws s3 ls in dev\n"
    return f"wrapx exec {name} -- aws s3 ls in {name}\n"
