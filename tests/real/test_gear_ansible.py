"""The gear `ansible` with the real ansible: here, over SSH, in panes; and held to its manifest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import axium
from tests.support import Daemon, Scratch, Terminal, Tmux, until
from tests.support.sshd import Sshd

GEAR = Path(axium.__file__).parent / "shipped/gears/ansible"

ENVS = "envs: {dev: {}, prod: {}}\n"

PYTHON = "ansible_python_interpreter=/usr/bin/python3"

OWN = '\'{{ lookup("env", "HOME") }}\''
"""Where a playbook on this machine may write."""

SITE = """\
- hosts: all
  gather_facts: false
  tasks:
    - copy:
        content: "{{ word | default('no') }} {{ axium_env }}"
        dest: "{{ out }}/made"
        mode: "600"
    - command: cat {{ out }}/made
      register: made
    - debug: {msg: "it is {{ made.stdout }}"}
"""

FAILING = """\
- hosts: all
  gather_facts: false
  tasks:
    - command: "false"
"""

SLOW = """\
- hosts: all
  gather_facts: false
  tasks:
    - command: sleep 60
"""

LOOKING = """\
- hosts: all
  gather_facts: false
  ignore_unreachable: true
  tasks:
    - {name: read, command: "cat {{ item }}", ignore_errors: true, register: reading, loop: [
        "{{ home }}/.ssh/id", "{{ home }}/secret", "{{ home }}/infra/site.yml"]}
    - {name: write, shell: "echo x >{{ home }}/infra/{{ item }}", ignore_errors: true,
       register: writing, loop: [site.yml, new]}
    - {name: connect, command: "ssh-add -l", ignore_errors: true, register: asking}
    - debug: {msg: "read {{ reading.results | map(attribute='rc') | list }}"}
    - debug: {msg: "write {{ writing.results | map(attribute='rc') | list }}"}
"""


class Infra:
    """A home with a daemon that has the gear, environment `prod`, and a project `~/infra`."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.scratch = daemon.scratch
        self.project = self.scratch.user / "infra"
        (self.project / "inventories").mkdir(parents=True)
        (self.scratch.home / "envs.yaml").write_text(ENVS)
        for words in (("daemon", "reload"), ("env", "set", "prod")):
            self.done(*words)
        # On a busy machine it says that loading takes a while.
        self.scratch.axium("gear", "install", "ansible", "-y")
        until(lambda: self.status() == "active", 20)
        for name, text in (("site", SITE), ("failing", FAILING), ("slow", SLOW)):
            (self.project / f"{name}.yml").write_text(text)
        self.inventory("prod", f"here ansible_connection=local out={OWN} {PYTHON}\n")

    def status(self) -> str:
        """What the daemon says of the gear."""
        rows: list[dict[str, Any]] = self.daemon.request({"cmd": "list_gears"})["gears"]
        return next((row["status"] for row in rows if row["name"] == "ansible"), "")

    def inventory(self, env: str, text: str) -> None:
        """Write the inventory of an environment."""
        (self.project / f"inventories/{env}.ini").write_text(text)

    def reach(self, env: str, sshd: Sshd) -> None:
        """Have the one host of an environment be reached over SSH, as its user would have it."""
        own = self.scratch.user / ".ssh"
        own.mkdir(mode=0o700)
        (own / "known_hosts").write_text(sshd.known_host)
        (own / "config").write_text(f"Host far\n  HostName 127.0.0.1\n  Port {sshd.port}\n")
        # A server that is not root's gives nobody a terminal.
        about = f"ansible_user={sshd.user} ansible_ssh_use_tty=false {PYTHON}"
        self.inventory(env, f"far out={sshd.far} {about}\n")

    def done(self, *words: str) -> None:
        """A command that must not fail."""
        done = self.scratch.axium(*words)
        assert done.returncode == 0, done.stderr

    def typed(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command of the gear, typed in the project, outside of tmux."""
        return self.scratch.run("axium", *words, cwd=self.project, env=env, timeout=40)

    def told(self) -> list[tuple[str, str]]:
        """The notifications that came: title and level."""
        rows: list[dict[str, Any]] = self.daemon.request({"cmd": "notify_list"})["notifications"]
        return [(row["title"], row["level"]) for row in rows]

    def hud(self) -> str:
        """What the HUD has of the gear's."""
        text: str = self.daemon.request({"cmd": "get_hud"})["hud"]
        return next((part for part in text.split("  ") if part.startswith("ansible:")), "")


@pytest.fixture
def infra(daemon: Daemon) -> Infra:
    return Infra(daemon)


@pytest.fixture
def sshd(scratch: Scratch) -> Iterator[Sshd]:
    server = Sshd(scratch)
    yield server
    server.close()


def test_the_gear_passes_its_own_test(scratch: Scratch) -> None:
    done = scratch.run(sys.executable, "-W", "error", "-B", "-m", "unittest", cwd=GEAR)
    assert done.returncode == 0, done.stderr
    assert not scratch.socket.exists()


def test_a_playbook_runs_on_this_machine_with_what_the_environment_says(infra: Infra) -> None:
    overrides = infra.scratch.home / "overrides"
    overrides.mkdir(exist_ok=True)
    (overrides / "ansible.yaml").write_text(
        "default: {vars: {word: some}, profiles: {loud: {vars: {word: LOUD}}}}\n"
        "prod: {vars: {word: good}}\n"
    )
    done = infra.typed("ansible-run", "site.yml")
    assert (done.returncode, '"msg": "it is good prod"' in done.stdout) == (0, True), done
    done = infra.typed("ansible-run", "site.yml", "--profile", "loud", "--", "-e", "word=typed")
    assert (done.returncode, '"msg": "it is typed prod"' in done.stdout) == (0, True), done
    assert infra.told() == [("site.yml in prod: ok", "success")] * 2
    until(lambda: infra.hud() == "ansible:ok")


def test_a_playbook_that_fails_is_told_by_its_exit_code_and_a_notification(infra: Infra) -> None:
    done = infra.typed("ansible-run", "failing.yml")
    assert (done.returncode, "failed=1" in done.stdout) == (2, True), done
    assert infra.told() == [("failing.yml in prod: failed, a host failed", "error")]
    until(lambda: infra.hud() == "ansible:failed")


def test_what_is_missing_is_told_before_anything_runs(infra: Infra) -> None:
    def said(*words: str, where: Path | None = None) -> tuple[int, str, str]:
        cwd = where or infra.project
        done = infra.scratch.run("axium", "ansible-run", *words, cwd=cwd)
        return done.returncode, done.stdout, done.stderr.splitlines()[0]

    user, project = infra.scratch.user, infra.project
    assert said("gone.yml") == (1, "", f"✗ there is no playbook `gone.yml` in {project}")
    assert said("site.yml", "-p", "x") == (1, "", "✗ there is no profile `x`")
    assert said("site.yml", "-i", "x") == (1, "", f"✗ there is no inventory `x` in {project}")
    assert said("site.yml", where=user) == (1, "", f"✗ a gear is not shown {user}")
    infra.done("env", "set", "dev")
    assert said("site.yml") == (1, "", f"✗ there is no inventory of `dev` in {project}")
    assert infra.told() == []


def test_profiles_and_hosts_are_shown(infra: Infra) -> None:
    listed = infra.typed("ansible-profile", "list", "--json")
    assert json.loads(listed.stdout) == {"look": {"check": True, "diff": True}}
    shown = json.loads(infra.typed("ansible-profile", "show", "look", "--json").stdout)
    assert (shown["environment"], shown["check"], shown["diff"]) == ("prod", True, True)
    hosts = infra.typed("ansible-hosts")
    assert (hosts.returncode, hosts.stdout) == (0, "@all:\n  |--@ungrouped:\n  |  |--here\n")


def test_a_playbook_runs_over_ssh_with_the_keys_of_the_agent(infra: Infra, sshd: Sshd) -> None:
    infra.reach("prod", sshd)
    done = infra.typed("ansible-run", "site.yml", SSH_AUTH_SOCK=sshd.agent)
    assert (done.returncode, '"msg": "it is no prod"' in done.stdout) == (0, True), done
    assert (sshd.far / "made").read_text() == "no prod"
    without = infra.typed("ansible-run", "site.yml")
    assert (without.returncode, "Permission denied (publickey)" in without.stdout) == (4, True)
    (infra.scratch.user / ".ssh/known_hosts").unlink()
    unknown = infra.typed("ansible-run", "site.yml", SSH_AUTH_SOCK=sshd.agent)
    assert (unknown.returncode, "Host key verification failed" in unknown.stdout) == (4, True)


def test_a_playbook_here_reads_and_writes_no_more_than_was_granted(infra: Infra) -> None:
    home = infra.scratch.user
    (home / ".ssh").mkdir()
    for path in (home / ".ssh/id", home / "secret"):
        path.write_text("secret")
    (infra.project / "looking.yml").write_text(LOOKING)
    done = infra.typed("ansible-run", "looking.yml", "--", "-e", f"home={home}")
    lines = [line.strip() for line in done.stdout.splitlines() if '"msg":' in line]
    assert '"msg": "read [1, 1, 0]"' in lines, done
    assert any([line.startswith('"msg": "write [') and "0" not in line for line in lines]), done
    assert (infra.project / "site.yml").read_text() == SITE
    assert not (infra.project / "new").exists()


@pytest.fixture
def shell(infra: Infra, tmux: Tmux, terminal: Terminal) -> Tmux:
    """A pane in the project, whose server the daemon serves."""
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    infra.scratch.run("sh", infra.scratch.home / "tmux/init.sh", env=around, check=True)
    tmux.send("%0", f"cd {infra.project}")
    return tmux


def panes(tmux: Tmux) -> list[str]:
    return tmux.cmd("list-panes", "-s", "-t", "main", "-F", "#{pane_id}").split()


def test_in_tmux_it_runs_in_a_pane_of_its_own_and_the_prompt_is_back_at_once(
    infra: Infra, sshd: Sshd, shell: Tmux, terminal: Terminal
) -> None:
    infra.reach("prod", sshd)
    shell.cmd("set-environment", "-t", "main", "SSH_AUTH_SOCK", sshd.agent)
    shell.send("%0", "axium ansible-run site.yml; echo began $?")
    shell.wait_for(lambda: "\nbegan 0\n" in shell.capture("%0"), 20)
    assert panes(shell) == ["%0", "%1"]
    shell.wait_for(lambda: "✓ ok; Enter closes this pane" in shell.capture("%1"), 30)
    assert '"msg": "it is no prod"' in shell.capture("%1")
    terminal.wait_for("ansible:ok")
    assert infra.told() == [("site.yml in prod: ok", "success")]
    shell.cmd("send-keys", "-t", "%1", "Enter")
    shell.wait_for(lambda: panes(shell) == ["%0"])


def test_the_new_pane_is_in_the_environment_where_it_was_typed(infra: Infra, shell: Tmux) -> None:
    infra.inventory("dev", f"there ansible_connection=local out={OWN} {PYTHON}\n")
    overrides = infra.scratch.home / "overrides"
    overrides.mkdir(exist_ok=True)
    (overrides / "ansible.yaml").write_text("default: {close: ok}\ndev: {vars: {word: held}}\n")
    shell.send("%0", 'eval "$(axium init bash)"; axium env set dev --shell')
    shell.send("%0", "axium ansible-run site.yml; axium ansible-run failing.yml -i gone --here")
    shell.wait_for(lambda: "no inventory `gone`" in shell.capture("%0"), 20)
    until(lambda: infra.told() == [("site.yml in dev: ok", "success")], 30)
    shell.wait_for(lambda: panes(shell) == ["%0"])


def test_two_run_at_once_and_one_is_interrupted(
    infra: Infra, shell: Tmux, terminal: Terminal
) -> None:
    for _ in range(2):
        shell.send("%0", "axium ansible-run slow.yml; clear")
    shell.wait_for(lambda: len(panes(shell)) == 3, 20)
    first, second = panes(shell)[1:]
    shell.wait_for(lambda: infra.hud() == "ansible:2 running", 30)
    terminal.wait_for("ansible:2 running")
    shell.wait_for(lambda: "TASK [command]" in shell.capture(first), 30)
    shell.cmd("send-keys", "-t", first, "C-c")
    shell.wait_for(lambda: "✗ failed, it was interrupted" in shell.capture(first), 20)
    until(lambda: infra.hud() == "ansible:running")
    assert infra.told() == [("slow.yml in prod: failed, it was interrupted", "error")]
    shell.cmd("kill-pane", "-t", second)
    shell.wait_for(lambda: infra.hud() == "ansible:failed", 20)
