"""Installing and approving gears: nothing is approved but what was shown, whatever interrupts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.config import approvals
from axium.core import gear_installing as gears
from axium.core import installing
from axium.core.gear_installing import Proposal
from axium.core.scaffold import create
from tests.core.test_installing import killed

MANIFEST = "name: greet\nversion: 1.2.0\npermissions:\n  exec: [sh]\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A config home of the test's own, in which nothing half done is left."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("AXIUM_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("AXIUM_NO_AUTOSTART", "1")  # the test of a new gear asks for a daemon
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what is killed leaves its copy there
    yield home
    left = [name for name in os.listdir(home / "gears") if name.startswith(".")]
    assert set(left) <= {".lock", ".gear_metadata.json", ".approved"}


@pytest.fixture
def greet(tmp_path: Path) -> Path:
    """The directory of a gear."""
    made = tmp_path / "src/greet"
    made.mkdir(parents=True)
    (made / "gear.yaml").write_text(MANIFEST)
    (made / "main.py").write_text("def register(app): ...\n")
    return made


def install(source: Path, *, editable: bool = False, name: str | None = None) -> None:
    asked = installing.wanted("gears", str(source), editable=editable, name=name)
    with gears.proposed(asked) as proposal:
        gears.install(proposal)


def is_approved(home: Path, name: str) -> bool:
    """As whoever loads it decides."""
    approval = approvals.read(str(home), name)
    if approval is None:
        return False
    seen = approvals.seen(f"{home}/gears/{name}", is_editable=approval.is_editable)
    return seen.digest == approval.digest


def rows(home: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((home / "gears/.gear_metadata.json").read_text())
    return found


def test_a_gear_is_installed_and_approved_as_it_was_shown(home: Path, greet: Path) -> None:
    install(greet)
    approval = approvals.read(str(home), "greet")
    assert approval is not None
    assert approval.programs == {"sh": os.path.realpath("/bin/sh")}
    assert is_approved(home, "greet")
    assert rows(home)["greet"]["source"] == f"local:{greet}"


def test_who_only_looks_changes_nothing(home: Path, greet: Path) -> None:
    (home / "gears").mkdir()
    with gears.proposed(installing.wanted("gears", str(greet))) as proposal:
        assert (proposal.name, proposal.former, proposal.changes) == ("greet", None, [])
    assert os.listdir(home / "gears") == []


def test_an_editable_one_is_a_link_whose_manifest_is_approved(home: Path, greet: Path) -> None:
    install(greet, editable=True)
    (greet / "main.py").write_text("changed\n")
    assert is_approved(home, "greet")
    (greet / "gear.yaml").write_text(MANIFEST + "  notify: true\n")
    assert not is_approved(home, "greet")


def test_one_that_becomes_editable_has_lost_no_file(home: Path, greet: Path) -> None:
    install(greet)
    (home / "gears/greet").rename(home / "aside")
    (home / "gears/greet").symlink_to(greet)
    assert gears.proposed_here("greet").changes == []


def test_another_name_is_that_of_its_approval_too(home: Path, greet: Path) -> None:
    install(greet, name="hello")
    assert is_approved(home, "hello")
    assert rows(home)["hello"]["manifest_name"] == "greet"
    assert gears.proposed_here("hello").name == "hello"


def test_what_changes_at_its_source_while_it_is_shown_is_not_installed(
    home: Path, greet: Path
) -> None:
    with gears.proposed(installing.wanted("gears", str(greet))) as proposal:
        (greet / "main.py").write_text("evil\n")
        gears.install(proposal)
    assert (home / "gears/greet/main.py").read_text() == "def register(app): ...\n"
    assert is_approved(home, "greet")


def test_what_changes_in_the_copy_while_it_is_shown_is_refused(home: Path, greet: Path) -> None:
    with gears.proposed(installing.wanted("gears", str(greet))) as proposal:
        assert proposal.preview is not None
        Path(proposal.preview.directory, "main.py").write_text("evil\n")
        with pytest.raises(ValueError, match=r"`greet` changed while it was shown: `main.py` was"):
            gears.install(proposal)
    assert not (home / "gears/greet").exists()
    assert approvals.read(str(home), "greet") is None


def test_what_changes_in_place_while_it_is_shown_is_not_approved(home: Path) -> None:
    made = create("gears", "mine", None, "0.1.0", is_interactive=False)
    proposal = gears.proposed_here("mine")
    (made / "main.py").write_text("evil\n")
    with pytest.raises(ValueError, match="changed while it was shown"):
        gears.approve(proposal)
    assert approvals.read(str(home), "mine") is None
    gears.approve(gears.proposed_here("mine"))
    assert is_approved(home, "mine")


def test_an_update_says_what_is_different_and_holds_once_it_is_approved(
    home: Path, greet: Path
) -> None:
    install(greet)
    (greet / "gear.yaml").write_text(MANIFEST.replace("exec: [sh]", "notify: true"))
    (greet / "new.py").write_text("")
    with gears.proposed_again("greet") as proposal:
        assert proposal.changes == [
            "`gear.yaml` was changed",
            "`new.py` is new",
            "permissions: + notify",
            "permissions: - exec: sh",
        ]
    assert is_approved(home, "greet")
    with gears.proposed_again("greet") as proposal:
        gears.install(proposal)
    assert is_approved(home, "greet")
    assert (home / "gears/greet/new.py").exists()


def test_uninstalling_takes_approval_files_and_private_directories(
    home: Path, greet: Path, tmp_path: Path
) -> None:
    install(greet)
    (private,) = [Path(kept_for("greet"))]
    (private / "data").mkdir(parents=True)
    gears.uninstall("greet")
    assert approvals.read(str(home), "greet") is None
    assert (sorted(os.listdir(home / "gears/.approved")), private.exists()) == ([], False)
    assert rows(home) == {}


def test_what_is_looked_at_stands_where_no_gear_gets_and_goes(home: Path, greet: Path) -> None:
    place = Path(kept_for("greet")).parent.parent / "previews"
    left, other = place / "left", place / "other"
    for each in (left, other):
        (each / "made").mkdir(parents=True)
    place.chmod(0o700)
    os.utime(left, (1, 1))
    with gears.proposed(installing.wanted("gears", str(greet))) as proposal:
        assert proposal.preview is not None
        assert Path(proposal.preview.directory).parent.parent == place
        gears.install(proposal)
    assert list(place.iterdir()) == [other]


def test_what_another_gear_of_its_name_kept_is_not_found_by_a_new_one(
    home: Path, greet: Path
) -> None:
    install(greet)
    private = Path(kept_for("greet"))
    (private / "data").mkdir(parents=True)
    with gears.proposed_again("greet") as proposal:
        gears.install(proposal)
    assert (private / "data").is_dir()
    installing.uninstall("gears", "greet")  # and killed before the rest
    install(greet)
    assert not private.exists()


def kept_for(name: str) -> str:
    from axium.thin.paths import environ, home_of, state_dir

    return f"{state_dir(home_of(environ()), environ())}/gears/{name}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: greet\npermissions: {exec: 3}\n", r"gear.yaml:2:21: `permissions.exec` must be"),
        ("name: greet\nentrypoint: x\n", "names no function"),
        ("name: other\n", "the manifest is that of `other`"),
    ],
)
def test_a_faulty_manifest_is_told_and_nothing_is_there_to_approve(
    home: Path, greet: Path, text: str, told: str
) -> None:
    (home / "gears").mkdir()
    (greet / "gear.yaml").write_text(text)
    with pytest.raises(ValueError, match=told):
        install(greet)
    assert os.listdir(home / "gears") == []


def test_a_link_in_a_gear_can_not_be_approved(home: Path, greet: Path) -> None:
    (home / "gears").mkdir()
    (greet / "alias.py").symlink_to("main.py")
    with pytest.raises(ValueError, match=r"`greet` can't be approved: `alias.py` is a link"):
        install(greet)


def test_a_faulty_override_is_mended_before_anything_is_approved(home: Path, greet: Path) -> None:
    (home / "gears").mkdir()
    (home / "overrides/permissions").mkdir(parents=True)
    (home / "overrides/permissions/greet.yaml").write_text("sandbox: 3\n")
    with pytest.raises(ValueError, match=r"overrides/permissions/greet.yaml:1:10: `sandbox`"):
        install(greet)


def test_what_a_gear_may_do_is_shown_with_what_the_user_says(home: Path, greet: Path) -> None:
    (home / "gears").mkdir()
    (home / "overrides/permissions").mkdir(parents=True)
    (home / "overrides/permissions/greet.yaml").write_text("exec: ['!sh', ls]\nnotify: true\n")
    with gears.proposed(installing.wanted("gears", str(greet))) as proposal:
        shown: Proposal = proposal
    assert (shown.rights.exec, shown.rights.notify) == (("ls",), True)
    assert list(shown.approval.programs) == ["ls"]


def test_a_name_that_a_spoke_has_is_refused(home: Path, greet: Path) -> None:
    (home / "spokes/greet").mkdir(parents=True)
    (home / "gears").mkdir()
    with pytest.raises(FileExistsError, match="there is a spoke `greet` already"):
        install(greet)


@pytest.mark.parametrize("name", ["../x", ".approved", "a/b", ""])
def test_a_name_that_leads_elsewhere_is_refused(home: Path, greet: Path, name: str) -> None:
    (home / "gears").mkdir()
    for ask in (gears.proposed_here, gears.uninstall):
        with pytest.raises(ValueError, match="can't name a plugin"):
            ask(name)
    with pytest.raises(ValueError, match="can't name a plugin"):
        install(greet, name=name)


SCRIPT = """\
import sys
from axium.core import gear_installing as gears, installing
with gears.proposed(installing.wanted("gears", sys.argv[1])) as proposal:
    gears.install(proposal)
"""
AGAIN = """\
import sys
from axium.core import gear_installing as gears
with gears.proposed_again(sys.argv[1]) as proposal:
    gears.install(proposal)
"""


@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_a_kill_at_any_change_leaves_no_gear_that_is_approved_by_chance(
    home: Path, greet: Path, call: str
) -> None:
    for number in range(1, 100):
        was_killed = killed(call, number, SCRIPT, str(greet))
        there = (home / "gears/greet").exists()
        if there and approvals.read(str(home), "greet") is not None:
            assert is_approved(home, "greet")
        elif not there:
            assert approvals.read(str(home), "greet") is None
        if there:
            gears.uninstall("greet")
        if not was_killed:
            break
    assert number > 1
    install(greet)
    assert is_approved(home, "greet")


@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_a_kill_while_a_gear_is_replaced_never_leaves_new_code_under_an_old_yes(
    home: Path, greet: Path, call: str
) -> None:
    for number in range(1, 100):
        (greet / "main.py").write_text("old\n")
        if number > 1:
            with installing.changing(str(home), "gears"):
                pass  # what was moved away comes back
            gears.uninstall("greet")
        install(greet)
        old = approvals.read(str(home), "greet")
        (greet / "main.py").write_text("new\n")
        was_killed = killed(call, number, AGAIN, "greet")
        now = approvals.read(str(home), "greet")
        assert now is not None
        files = home / "gears/greet/main.py"
        if files.exists() and is_approved(home, "greet"):
            assert files.read_text() == ("old\n" if now == old else "new\n")
        if not was_killed:
            break
    assert number > 1
    assert is_approved(home, "greet")


def test_a_new_gear_passes_its_own_test_and_can_be_approved_after_it(home: Path) -> None:
    made = create("gears", "mine", 'It\'s "mine"', "0.1.0", is_interactive=False)
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-m", "unittest"],
        cwd=made,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 3 tests" in done.stderr
    proposal = gears.proposed_here("mine")
    gears.approve(proposal)
    assert not any(proposal.rights.values().values())
