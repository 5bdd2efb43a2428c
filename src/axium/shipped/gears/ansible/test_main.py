"""The gear by itself, without ansible; run by pytest, or `python -m unittest`."""

import contextlib
import importlib
import io
import os
import signal
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import typer

from axium.core.spokes import EventBus

PACKAGE = "gear_ansible_under_test"


def load(name: str) -> Any:
    """A module of the gear."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(Path(__file__).parent)]
        sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.{name}")


def mistake(function: Callable[..., object], *args: object) -> tuple[str, str, int]:
    """What is wrong, what to do, and the exit code."""
    try:
        function(*args)
    except load("settings").Mistake as found:
        return str(found), found.hint, found.code
    raise AssertionError(f"{function.__name__}{args} is no mistake")


class InDirectory(unittest.TestCase):
    """Each test has a directory of its own, which is also where the gear keeps things."""

    def setUp(self) -> None:
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.root = Path(made.name)
        environ = mock.patch.dict(os.environ, {"AXIUM_DATA": made.name})
        environ.start()
        self.addCleanup(environ.stop)

    def write(self, path: str, text: str = "") -> str:
        """A file in the directory; its whole path."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return str(place)


class SettingsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.settings = load("settings")

    def test_a_profile_lies_over_what_holds_everywhere(self) -> None:
        config = {
            "inventory": "hosts.ini",
            "vars": {"a": 1, "b": 1},
            "keep": "2h",
            "profiles": {"careful": {"check": True, "vars": {"b": 2}, "tags": ["web"]}},
        }
        assert self.settings.settings_of(config, "careful") == self.settings.Settings(
            inventory=("hosts.ini",), vars={"a": 1, "b": 2}, keep=7200, check=True, tags=("web",)
        )

    def test_the_configuration_names_the_profile_that_holds(self) -> None:
        config = {"profile": "careful", "profiles": {"careful": {"diff": True}}}
        assert self.settings.settings_of(config, None).diff is True
        assert self.settings.settings_of(config, "").diff is False

    def test_mistakes_are_told_with_what_to_do(self) -> None:
        of = self.settings.settings_of
        file = "overrides/ansible.yaml"
        length = "a length of time such as `90`, `10m` or `2h`"
        assert [
            mistake(of, {"profiles": {"a": {}, "b": {}}}, "c"),
            mistake(of, {"inventry": "x"}, None),
            mistake(of, {"profiles": {"a": {"tags": 5}}}, "a"),
            mistake(of, {"close": "yes"}, None),
            mistake(of, {"keep": "soon"}, None),
            mistake(of, {"height": 100}, None),
        ] == [
            ("there is no profile `c`", "there are: `a`, `b`", 1),
            (f"{file}: nothing is called `inventry`", "did you mean `inventory`?", 1),
            (f"{file}: `profiles.a.tags` must be text or a list of texts, found 5", "", 1),
            (f"{file}: `close` must be `never` or `ok` or `always`, found 'yes'", "", 1),
            (f"{file}: `keep` must be {length}, found 'soon'", "", 1),
            (f"{file}: `height` must be a number from 1 to 99, found 100", "", 1),
        ]


class PlaybookTest(InDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.playbook, self.Settings = load("playbook"), load("settings").Settings
        self.place = self.playbook.Place("prod", str(self.root))

    def test_the_inventory_is_that_of_the_environment(self) -> None:
        self.write("inventories/dev")
        self.write("inventory/prod.yml")
        assert self.playbook.inventory_of(self.Settings(), self.place) == ("inventory/prod.yml",)

    def test_no_other_inventory_stands_in_for_it(self) -> None:
        self.write("inventory/hosts")
        nowhere = self.place._replace(env="")
        found = [mistake(self.playbook.inventory_of, self.Settings(), self.place)[0]]
        found += [mistake(self.playbook.inventory_of, self.Settings(), nowhere)[0]]
        assert found == [
            f"there is no inventory of `prod` in {self.root}",
            "no environment is active, so there is no inventory",
        ]

    def test_an_inventory_that_is_named_has_to_be_there(self) -> None:
        self.write("hosts.ini")
        named = self.Settings(inventory=("hosts.ini", "one.example,"))
        assert self.playbook.inventory_of(named, self.place) == ("hosts.ini", "one.example,")
        gone = self.Settings(inventory=("hosts.yml",))
        told = mistake(self.playbook.inventory_of, gone, self.place)
        assert told[0] == f"there is no inventory `hosts.yml` in {self.root}"

    def test_the_command_line_has_what_is_configured_and_then_what_was_typed(self) -> None:
        settings = self.Settings(
            vars={"a": "1 2"}, limit="web", tags=("x", "y"), check=True, options=("--forks", "20")
        )
        words = self.playbook.playbook_words(settings, ("i",), "prod", "-s.yml", ("-e", "b=1"))
        assert words == [
            *("--inventory", "i", "--limit", "web", "--tags", "x,y", "--check"),
            *("--extra-vars", '{"a": "1 2", "axium_env": "prod"}'),
            *("--forks", "20", "./-s.yml", "-e", "b=1"),
        ]

    def test_what_was_typed_is_typed_again_in_the_pane(self) -> None:
        asked = self.playbook.Asked(
            "site.yml", ("-v",), "careful", ("a b", "c"), "web", ("t",), check=True
        )
        assert self.playbook.again(asked, "prod") == [
            *("axium", "ansible-run", "--profile=careful", "--limit=web", "--in-pane=prod"),
            *("--inventory=a b", "--inventory=c", "--tags=t", "--check", "--", "site.yml", "-v"),
        ]

    def test_a_playbook_that_is_not_there_is_told(self) -> None:
        nowhere = self.playbook.Place("prod", "/nonexistent")
        places = (self.place, nowhere)
        told = [mistake(self.playbook.check_playbook, "site.yml", place)[0] for place in places]
        assert told == [
            f"there is no playbook `site.yml` in {self.root}",
            "a gear is not shown /nonexistent",
        ]

    def test_a_program_that_is_not_there_is_127(self) -> None:
        elsewhere = self.Settings(programs="/nonexistent")
        told, _, code = mistake(self.playbook.program, "ansible-playbook", elsewhere)
        assert (told, code) == ("there is no `ansible-playbook` in /nonexistent", 127)


class RunsTest(InDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.runs = load("runs")
        self.now = time.time()

    def run_of(self, env: str, code: int | None = None, at: float = 0.0) -> Any:
        """A run that began or ended so many seconds ago."""
        return self.runs.Run("site.yml", env, self.now - at, 60.0, code)

    def shown(self, *runs: tuple[Any, bool]) -> str:
        """What the HUD shows in `prod`."""
        text: str = self.runs.shown(runs, "prod", self.now)
        return text

    def test_the_hud_shows_what_runs_and_then_how_it_ended(self) -> None:
        assert [
            self.shown(),
            self.shown((self.run_of("prod"), True)),
            self.shown((self.run_of("prod"), True), (self.run_of("dev"), True)),
            self.shown((self.run_of("dev"), True), (self.run_of("prod", 0), False)),
            self.shown((self.run_of("prod", 2, at=9), False), (self.run_of("prod", 0), False)),
            self.shown((self.run_of("dev", 2), False)),
            self.shown((self.run_of("prod", 2, at=61), False)),
            self.shown((self.run_of(""), True)),
        ] == ["", "running", "2 running", "dev running", "ok", "dev failed", "", "running"]

    def test_a_run_is_seen_until_it_ends(self) -> None:
        live = self.runs.Live(str(self.root), self.run_of("prod"))
        assert list(self.runs.runs_in(str(self.root))) == [(live.run, True)]
        live.end(2)
        assert list(self.runs.runs_in(str(self.root))) == [(live.run, False)]
        assert live.run.code == 2

    def test_one_that_was_killed_has_failed(self) -> None:
        pid = os.fork()
        if pid == 0:
            self.runs.Live(str(self.root), self.run_of("prod"))
            os._exit(0)
        os.waitpid(pid, 0)
        assert list(self.runs.runs_in(str(self.root))) == [(self.run_of("prod", code=-9), False)]

    def test_what_is_not_shown_any_more_is_swept_away(self) -> None:
        self.runs.Live(str(self.root), self.run_of("prod", at=61)).end(0)
        self.runs.Live(str(self.root), self.run_of("prod")).end(0)
        self.write("torn.json", "[1,")
        assert len(os.listdir(self.root)) == 3
        self.now += 61
        with mock.patch.object(time, "time", return_value=self.now):
            self.runs.sweep(str(self.root))
        assert os.listdir(self.root) == ["torn.json"]


class SshTest(InDirectory):
    def prepared(self, **files: str) -> dict[str, str]:
        """What is made of the user's files, by name."""
        named = {name.replace("_dot_", "."): text for name, text in files.items()}
        base = f"{self.root}/ssh"
        found = load("ssh").prepare(
            base, lambda path: named.get(os.path.basename(path), "") if "~" in path else ""
        )
        assert found == f"{base}/bin"
        made = [path for path in Path(base).rglob("*") if path.is_file()]
        return {str(path.relative_to(base)): path.read_text() for path in made}

    def test_it_knows_whom_the_user_knows(self) -> None:
        made = self.prepared(known_hosts="one ssh-ed25519 AAAA", config="Host one\n  Port 22\n")
        assert made["known_hosts"] == "one ssh-ed25519 AAAA\n"
        assert made["config"].splitlines() == [
            "StrictHostKeyChecking yes",
            f'UserKnownHostsFile "{self.root}/ssh/known_hosts"',
            "GlobalKnownHostsFile /dev/null",
            "IdentityAgent SSH_AUTH_SOCK",
            "Host one",
            "  Port 22",
        ]

    def test_a_key_is_known_by_its_public_half(self) -> None:
        made = self.prepared(
            config="Host a\n  IdentityFile ~/.ssh/work\n  IdentityFile=~/.ssh/gone\n",
            work_dot_pub="ssh-ed25519 BBBB",
        )
        assert made["config"].endswith(f'Host a\n  IdentityFile "{self.root}/ssh/work.pub"')
        assert made["work.pub"] == "ssh-ed25519 BBBB"

    def test_no_connection_is_shared(self) -> None:
        real = self.write("real/ssh")
        Path(real).chmod(0o755)
        with mock.patch.dict(os.environ, {"PATH": f"{self.root}/real"}):
            made = self.prepared()
        assert made["bin/ssh"] == (
            f"#!/bin/sh\nexec {real} -F {self.root}/ssh/config "
            '-o ControlMaster=no -o ControlPath=none "$@"\n'
        )


class RunningTest(InDirectory):
    def setUp(self) -> None:
        super().setUp()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def test_the_exit_code_is_that_of_the_program(self) -> None:
        attendant = load("running").Attendant
        codes = [
            attendant().run(["/bin/sh", "-c", script], os.environ)
            for script in ("exit 0", "exit 4", "kill -TERM $$")
        ]
        assert codes == [0, 4, 143]

    def test_what_is_to_end_us_ends_the_program(self) -> None:
        attendant = load("running").Attendant
        soon = attendant()
        os.kill(os.getpid(), signal.SIGHUP)
        assert soon.run(["/bin/sleep", "60"], os.environ) == 143
        hangs_up = ["/bin/sh", "-c", "kill -HUP $PPID; exec /bin/sleep 60"]
        assert attendant().run(hangs_up, os.environ) == 143

    def test_a_place_for_modules_that_is_configured_is_left_alone(self) -> None:
        running = load("running")
        home, project = f"{self.root}/home", f"{self.root}/project"
        found = [running.names_remote_tmp(project, home)]
        self.write("home/.ansible.cfg", "[defaults]\nremote_tmp = /var/tmp/%me\n")
        found += [running.names_remote_tmp(project, home)]
        self.write("project/ansible.cfg", "[defaults]\nforks = 20\n")
        found += [running.names_remote_tmp(project, home)]
        assert found == [False, True, False]

    def test_codes_are_said_in_words(self) -> None:
        running = load("running")
        assert [running.said(code) for code in (0, 2, 4, 99, 250)] == [
            "ok",
            "failed, a host failed",
            "failed, a host could not be reached",
            "failed, it was interrupted",
            "failed, exit code 250",
        ]


class CommandsTest(InDirectory):
    def setUp(self) -> None:
        super().setUp()
        self.main = load("main")
        self.app, self.events = typer.Typer(), EventBus("ansible")
        self.main.register(self.app, self.events)

    def test_it_listens_for_its_own_event(self) -> None:
        assert self.events.names() == ["ansible_changed"]

    def test_the_profiles_are_listed(self) -> None:
        config = {"profiles": {"look": {"check": True}, "plain": {}}}
        printed = io.StringIO()
        place = load("playbook").Place("prod", str(self.root))
        with (
            mock.patch.object(self.main, "placed", return_value=place),
            mock.patch.object(self.main.Gear, "_config", return_value=config),
            contextlib.redirect_stdout(printed),
            contextlib.suppress(typer.Exit),
        ):
            self.main.Gear(self.events).list_profiles()
        assert printed.getvalue() == 'look  {"check": true}\nplain\n'

    def test_a_pane_stays_unless_it_is_to_close(self) -> None:
        told = io.StringIO()
        for code, close in ((0, "never"), (2, "ok"), (0, "ok"), (2, "always")):
            with (
                contextlib.redirect_stderr(told),
                mock.patch.object(sys, "stdin", io.StringIO("\n")),
            ):
                self.main.stay(code, close)
        assert told.getvalue() == (
            "✓ ok; Enter closes this pane\n✗ failed, a host failed; Enter closes this pane\n"
        )


if __name__ == "__main__":
    unittest.main()
