"""`axium gear list`, `perms-show`, `perms-edit`, `doctor`: what is told of gears that are there."""

from __future__ import annotations

import json
import re

from tests.cli.asking import Asked
from tests.cli.saying import said, told
from tests.cli.stranger import QUIET, gear
from tests.support import Scratch
from tests.support.refusing import without
from tests.support.scratch import VENV_BIN


def test_rights_are_told_with_their_source_and_holder(scratch: Scratch) -> None:
    manifest = "name: greet\npermissions: {fs_read: [~/a/**, ~/b/*.json], notify: true}\n"
    said(scratch, "gear", "install", "-y", str(gear(scratch, manifest=manifest)), **QUIET)
    file = scratch.home / "overrides/permissions/greet.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("notify: false\nfs_read: ['!~/b/*.json', ~/c/**]\n")
    shown = told(scratch, "gear", "perms-show", "greet", **QUIET)
    assert shown["sources"]["notify"] == "override"
    assert shown["origins"]["fs_read"] == {"~/a/**": "base", "~/c/**": "override"}
    assert [(each["entry"], each["holder"]) for each in shown["grants"]] == [
        ("~/a/**", "kernel"),
        ("~/c/**", "kernel"),
        ("!~/b/*.json", "daemon"),
    ]
    text = said(scratch, "gear", "perms-show", "greet", **QUIET)[1]
    assert "~/c/**                        all that is in it (kernel; override)" in text


def test_what_is_told_is_what_was_approved_whatever_the_file_says_by_now(scratch: Scratch) -> None:
    manifest = "name: greet\npermissions: {notify: true}\n"
    said(scratch, "gear", "install", "-y", str(gear(scratch, manifest=manifest)), **QUIET)
    (scratch.home / "gears/greet/gear.yaml").write_text("name: greet\npermissions: {net: true}\n")
    shown = told(scratch, "gear", "perms-show", "greet", **QUIET)["permissions"]
    assert (shown["notify"], shown["net"]) == (True, False)
    _code, text, talk = said(scratch, "gear", "perms-show", "greet", **QUIET)
    assert "  approval   changed: this is what you approved\n" in text
    assert talk.splitlines() == [
        "! `gear.yaml` was changed",
        "! permissions: + net: any",
        "! permissions: - notify",
    ]


def test_a_program_that_the_user_added_is_shown_where_it_is(scratch: Scratch) -> None:
    manifest = "name: greet\npermissions: {exec: [nosuch]}\n"
    said(scratch, "gear", "install", "-y", str(gear(scratch, manifest=manifest)), **QUIET)
    file = scratch.home / "overrides/permissions/greet.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("exec: [added]\n")
    for name in ("added", "nosuch"):
        scratch.tool(name, "#!/bin/sh\n")
    shown = told(scratch, "gear", "perms-show", "greet", **QUIET)["grants"]
    assert [(each["entry"], each["words"]) for each in shown] == [
        ("nosuch", "it is not there"),
        ("added", f"{scratch.bin}/added, held to all of this too"),
    ]


def edit(scratch: Scratch, script: str) -> tuple[int, str, str]:
    editor = scratch.tool("editor", f"#!/bin/sh\n{script}\n")
    return said(scratch, "gear", "perms-edit", "greet", EDITOR=str(editor), **QUIET)


def test_an_override_is_begun_with_what_is_asked_for_and_gone_if_nothing_is_made_of_it(
    scratch: Scratch,
) -> None:
    manifest = "name: greet\npermissions: {exec: [ls], notify: true}\n"
    said(scratch, "gear", "install", "-y", str(gear(scratch, manifest=manifest)), **QUIET)
    file = scratch.home / "overrides/permissions/greet.yaml"
    code, data, talk = edit(scratch, 'cat "$1"')
    assert (code, talk, file.exists()) == (0, "", False)
    assert data.endswith('# Its manifest asks for:\n#   exec: ["ls"]\n#   notify: true\n')
    assert edit(scratch, 'echo "exec: false" >>"$1"') == (0, "", "")
    assert told(scratch, "gear", "perms-show", "greet", **QUIET)["permissions"]["exec"] is False
    shown = said(scratch, "gear", "perms-show", "greet", **QUIET)[1].splitlines()
    assert shown[1:3] == [
        "  notifies   sends notifications (axium; base)",
        "  starts     nothing, you said (override)",
    ]
    code, _data, talk = edit(scratch, 'echo "sandbox: off" >"$1"')
    assert (code, talk.splitlines()[0]) == (
        1,
        (
            "✗ overrides/permissions/greet.yaml:1:10: "
            "`sandbox` must be one of `enforced`, `permissive`, found `off`"
        ),
    )


def test_a_list_on_a_terminal_is_as_wide_as_that(scratch: Scratch) -> None:
    manifest = f"name: greet\nversion: 1.0.0\ndescription: {'so many words ' * 20}\n"
    said(scratch, "gear", "install", "-y", str(gear(scratch, manifest=manifest)), **QUIET)
    columns = len(said(scratch, "gear", "list", **QUIET)[1].partition("so many")[0]) + 19
    shown = Asked(scratch, "gear", "list", columns=columns, env=QUIET | {"NO_COLOR": "1"}).end()[1]
    assert shown.splitlines()[0].endswith("  so many words so...")
    assert len(shown.splitlines()[0]) == columns


def test_a_permissive_gear_is_red_wherever_it_is_listed(scratch: Scratch) -> None:
    said(scratch, "gear", "install", "-y", str(gear(scratch)), **QUIET)
    file = scratch.home / "overrides/permissions/greet.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("sandbox: permissive\n")
    listed = Asked(scratch, "gear", "list", env=QUIET).end()[1]
    assert re.search(r"\033\[1;31mPERMISSIVE, \w+.*?\033\[0m", listed)
    shown = Asked(scratch, "gear", "perms-show", "greet", env=QUIET).end()[1]
    assert re.search(r"\033\[1;31m +PERMISSIVE: overrides/permissions/greet.yaml", shown)
    looked = Asked(scratch, "doctor", env=QUIET).end()[1]
    assert re.search(r"\033\[31m! gears   greet is PERMISSIVE.*\033\[0m", looked)


def findings(scratch: Scratch) -> list[tuple[str, str]]:
    document = json.loads(said(scratch, "doctor", "--json", **QUIET)[1])
    found = [each for each in document["findings"] if each["area"] == "gears"]
    return [(each["state"], each["text"]) for each in found]


def test_doctor_tells_what_is_not_as_it_should_be(scratch: Scratch) -> None:
    assert findings(scratch) == []
    said(scratch, "gear", "install", "-y", str(gear(scratch)), **QUIET)
    assert [state for state, _text in findings(scratch)] == ["good"]
    (scratch.home / "gears/greet/new.py").write_text("")
    (scratch.home / "gears/other").mkdir()
    (scratch.home / "gears/other/gear.yaml").write_text("name: other\n")
    overrides = scratch.home / "overrides/permissions"
    overrides.mkdir(parents=True)
    (overrides / "nobody.yaml").write_text("")
    (overrides / "other.yaml").write_text("exec: ['!ls']\n")
    (overrides / "greet.yaml").write_text("sandbox: x\n")
    assert [each for each in findings(scratch) if each[0] != "good"] == [
        (
            "fault",
            (
                "overrides/permissions/greet.yaml:1:10: "
                "`sandbox` must be one of `enforced`, `permissive`, found `x`"
            ),
        ),
        ("warning", "overrides/permissions/nobody.yaml is of no gear that is there"),
        (
            "warning",
            "overrides/permissions/other.yaml: `!ls` of `exec` takes nothing away",
        ),
        ("warning", "greet: changed since it was approved: `new.py` is new"),
        ("warning", "other: not approved"),
    ]


def test_the_list_without_a_daemon_is_of_the_files(scratch: Scratch) -> None:
    said(scratch, "gear", "install", "-y", str(gear(scratch)), **QUIET)
    (scratch.home / "gears/bad").mkdir()
    (scratch.home / "gears/bad/gear.yaml").write_text("name: 3x/\n")
    rows = told(scratch, "gear", "list", **QUIET)["gears"]
    assert [(each["name"], each["status"], each["approval"]) for each in rows] == [
        ("bad", "error", "not approved"),
        ("greet", "not-loaded", "approved"),
    ]


USING = """\
from axium.core import api
def register(app, events):
    @app.command("greet")
    def greet():
        print(bool(api.notify("a", "b")), bool(api.set_active_env("dev")))
"""


def test_what_was_granted_is_told_beside_what_was_used(home: Scratch) -> None:
    manifest = "name: greet\npermissions: {notify: true, ipc: [list_envs]}\n"
    source = gear(home, manifest=manifest)
    (source / "main.py").write_text(USING)
    assert said(home, "gear", "install", "-y", str(source)) == (0, "", "")
    assert said(home, "greet")[:2] == (0, "True False\n")
    code, data, talk = said(home, "gear", "perms-show", "greet", "--used")
    assert (code, talk) == (0, "")
    table = re.sub(r"\d{4}-[0-9T:-]+Z", "TIME", data.partition("sees it\n")[2])
    assert table == (
        "  notify          used once, last TIME\n"
        "  ipc: list_envs  never used\n"
        "  ipc: set_env    denied once, last TIME\n"
        "What the kernel allows by itself is not counted.\n"
    )
    used = told(home, "gear", "perms-show", "greet", "--used")["used"]
    assert {each["grant"]: (each["count"], each["denied"]) for each in used} == {
        "notify": (1, 0),
        "ipc: set_env": (0, 1),
    }


def unheld(scratch: Scratch, *args: str) -> tuple[int, str, str]:
    """`axium ARGS` where the kernel refuses Landlock, as a container may."""
    words = without("landlock_create_ruleset", str(VENV_BIN / "axium"), *args)
    done = scratch.run(*words, env=QUIET)
    return done.returncode, done.stdout, done.stderr


def test_what_nothing_can_hold_is_told_before_the_yes_and_afterwards(scratch: Scratch) -> None:
    source = gear(scratch)
    code, screen, _talk = unheld(scratch, "gear", "install", str(source), "--dry-run")
    reason = "this kernel has no Landlock, or it is turned off"
    assert (code, screen.partition("on request.\n")[2]) == (
        0,
        f"  sandbox    none: {reason}\n             so it is not started on this machine\n",
    )
    assert unheld(scratch, "gear", "install", "-y", str(source))[0] == 0
    listed = json.loads(unheld(scratch, "gear", "list", "--json")[1])["gears"][0]
    assert (listed["sandbox"], listed["is_permissive"]) == (f"none: {reason}", False)
    found = json.loads(unheld(scratch, "doctor", "--json")[1])["findings"]
    text = f"greet is not started: this machine can't hold it (none: {reason})"
    assert ("fault", text) in [(each["state"], each["text"]) for each in found]
    file = scratch.home / "overrides/permissions/greet.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("sandbox: permissive\n")
    assert f"PERMISSIVE, none: {reason}" in unheld(scratch, "gear", "list")[1]
    found = json.loads(unheld(scratch, "doctor", "--json")[1])["findings"]
    text = f"greet is PERMISSIVE: it is started also where nothing holds it (none: {reason})"
    assert ("warning", text) in [(each["state"], each["text"]) for each in found]
