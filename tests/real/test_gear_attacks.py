"""A hostile gear gets nowhere in any of its places, and an honest one does its work in all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.sandbox.stand import GUISES, Guise, of
from tests.real.household import Gear, Household, bad
from tests.support import Scratch
from tests.support.installation import Installation


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """axium where every user may read it."""
    with tempfile.TemporaryDirectory(prefix="ax", dir="/tmp") as root:
        Path(root).chmod(0o755)
        yield Installation(Path(root, "venv"))


@pytest.fixture(params=GUISES)
def guise(request: pytest.FixtureRequest) -> Guise:
    found: Guise = request.param
    return found


@pytest.fixture
def household(guise: Guise, scratch: Scratch, installation: Installation) -> Iterator[Household]:
    made = Household(scratch, guise, installation)
    yield made
    made.close()


@pytest.fixture
def bare(guise: Guise, scratch: Scratch, installation: Installation) -> Iterator[Household]:
    """One for whose daemon the kernel has no Landlock."""
    made = Household(scratch, guise, installation, is_bare=True)
    yield made
    made.close()


@pytest.fixture
def starting(household: Household) -> list[Gear]:
    """Those that start programs, without `net` and with it."""
    made = [household.gear("h-exec", "exec"), household.gear("h-both", "exec", "net")]
    household.approve(*made)
    return made


@pytest.fixture
def gears(household: Household) -> list[Gear]:
    """One for each combination of `exec` and `net`, one with a list of places, one with agent."""
    made = [
        household.gear("h-none"),
        household.gear("h-net", "net"),
        household.gear("h-exec", "exec"),
        household.gear("h-both", "exec", "net"),
        household.gear("h-listed", is_listed=True),
        household.gear("h-agent", "exec", unix=["ssh-agent"]),
    ]
    household.approve(*made)
    return made


Found = dict[str, dict[str, str]]


def test_no_attack_succeeds_in_a_host_and_all_work_does(
    household: Household, gears: list[Gear]
) -> None:
    found: Found = {}
    for gear in gears[:-1]:  # a host never has the agent
        household.in_host(gear)
        found[gear.name] = bad(household.told(gear, "host"))
    assert found == {name: {} for name in found}


def test_no_attack_succeeds_in_a_terminal_and_all_work_does(
    household: Household, gears: list[Gear]
) -> None:
    found: Found = {}
    for gear in gears:
        household.in_terminal(gear, [str(household.program), f"{gear.name}-try", "terminal"])
        found[gear.name] = bad(household.told(gear, "terminal"))
    assert found == {name: {} for name in found}


def test_no_attack_succeeds_where_there_can_be_no_namespace_and_all_work_does(
    household: Household, starting: list[Gear]
) -> None:
    found: Found = {}
    for gear in starting:
        household.in_terminal(gear, household.without("unshare", f"{gear.name}-try", "bare"))
        found[gear.name] = bad(household.told(gear, "bare"))
    assert found == {name: {} for name in found}


@pytest.mark.parametrize("cmd", ["daemon_exec", "tmux_split_run"])
def test_no_attack_succeeds_in_what_a_gear_has_run_and_all_work_does(
    household: Household, starting: list[Gear], cmd: str
) -> None:
    found: Found = {}
    for gear in starting:
        household.done(f"{gear.name}-ask", cmd, cmd, **household.in_tmux(gear))
        found[gear.name] = bad(household.told(gear, cmd))
    assert found == {name: {} for name in found}


def test_whatever_a_gear_leaves_in_its_directories_goes_with_it(household: Household) -> None:
    gear = household.gear("h-none")
    household.approve(gear)
    household.done("h-none-litter")
    household.done("gear", "reload", "h-none")
    before = sorted(os.listdir(gear.stand.world.outside))
    household.done("gear", "uninstall", "h-none", "-f")
    left = [path for path in household.scratch.state.rglob("h-none") if path.is_dir()]
    assert left == []
    assert sorted(os.listdir(gear.stand.world.outside)) == before != []


def test_without_landlock_no_gear_runs(bare: Household) -> None:
    gear = bare.gear("h-none")
    bare.approve(gear)
    (row,) = json.loads(bare.done("gear", "list", "--json"))["gears"]
    done = bare.axium("h-none-try", "terminal")
    assert (row["status"], row["sandbox"]) == (
        "error",
        "none: this kernel has no Landlock, or it is turned off",
    )
    assert (done.returncode, gear.has_run_free) == (1, False)


def test_every_attack_succeeds_in_a_host_that_nothing_holds(bare: Household) -> None:
    gear = bare.free("h-free")
    bare.approve(gear)
    bare.in_host(gear)
    tried = bare.told(gear, "host")
    print("not of this kernel:", ", ".join(of(tried, "absent")) or "nothing")
    assert of(tried, "refused", "broken") == {}
    assert len(of(tried, "succeeded")) > 100
