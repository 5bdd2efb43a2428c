"""Gears in a real daemon: let in or kept out, held, loaded again, ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from axium.plugins.processes import children
from tests.real.gears import Geared, approve, write_gear
from tests.real.spokes import write_spoke
from tests.support import Scratch, until
from tests.support.processes import alive
from tests.support.refusing import without
from tests.support.scratch import VENV_BIN

NOTHING = "def register(app): pass\n"
LISTENER = "def register(app, events): events.on('env_change', print)\n"
TOLD = """
    def register(app, events):
        for name in ("spoke_loaded", "gear_loaded", "gear_unloaded"):
            events.on(name, lambda *args, name=name: print(name, *args))
"""
WATCHED = "print('seen', new_env)"

Gear = Callable[..., Geared]


@pytest.fixture
def geared(scratch: Scratch) -> Iterator[Gear]:
    """Starts the daemon with these gears, and a spoke that prints what it is told of gears."""
    running: list[Geared] = []

    def start(**gears: tuple[str, str]) -> Geared:
        running.append(Geared(scratch, TOLD, **gears))
        return running[-1]

    yield start
    for daemon in running:
        daemon.close()


def printed(daemon: Geared, name: str) -> list[str]:
    """What a plugin printed."""
    return [line.partition("] [OUTPUT] ")[2] for line in daemon.log(name).splitlines()]


def listener(body: str) -> str:
    """A gear whose only listener does this."""
    return (
        "import os, sys, time\n"
        "def register(app, events):\n"
        "    events.on('env_change', heard)\n"
        "def heard(new_env):\n"
        f"    {body}\n"
    )


def answers_as_before(daemon: Geared) -> None:
    """Other commands do what they did."""
    daemon.quick("ping")
    daemon.quick("get_state")
    assert daemon.ask("set_env", value="root")["ok"]


def test_gears_are_loaded_after_the_spokes_in_the_alphabet_s_order(geared: Gear) -> None:
    daemon = geared(beta=("", NOTHING), alpha=("", LISTENER))
    until(lambda: len(printed(daemon, "teller")) == 3)
    assert [line.split()[1] for line in printed(daemon, "teller")] == ["teller", "alpha", "beta"]
    assert daemon.ask("daemon_status")["status"]["plugins"] == 3


def test_a_row_tells_how_a_gear_is_and_how_far_it_is_held(geared: Gear) -> None:
    daemon = geared(deploy=("version: '1.2'\ndescription: Deploys.\n", LISTENER))
    row = daemon.gear("deploy")
    assert row == {
        "name": "deploy",
        "version": "1.2",
        "description": "Deploys.",
        "entrypoint": "main:register",
        "source": f"local:{daemon.scratch.home}/gears/deploy",
        "install_mode": "copy",
        "installed_at": "",
        "last_loaded": row["last_loaded"],
        "status": "active",
        "error": None,
        "pid": row["pid"],
        "restarts": 0,
        "late": 0,
        "raised": 0,
        "last_raised": None,
        "is_contained": row["is_contained"],
        "sandbox": "enforced",
        "is_permissive": False,
        "is_editable": False,
    }


VARIABLES = """
    import ctypes, json, os, sys

    def register(app, events):
        every = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        seen, number = [], 0
        while every[number]:
            seen.append(every[number].decode("latin-1"))
            number += 1
        print(json.dumps([dict(os.environ), seen, os.getcwd()]))
        events.on("env_change", print)
"""


def test_a_gear_sees_its_own_variables_and_no_others(scratch: Scratch) -> None:
    path = f"/z:{scratch.environ['PATH']}"
    scratch.environ |= {"XDG_SECRET": "x1", "TMUX_TMPDIR": "/y", "PATH": path}
    daemon = Geared(scratch, deploy=("permissions: {env: [XDG_GIVEN, LD_PRELOAD]}\n", VARIABLES))
    (line,) = until(lambda: printed(daemon, "deploy"))
    of_python, of_c, cwd = json.loads(line)
    own = of_python["TMPDIR"].removesuffix("/tmp")
    assert of_python == {
        "LANG": "C.UTF-8",
        "HOME": str(scratch.user),
        "USER": "tester",
        "SHELL": "/bin/bash",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TMPDIR": f"{own}/tmp",
        "XDG_CACHE_HOME": f"{own}/cache",
        "AXIUM_DATA": f"{own}/data",
        "AXIUM_PLUGINS_OF": str(scratch.home),
    }
    assert sorted(of_c) == sorted([f"{name}={value}" for name, value in of_python.items()])
    assert cwd == f"{own}/tmp"
    began_with = Path(f"/proc/{template(daemon)}/environ").read_text().split("\0")
    daemon.close()
    assert sorted(filter(None, began_with)) == [
        f"AXIUM_HOME={scratch.home}",
        f"AXIUM_PLUGINS_OF={scratch.home}",
        "LANG=C.UTF-8",
    ]


def test_a_gear_gets_the_variables_that_it_was_granted(scratch: Scratch) -> None:
    scratch.environ |= {"XDG_GIVEN": "g", "XDG_OTHER": "o"}
    main = "import os\ndef register(app): print(sorted(n for n in os.environ if 'XDG_' in n))\n"
    daemon = Geared(scratch, deploy=("permissions: {env: [XDG_GIVEN]}\n", main))
    until(lambda: printed(daemon, "deploy") == ["['XDG_CACHE_HOME', 'XDG_GIVEN']"])
    daemon.close()


def template(daemon: Geared) -> int:
    """The process that the hosts are forked from."""
    (pid,) = children(daemon.pid)
    return pid


def test_a_gear_is_installed_approved_and_loaded_while_the_daemon_runs(geared: Gear) -> None:
    daemon = geared()
    write_gear(daemon.scratch, "deploy", LISTENER)
    reply = daemon.ask("reload_gear", gear="deploy")
    assert reply == {
        "ok": False,
        "error": "failed to reload gear: deploy",
        "code": "failed",
        "hint": "not approved: `axium gear approve deploy`",
    }
    assert daemon.gear("deploy")["status"] == "not-loaded"
    approve(daemon.scratch, "deploy")
    assert daemon.ask("reload_gear", gear="deploy") == {"ok": True, "gears": ["deploy"]}
    assert daemon.gear("deploy")["status"] == "active"


def test_one_whose_files_change_goes_on_until_it_is_loaded_again(geared: Gear) -> None:
    daemon = geared(deploy=("", listener(WATCHED)))
    write_gear(daemon.scratch, "deploy", listener("print('evil')"))
    daemon.ask("set_env", value="builder")
    until(lambda: printed(daemon, "deploy") == ["seen builder"])
    assert daemon.ask("reload_gears") == {"ok": True, "gears": ["deploy"]}
    row = daemon.gear("deploy")
    assert (row["status"], row["pid"], row["error"]) == (
        "not-loaded",
        None,
        "not approved as it is now (`main.py` was changed): `axium gear approve deploy`",
    )
    daemon.ask("set_env", value="root")
    assert printed(daemon, "deploy") == ["seen builder"]
    approve(daemon.scratch, "deploy")
    daemon.ask("reload_gear", gear="deploy")
    daemon.ask("set_env", value="builder")
    until(lambda: printed(daemon, "deploy") == ["seen builder", "evil"])


def test_one_that_ends_by_itself_is_looked_at_again(geared: Gear) -> None:
    daemon = geared(deploy=("", listener(WATCHED)))
    write_gear(daemon.scratch, "deploy", listener("print('evil')"))
    os.kill(daemon.gear("deploy")["pid"], signal.SIGKILL)
    until(lambda: "not approved as it is now" in (daemon.gear("deploy")["error"] or ""))
    daemon.ask("set_env", value="builder")
    assert printed(daemon, "deploy") == []


def test_a_reload_loads_new_gears_and_unloads_those_that_are_gone(geared: Gear) -> None:
    daemon = geared(old=("", LISTENER))
    shutil.rmtree(daemon.scratch.home / "gears/old")
    write_gear(daemon.scratch, "new", LISTENER)
    approve(daemon.scratch, "new")
    assert daemon.ask("reload")["ok"]
    assert daemon.gear_names() == ["new"]
    until(lambda: printed(daemon, "teller")[-2:] == ["gear_unloaded old", "gear_loaded new"])


def test_an_unloaded_gear_takes_all_that_was_its_own_with_it(geared: Gear) -> None:
    manifest = """
        permissions: {ipc: [hud_update]}
        prefixes: [{command: kubectl, wrapper: axium deploy}]
    """
    main = """
        from axium.core.ipc import send_request_sync

        def register(app, events):
            send_request_sync({"cmd": "hud_segment_value", "value": "up"})
            events.on("env_change", print)

            @app.command()
            def deploy():
                "Deploys."
    """
    daemon = geared(deploy=(manifest, main))
    until(lambda: "deploy:up" in daemon.hud())
    assert "kubectl" in daemon.ask("list_prefixed_commands")["commands"]
    pid = daemon.gear("deploy")["pid"]
    assert daemon.ask("unload_gear", gear="deploy") == {"ok": True}
    assert "deploy" not in daemon.hud()
    assert "kubectl" not in daemon.ask("list_prefixed_commands")["commands"]
    assert daemon.gear_names() == []
    until(lambda: not alive(pid))
    until(lambda: printed(daemon, "teller")[-1] == "gear_unloaded deploy")
    assert daemon.ask("get_permissions", gear="deploy")["code"] == "not_loaded"


@pytest.mark.parametrize("command", ["reload_gear", "unload_gear"])
def test_an_unknown_gear_is_not_loaded(geared: Gear, command: str) -> None:
    daemon = geared(deploy=("", NOTHING))
    assert daemon.ask(command, gear="deplay") == {
        "ok": False,
        "error": "gear not loaded",
        "code": "not_loaded",
        "hint": "did you mean `deploy`?",
    }
    assert daemon.ask(command)["error"] == "gear name required"


def test_a_spoke_of_the_same_name_has_the_gear_go(geared: Gear) -> None:
    daemon = geared(deploy=("", listener("print('gear')")))
    write_spoke(daemon.scratch, "deploy", listener("print('spoke')"))
    assert daemon.ask("reload_spoke", spoke="deploy") == {"ok": True, "spoke": "deploy"}
    until(lambda: printed(daemon, "teller")[-2:] == ["gear_unloaded deploy", "spoke_loaded deploy"])
    daemon.ask("reload_gears")
    row = daemon.gear("deploy")
    assert (row["status"], "the spoke `deploy` has this name" in row["error"]) == ("error", True)
    daemon.ask("set_env", value="builder")
    until(lambda: printed(daemon, "deploy") == ["spoke"])


def test_the_end_of_the_daemon_is_told_before(geared: Gear, scratch: Scratch) -> None:
    daemon = geared(deploy=("", LISTENER))
    scratch.stop_daemon()
    until(lambda: printed(daemon, "teller")[-1] == "gear_unloaded deploy")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(7)", "ended with 7"),
        ("os.abort()", "was ended by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
        ("os.write(3, b'rubbish\\n'); time.sleep(60)", "wrote to its channel what is no request"),
        ("os.write(3, b'STATUS\\n'); time.sleep(60)", "wrote to its channel what is no request"),
        ("os.write(3, b'{\"answer\": 99}\\n'); time.sleep(60)", "wrote to its channel"),
    ],
)
def test_a_gear_that_ends_is_started_again(geared: Gear, body: str, reason: str) -> None:
    daemon = geared(bad=("", listener(body)))
    pid = daemon.gear("bad")["pid"]
    answers_as_before(daemon)
    until(lambda: daemon.gear("bad")["restarts"] == 1)
    until(lambda: daemon.gear("bad")["status"] == "active")
    assert daemon.gear("bad")["pid"] != pid
    assert f"gear bad {reason}" in daemon.log()
    assert daemon.ask("stats")["restarts"] == {"bad": 1}
    daemon.mend("bad", listener(WATCHED))
    daemon.ask("set_env", value="builder")
    until(lambda: printed(daemon, "bad")[-1:] == ["seen builder"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os.fork()", "PermissionError"),
        ("__import__('subprocess').run(['true'])", "PermissionError"),
        ("bytearray(4 << 30)", "MemoryError"),
        ("os.kill(os.getppid(), 9)", "PermissionError"),
        ("open('/etc/shadow')", "PermissionError"),
        ("sys.exit(1)", "SystemExit: 1"),
    ],
)
def test_what_a_gear_may_not_is_told_of_and_it_stays(geared: Gear, body: str, reason: str) -> None:
    daemon = geared(bad=("", listener(body)))
    pid = daemon.gear("bad")["pid"]
    answers_as_before(daemon)
    until(lambda: daemon.gear("bad")["raised"] == 1)
    row = daemon.gear("bad")
    assert (row["status"], row["pid"], reason in row["last_raised"]) == ("active", pid, True)


def test_a_gear_that_ends_again_and_again_is_given_up(geared: Gear) -> None:
    daemon = geared(bad=("", "import os\ndef register(app, events): os._exit(3)\n"))
    until(lambda: "ended with 3" in (daemon.gear("bad")["error"] or ""))
    answers_as_before(daemon)
    assert daemon.gear("bad")["pid"] is None


def test_a_gear_that_hangs_delays_by_the_deadline_and_nothing_else(geared: Gear) -> None:
    daemon = geared(bad=("", listener("time.sleep(60)")), good=("", listener(WATCHED)))
    assert daemon.ask("set_env", value="builder")["ok"]
    until(lambda: printed(daemon, "good") == ["seen builder"])
    daemon.quick("ping")
    assert daemon.gear("bad")["late"] >= 1


def test_a_gear_that_floods_its_log_and_its_channel_delays_nobody(geared: Gear) -> None:
    flood = """
        import os, threading
        def register(app, events):
            events.on("env_change", print)
            line = b'{"cmd": "ping", "id": 1}\\n' * 1000
            def flood(fd, data):
                while True:
                    os.write(fd, data)
            for fd, data in ((1, b"x" * 65536), (3, line)):
                threading.Thread(target=flood, args=(fd, data), daemon=True).start()
    """
    daemon = geared(bad=("", flood))
    for _ in range(20):
        daemon.quick("get_state")
    assert (daemon.scratch.home / "logs/bad.log").stat().st_size < 10 << 20


def test_hosts_come_back_when_the_template_is_killed(geared: Gear) -> None:
    daemon = geared(deploy=("", listener(WATCHED)))
    pid = daemon.gear("deploy")["pid"]
    write_gear(daemon.scratch, "other", NOTHING)
    daemon.ask("reload_gears")  # one that is not approved stays so
    os.kill(template(daemon), signal.SIGKILL)
    until(lambda: daemon.gear("deploy")["pid"] not in (None, pid))
    until(lambda: daemon.gear("deploy")["status"] == "active")
    assert daemon.gear("other")["error"] == "not approved: `axium gear approve other`"


@pytest.fixture
def bare(scratch: Scratch) -> Iterator[Gear]:
    """Starts the daemon where the kernel refuses Landlock, as a container may."""
    words = without("landlock_create_ruleset", str(VENV_BIN / "axium"), "daemon", "start")
    running: list[Geared] = []

    def start(**gears: tuple[str, str]) -> Geared:
        for name, (manifest, main) in gears.items():
            write_gear(scratch, name, main, manifest)
            approve(scratch, name)
        scratch.run(*words, check=True)
        running.append(Geared(scratch, **gears))
        return running[-1]

    yield start
    for daemon in running:
        daemon.close()


def test_where_the_kernel_has_no_landlock_a_gear_is_refused(bare: Gear) -> None:
    daemon = bare(deploy=("", LISTENER))
    until(lambda: daemon.gear("deploy")["status"] == "error", 15)  # the trial may take its time
    row = daemon.gear("deploy")
    assert (row["status"], row["sandbox"], row["pid"]) == (
        "error",
        "none: this kernel has no Landlock, or it is turned off",
        None,
    )
    assert printed(daemon, "deploy") == []


def test_its_user_may_have_it_run_all_the_same(bare: Gear, scratch: Scratch) -> None:
    path = scratch.home / "overrides/permissions/deploy.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("sandbox: permissive\n")
    daemon = bare(deploy=("", LISTENER))
    until(lambda: daemon.gear("deploy")["status"] == "active", 15)
    row = daemon.gear("deploy")
    assert (row["status"], row["sandbox"][:5], row["is_permissive"]) == ("active", "none:", True)


def test_what_a_gear_starts_ends_with_it(geared: Gear) -> None:
    main = """
        import subprocess, os, time
        def register(app, events):
            events.on("env_change", print)
            print(subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True).pid)
            if os.fork() == 0:
                os.setsid()
                if os.fork():
                    os._exit(0)
                print(os.getpid(), flush=True)
                time.sleep(1000)
    """
    daemon = geared(deploy=("permissions: {exec: true}\n", main))
    until(lambda: len(printed(daemon, "deploy")) == 2)
    started = [int(line) for line in printed(daemon, "deploy")]
    assert [alive(pid) for pid in started] == [True, True]
    assert daemon.ask("unload_gear", gear="deploy") == {"ok": True}
    until(lambda: not any([alive(pid) for pid in started]))


@pytest.mark.parametrize("name", ["../deploy", "deploy/", ".approved", "", "a\0b", "/etc"])
def test_what_can_not_name_a_gear_names_none(geared: Gear, name: str) -> None:
    daemon = geared(deploy=("", NOTHING))
    for command in ("reload_gear", "unload_gear", "gear_channel"):
        assert daemon.ask(command, gear=name)["code"] in ("not_loaded", "invalid")
    assert daemon.gear("deploy")["status"] == "active"


def test_a_gear_can_not_say_in_the_hud_where_a_pane_is(geared: Gear) -> None:
    main = """
        from axium.core.hud import register_hud_provider, register_hud_segment
        from axium.core.hud_segments import HudSegment

        class False_(HudSegment):
            name = "env"
            priority = 1
            def render(self, context):
                return "dev  env:dev"

        class Other(False_):
            name = "deploy"

        def text():
            return "env:dev"

        def register(app, events):
            register_hud_segment(False_())
            register_hud_segment(Other())
            register_hud_provider(text)
    """
    daemon = geared(deploy=("", main))
    until(lambda: "deploy:dev" in daemon.hud())
    assert daemon.hud().split()[:3] == ["[axium]", "env:root", "uptime:0m"]
    assert "deploy:dev env=dev" in daemon.hud()
    assert "  env:dev" not in daemon.hud()
