"""`daemon_exec` of a gear: approved programs, inside its confinement, and gone with it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

from axium.daemon.caller import Plugin
from tests.daemon.brokered import outcome
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.support import Scratch, until
from tests.support.processes import alive

DENIED = "denied: permission denied: exec"
SHELL = os.path.realpath("/bin/sh")


class Gear:
    """A gear that may read and write `open`, and asks for programs."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.channel = GearChannel(served)
        self.open = served.scratch.user / "open"
        self.shut = served.scratch.user / "shut"
        for directory in (self.open, self.shut):
            directory.mkdir()
            (directory / "file").write_text(directory.name)

    def load(self, **may: Any) -> None:
        load_gear(self.served, **{"fs_read": ("~/open/**",), "fs_write": ("~/open/**",), **may})

    def run(self, command: str | list[str], **fields: Any) -> str:
        """What a program wrote, both streams, or how it was refused."""
        reply = self.channel.ask("daemon_exec", command=command, **{"mode": "wait", **fields})
        return f"{reply['stdout']}{reply['stderr']}" if reply["ok"] else outcome(reply)


@pytest.fixture
def gear(served: Served) -> Iterator[Gear]:
    gear = Gear(served)
    yield gear
    gear.channel.close()


def test_a_program_sees_what_the_gear_may_see(gear: Gear) -> None:
    gear.load(exec=True)
    shut = f"{gear.shut}/file"
    assert gear.run(["cat", f"{gear.open}/file"]) == "open"
    assert gear.run(f"cat {gear.open}/file; echo more") == "openmore\n"
    assert gear.run(["cat", shut]).startswith(f"cat: {shut}: ")
    assert gear.run(f"echo new > {shut}; echo more >> {gear.open}/file").count(shut) == 1
    assert [(place / "file").read_text() for place in (gear.open, gear.shut)] == [
        "openmore\n",
        "shut",
    ]


def test_without_exec_nothing_runs(gear: Gear) -> None:
    gear.load()
    assert [gear.run("true"), gear.run(["true"])] == [DENIED] * 2


def test_a_list_names_what_may_be_run(gear: Gear) -> None:
    gear.load(exec=("echo", "sh"), programs={"echo": os.path.realpath("/bin/echo"), "sh": SHELL})
    asked: list[str | list[str]] = [
        ["echo", "$HOME"],
        "echo $HOME",
        ["/bin/echo", "x"],
        ["true"],
        "true",
        ["./echo"],
        [f"{gear.open}/echo"],
    ]
    assert [gear.run(each) for each in asked] == ["$HOME\n", "$HOME\n", "x\n", *[DENIED] * 4]


def test_a_program_that_another_one_took_the_place_of_is_denied(gear: Gear) -> None:
    tool, other = (gear.served.scratch.bin / name for name in ("tool", "other"))
    for file in (tool, other):
        file.write_text(f"#!/bin/sh\necho {file.name}\n")
        file.chmod(0o755)
    gear.load(
        exec=("tool",), programs={"tool": str(tool.resolve())}, fs_read=(f"{tool.parent}/**",)
    )
    before = gear.run(["tool"])
    tool.unlink()
    tool.symlink_to(other)
    assert (before, gear.run(["tool"])) == ("tool\n", DENIED)


def test_a_program_that_was_not_there_when_it_was_approved_is_denied(gear: Gear) -> None:
    gear.load(exec=("true",), programs={})
    assert gear.run(["true"]) == DENIED


def test_variables_are_those_of_the_gear_and_those_it_hands_on(scratch: Scratch) -> None:
    scratch.environ |= {"SECRET": "s", "REGION": "r"}
    served = Served(scratch)
    gear = Gear(served)
    gear.load(exec=True, env=("REGION",))
    served.ask("set_env", value="dev")
    found = dict(line.split("=", 1) for line in gear.run(["env"], env={"A": "1 2"}).splitlines())
    gear.channel.close()
    served.close()
    assert {name: found.get(name) for name in ("A", "REGION", "SECRET", "AXIUM_ENV")} == {
        "A": "1 2",
        "REGION": "r",
        "SECRET": None,
        "AXIUM_ENV": "dev",
    }
    assert not {name for name in found if name.startswith("XDG_") and name != "XDG_CACHE_HOME"}


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PATH", "PYTHONPATH", "AXIUM_ENV", "BASH_ENV"])
def test_no_variable_says_what_is_loaded(gear: Gear, name: str) -> None:
    gear.load(exec=True)
    assert gear.run(["true"], env={name: "x"}) == (
        f"denied: field `env`: `{name}` is not taken from a plugin"
    )


def test_what_confines_a_program_has_none_of_the_gears_variables(gear: Gear) -> None:
    """They are the program's alone: nothing that is trusted finds its files by them."""
    gear.load(exec=True)
    own = str(gear.open)
    assert gear.run(["printenv", "HOME"], env={"HOME": own, "TMPDIR": own}) == f"{own}\n"
    assert gear.run(["a=b"], env={"A": "1"}) == (
        "invalid: field `command`: `a=b` has a `=` in its name"
    )


def test_a_program_runs_where_the_gear_may_be(gear: Gear) -> None:
    gear.load(exec=True)
    (gear.open / "link").symlink_to(gear.shut)
    private = load_gear(gear.served, exec=True, fs_read=("~/open/**",)).policy.scratch[0]
    assert gear.run(["pwd"]) == f"{private}\n"
    assert gear.run(["pwd"], cwd="~/open") == f"{gear.open}\n"
    elsewhere = [gear.shut, gear.open / "../shut", gear.open / "link", "/", "/proc/self/root"]
    said = [gear.run(["pwd"], cwd=str(cwd)) for cwd in elsewhere]
    assert [text.partition(":")[0] for text in said] == ["denied"] * len(elsewhere)
    assert gear.run(["pwd"], cwd="~/open/none").startswith("not_found: field `cwd`: there is no ")


def test_a_job_is_shown_as_it_was_asked_for_and_belongs_to_the_gear(gear: Gear) -> None:
    gear.load(exec=True)
    job = gear.channel.ask("daemon_exec", command=["sh", "-c", "exit 3"], mode="wait")
    (row,) = gear.served.ask("list_jobs", spoke="creds")["jobs"]
    assert (row["job"], row["spoke"], row["argv"]) == (job["job"], "creds", ["sh", "-c", "exit 3"])
    assert (job["returncode"], row["returncode"], row["status"]) == (3, 3, "ended")


def test_what_runs_ends_with_the_gear(gear: Gear) -> None:
    gear.load(exec=True)
    command = "echo $$ > pid; sleep 100 & wait"
    job = gear.channel.ask("daemon_exec", command=command, cwd="~/open")
    pid = int(until(lambda: (gear.open / "pid").exists() and (gear.open / "pid").read_text()) or 0)
    gear.served.services.confinements.unload("creds")
    gone = gear.served.services.brokers().jobs.find(job["job"], None).group.gone
    gear.served.run(asyncio.wait_for(asyncio.shield(gone), 5))
    assert not alive(pid)
    (row,) = gear.served.ask("list_jobs")["jobs"]
    assert (row["status"], row["reason"]) == ("ended", "stopped")


def test_output_is_bounded(gear: Gear) -> None:
    gear.load(exec=True)
    reply = gear.channel.ask("daemon_exec", command=["head", "-c", "3000000", "/dev/zero"])
    assert (len(reply["stdout"]), reply["truncated"]) == (1 << 20, True)


def test_one_with_the_way_out_runs_outside(gear: Gear, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "axium.security")
    gear.load(exec=True, ipc=("exec_unconfined",))
    said = gear.run(["cat", f"{gear.shut}/file"])
    told = [each.getMessage() for each in caplog.records if each.name == "axium.security"]
    rest = f"detail=cat {gear.shut}/file via_override=false"
    assert said == "shut"
    assert told == [
        f"[SECURITY] spoke=creds action=exec allowed=true {rest}",
        f"[SECURITY] spoke=creds action=ipc:exec_unconfined allowed=true {rest}",
    ]


def test_the_way_out_is_no_exec(gear: Gear) -> None:
    gear.load(exec=("echo",), programs={"echo": "/bin/echo"}, ipc=("exec_unconfined",))
    assert gear.run(["cat", f"{gear.shut}/file"]) == DENIED


def test_where_its_command_was_started_a_program_sees_what_the_gear_does(gear: Gear) -> None:
    gear.load(exec=True, fs_read=("./**",))
    gear.channel.channel.caller = Plugin("gear", "creds", here=str(gear.open))
    assert (gear.run(["cat", "file"]), gear.run(["cat", "file"], cwd="~/shut")[:6]) == (
        "open",
        "denied",
    )
