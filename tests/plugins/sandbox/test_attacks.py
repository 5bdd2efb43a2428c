"""A hostile gear gets nowhere, as whoever it runs and whatever it was granted beside."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.plugins.sandbox.attacks.table import ATTACKS
from tests.plugins.sandbox.attacks.work import WORK
from tests.plugins.sandbox.stand import GUISES, Guise, Stand, able, of
from tests.support import Scratch

GRANTS: list[dict[str, bool]] = [
    dict(zip(("exec", "net"), given, strict=True)) for given in product((False, True), repeat=2)
]

PROGRAMS = [granted for granted in GRANTS if granted["exec"]]
"""Of gears that start programs, which are in a namespace."""


@pytest.fixture(params=GUISES)
def guise(request: pytest.FixtureRequest) -> Guise:
    found: Guise = request.param
    return found


@pytest.fixture
def stand(scratch: Scratch, guise: Guise) -> Iterator[Stand]:
    root = scratch.root / "stand"
    root.mkdir()
    scratch.root.chmod(0o711)
    stand = Stand(root, guise)
    yield stand
    stand.close()


@pytest.mark.parametrize("granted", GRANTS, ids=str)
def test_no_attack_succeeds_against_a_confined_gear(stand: Stand, granted: dict[str, bool]) -> None:
    names = [name for name, row in ATTACKS.items() if not (row.unless and granted[row.unless])]
    tried = stand.tried("attacks", names, stand.policy(**granted))
    assert of(tried, "succeeded", "broken") == {}
    assert list(tried) == names


@pytest.mark.parametrize("granted", GRANTS, ids=str)
def test_the_work_of_a_gear_goes_on_in_its_confinement(
    stand: Stand, granted: dict[str, bool]
) -> None:
    names = [name for name, row in WORK.items() if row.is_for(granted)]
    tried = stand.tried("work", names, stand.policy(**granted))
    assert of(tried, "refused", "absent", "broken") == {}
    assert list(tried) == names


@pytest.mark.parametrize("granted", PROGRAMS, ids=str)
def test_no_attack_succeeds_in_a_namespace(stand: Stand, granted: dict[str, bool]) -> None:
    names = [name for name, row in ATTACKS.items() if not (row.unless and granted[row.unless])]
    tried = stand.tried("attacks", names, stand.policy(**granted), is_within=True)
    assert of(tried, "succeeded", "broken") == {}
    assert list(tried) == names


@pytest.mark.parametrize("granted", PROGRAMS, ids=str)
def test_the_work_of_a_gear_goes_on_in_a_namespace(stand: Stand, granted: dict[str, bool]) -> None:
    names = [name for name, row in WORK.items() if row.is_for(granted)]
    tried = stand.tried("work", names, stand.policy(**granted), is_within=True)
    assert of(tried, "refused", "absent", "broken") == {}
    assert list(tried) == names


def test_every_attack_succeeds_unconfined_where_the_kernel_has_its_way(
    stand: Stand, guise: Guise
) -> None:
    tried = stand.tried("attacks", able(guise), None)
    print("not of this kernel:", ", ".join(of(tried, "absent")) or "nothing")
    assert of(tried, "refused", "broken") == {}
    assert len(of(tried, "succeeded")) > 100
