"""A gear runs as it was approved, held as its manifest says, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from axium import __version__
from axium.config import approvals
from axium.config.manifests import find
from axium.core.sandbox_level import Levels
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.admission import Admission, Admitted, NotAdmitted
from axium.model.confining import Brokered, Places
from axium.model.plugins import Held
from axium.model.policy import Policy
from tests.real.gears import write_gear
from tests.support import Scratch, approving

ALL = Levels("enforced", "enforced", "enforced")
MAIN = "def register(app): pass\n"
WAY = "`axium gear approve deploy`"


class Gate:
    """The admission of a scratch home, with one gear `deploy` in it."""

    def __init__(self, scratch: Scratch, levels: Levels = ALL, *, is_strict: bool = False) -> None:
        self.scratch = scratch
        self.levels = levels
        self.directory = write_gear(scratch, "deploy", MAIN)
        self.admission = Admission(
            str(scratch.home),
            str(scratch.state),
            lambda: Places(str(scratch.user), own=(str(scratch.home),)),
            is_strict=is_strict,
            located={"git": "/opt/git/bin/git"}.get,
            levels=lambda: self.levels,
        )

    def says(self, manifest: str) -> None:
        """Have its manifest say this after its name."""
        (self.directory / "gear.yaml").write_text(f"name: deploy\n{manifest}")

    def overridden(self, text: str) -> None:
        """Have the user's file say this."""
        path = self.scratch.home / "overrides/permissions/deploy.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def approve(self) -> None:
        """Say yes to it as it is."""
        approving.approve(self.scratch.home, "deploy")

    def admit(self, **more: Any) -> Admitted:
        """What it is admitted with. NotAdmitted."""
        found = find(str(self.scratch.home), "gears", "deploy")
        assert found is not None
        return self.admission.admit(found, **more)

    def refused(self) -> tuple[str, str]:
        """The status and the reason with which it is refused."""
        with pytest.raises(NotAdmitted) as caught:
            self.admit()
        return caught.value.status, caught.value.reason


@pytest.fixture
def gate(scratch: Scratch) -> Gate:
    """A gear that was approved as it is."""
    made = Gate(scratch)
    made.approve()
    return made


def test_an_approved_gear_is_held_to_its_manifest(gate: Gate) -> None:
    gate.says("permissions: {exec: [sh], net: true, fs_read: [/srv/**, /srv/one]}\n")
    gate.approve()
    admitted = gate.admit()
    own = f"{gate.scratch.state}/gears/deploy"
    assert admitted.confined == Confined(
        name="deploy",
        directory=str(gate.directory),
        entrypoint="main:register",
        rights=admitted.confined.rights,
        policy=Policy(
            home=str(gate.scratch.user),
            directory=str(gate.directory),
            scratch=(f"{own}/tmp", f"{own}/cache", f"{own}/data"),
            reads=("/srv",),
            net=True,
        ),
        brokered=(Brokered("/srv/one", "names files, not all that is in a directory"),),
        programs={"sh": os.path.realpath("/bin/sh")},
        level="enforced",
        is_permissive=False,
    )
    assert admitted.standing == Held("enforced", is_permissive=False, is_editable=False)


def test_its_private_directories_are_there_and_its_user_s_alone(gate: Gate) -> None:
    scratch = gate.admit().confined.policy.scratch
    modes = [oct(Path(path).stat().st_mode) for path in (str(Path(scratch[0]).parent), *scratch)]
    assert modes == ["0o40700"] * 4


def test_what_is_in_the_place_of_a_private_directory_is_not_handed_out(gate: Gate) -> None:
    data = Path(gate.admit().confined.policy.scratch[2])
    data.rmdir()
    data.symlink_to(gate.scratch.user)
    with pytest.raises(NotADirectoryError):
        gate.admit()


def test_a_command_has_the_directory_that_it_was_started_in(gate: Gate) -> None:
    gate.says("permissions: {fs_read: [./**]}\n")
    gate.approve()
    assert gate.admit(here="/srv").confined.policy.reads == ("/srv",)
    assert gate.admit().confined.policy.reads == ()


def test_a_gear_that_nobody_approved_is_not_loaded(scratch: Scratch) -> None:
    assert Gate(scratch).refused() == ("not-loaded", f"not approved: {WAY}")


def test_the_approval_of_another_gear_is_none(gate: Gate) -> None:
    other = gate.scratch.home / "gears/.approved/other.json"
    (gate.scratch.home / "gears/.approved/deploy.json").rename(other)
    shutil.copytree(gate.directory, gate.directory.with_name("other"))
    assert gate.refused() == ("not-loaded", f"not approved: {WAY}")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda gear: (gear / "main.py").write_text("x = 1\n"), "`main.py` was changed"),
        (lambda gear: (gear / "more.py").write_text(""), "`more.py` is new"),
        (lambda gear: (gear / "main.py").unlink(), "`main.py` is gone"),
        (lambda gear: (gear / "main.py").chmod(0o755), "`main.py` became executable"),
    ],
)
def test_what_was_changed_since_the_approval_is_named(
    gate: Gate, change: Callable[[Path], object], named: str
) -> None:
    change(gate.directory)
    assert gate.refused() == ("not-loaded", f"not approved as it is now ({named}): {WAY}")


def test_a_manifest_that_was_changed_gives_no_permission(gate: Gate) -> None:
    gate.says("permissions: {exec: true}\n")
    status, reason = gate.refused()
    assert (status, "`gear.yaml` was changed" in reason) == ("not-loaded", True)


def test_of_many_changes_some_are_named_and_the_rest_is_counted(gate: Gate) -> None:
    for number in range(9):
        (gate.directory / f"n{number}.py").write_text("")
    assert gate.refused()[1] == (
        "not approved as it is now (`n0.py` is new; `n1.py` is new; `n2.py` is new; "
        f"`n3.py` is new; `n4.py` is new; and 4 more): {WAY}"
    )


@pytest.mark.parametrize(
    "put",
    [
        lambda gear: (gear / "__pycache__").mkdir(),
        lambda gear: (gear / "link.py").symlink_to("/etc/passwd"),
        lambda gear: os.mkfifo(gear / "pipe"),
        lambda gear: os.link(gear / "main.py", gear.parent / "second.py"),
    ],
)
def test_what_no_gear_consists_of_keeps_it_out(gate: Gate, put: Callable[[Path], object]) -> None:
    put(gate.directory)
    status, reason = gate.refused()
    assert (status, reason.startswith("not as it was approved: ")) == ("not-loaded", True)


@pytest.fixture
def editable(gate: Gate) -> Gate:
    """The gear is a link to its author's directory."""
    away = gate.scratch.user / "deploy"
    gate.directory.rename(away)
    gate.directory.symlink_to(away)
    gate.approve()
    return gate


def test_of_an_editable_gear_the_manifest_alone_is_approved(editable: Gate) -> None:
    (editable.directory / "main.py").write_text("x = 1\n")
    admitted = editable.admit()
    assert admitted.standing == Held("enforced", is_permissive=False, is_editable=True)
    assert admitted.confined.directory == str(editable.scratch.user / "deploy")
    editable.says("permissions: {notify: true}\n")
    assert editable.refused()[0] == "not-loaded"


def test_an_approval_of_the_manifest_alone_is_of_no_use_to_a_copy(editable: Gate) -> None:
    editable.directory.unlink()
    shutil.copytree(editable.scratch.user / "deploy", editable.directory)
    assert editable.refused()[0] == "not-loaded"


def test_a_faulty_manifest_is_told_with_its_place(gate: Gate) -> None:
    gate.says("permissions: {exce: true, exec: 3}\n")
    status, reason = gate.refused()
    assert (status, "gears/deploy/gear.yaml:2:" in reason) == ("error", True)


def test_a_spoke_of_the_same_name_keeps_it(gate: Gate) -> None:
    spoke = gate.scratch.home / "spokes/deploy"
    spoke.mkdir(parents=True)
    (spoke / "spoke.yaml").write_text("name: deploy\n")
    assert gate.refused() == (
        "error",
        "the spoke `deploy` has this name: install the gear under another one with `-n`",
    )


def test_a_gear_for_another_axium_is_not_loaded(gate: Gate) -> None:
    gate.says("requires: '>=0.1,<1'\n")
    gate.approve()
    gate.admit()
    gate.says("requires: '>=999'\n")
    gate.approve()
    assert gate.refused() == ("error", f"it is for axium >=999, this is {__version__}")


def test_what_the_user_s_file_says_is_laid_over_the_manifest(gate: Gate) -> None:
    gate.says("permissions: {exec: [git, sh], net: true}\n")
    gate.approve()
    gate.overridden("net: false\nexec: ['!sh', git]\n")
    confined = gate.admit().confined
    assert (confined.rights.net, confined.policy.net) == (False, False)
    assert set(confined.rights.exec) == {"git"}  # type: ignore[arg-type]


def test_a_program_that_the_user_adds_is_where_it_is_now(gate: Gate) -> None:
    gate.overridden("exec: [git, nothing-of-this-name]\n")
    assert gate.admit().confined.programs == {"git": "/opt/git/bin/git"}


def test_a_faulty_file_of_the_user_s_keeps_what_it_said_last(gate: Gate) -> None:
    gate.overridden("notify: true\n")
    assert gate.admit().confined.rights.notify is True
    gate.overridden("notify: [\n")
    admitted = gate.admit()
    assert admitted.confined.rights.notify is True
    assert "overrides/permissions/deploy.yaml:" in admitted.notes[0]


def test_no_gear_is_loaded_for_the_first_time_with_a_faulty_one(gate: Gate) -> None:
    gate.overridden("notify: [\n")
    status, reason = gate.refused()
    assert (status, "overrides/permissions/deploy.yaml:" in reason) == ("error", True)


@pytest.mark.parametrize("level", ["partial: signals", "none: no Landlock"])
def test_a_machine_that_does_not_enforce_all_runs_no_gear(gate: Gate, level: str) -> None:
    gate.levels = Levels(level, level, level)
    way = "`sandbox: permissive` in overrides/permissions/deploy.yaml has it run all the same"
    reason = f"nothing here holds it to its permissions ({level}): {way}"
    assert gate.refused() == ("error", reason)


def test_the_level_of_gears_that_start_programs_is_their_own(gate: Gate) -> None:
    gate.levels = Levels("partial: signals", "enforced", "partial: signals")
    gate.admit()
    gate.says("permissions: {exec: true}\n")
    gate.approve()
    assert gate.refused()[0] == "error"


def test_its_user_may_take_less(gate: Gate) -> None:
    gate.levels = Levels("none: x", "none: x", "none: x")
    gate.overridden("sandbox: permissive\n")
    admitted = gate.admit()
    assert admitted.standing == Held("none: x", is_permissive=True, is_editable=False)
    assert (admitted.confined.level, admitted.confined.is_permissive) == ("none: x", True)


def test_by_a_file_with_an_error_nobody_takes_less(gate: Gate) -> None:
    gate.overridden("sandbox: permissive\nnotify: true\n")
    gate.admit()
    gate.overridden("sandbox: no\n")
    admitted = gate.admit().confined
    assert (admitted.is_permissive, admitted.rights.notify) == (False, True)
    gate.levels = Levels("none: x", "none: x", "none: x")
    assert gate.refused()[0] == "error"


def test_where_overrides_are_ignored_nobody_takes_less(scratch: Scratch) -> None:
    gate = Gate(scratch, Levels("none: x", "none: x", "none: x"), is_strict=True)
    gate.approve()
    gate.overridden("sandbox: permissive\nexec: true\n")
    assert gate.refused()[0] == "error"
    gate.levels = ALL
    admitted = gate.admit()
    assert (admitted.confined.is_permissive, admitted.confined.rights.exec) == (False, False)


def test_a_policy_that_no_order_can_tell_is_refused(gate: Gate) -> None:
    many = ", ".join([f"/srv/{'d' * 400}{number}/**" for number in range(100)])
    gate.says(f"permissions: {{fs_read: [{many}]}}\n")
    gate.approve()
    assert gate.refused() == (
        "error",
        "its permissions name more directories than 32 KiB can tell",
    )


def test_a_program_is_the_file_that_was_approved_wherever_that_leads_by_now(
    gate: Gate, tmp_path: Path
) -> None:
    gate.says("permissions: {exec: [sh]}\n")
    gate.approve()
    approval = approvals.read(str(gate.scratch.home), "deploy")
    assert approval is not None
    link = tmp_path / "sh"
    link.symlink_to("/bin/true")
    approvals.write(
        str(gate.scratch.home), msgspec.structs.replace(approval, programs={"sh": str(link)})
    )
    assert gate.admit().confined.programs == {"sh": str(link)}
