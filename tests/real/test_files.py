"""Edits of the user's files take effect by themselves; a faulty one keeps what was good."""

from __future__ import annotations

from pathlib import Path

from tests.real.client import Client
from tests.support import Daemon, Scratch, until

ENVS = "envs:\n  root: {prefix: ''}\n  builder: {prefix: ''}\n  {name}: {prefix: ''}\n"


def envs(name: str) -> str:
    """An envs.yaml that has this environment beside the shipped ones."""
    return ENVS.replace("{name}", name)


def names(daemon: Daemon) -> list[str]:
    """The environments that are in force."""
    return list(daemon.request({"cmd": "list_envs"})["envs"])


def has(daemon: Daemon, name: str) -> bool:
    """Wait until this environment is in force."""
    return until(lambda: names(daemon) == ["root", "builder", name])


def hud(daemon: Daemon) -> str:
    """The line without its uptime, which moves."""
    return daemon.send(b"HUD\n").decode().partition("  uptime")[0]


def problems(daemon: Daemon) -> list[str]:
    """What the daemon says is wrong with the files, warnings last."""
    status = daemon.request({"cmd": "daemon_status"})["status"]
    return [*status["problems"], *status["warnings"]]


def replace(path: Path, text: str) -> None:
    """As editors do: a new file is renamed over the old one."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text(text)
    beside.rename(path)


def test_an_edit_takes_effect_however_it_is_written(daemon: Daemon) -> None:
    file = daemon.scratch.home / "envs.yaml"
    file.write_text(envs("in-place"))
    assert has(daemon, "in-place")
    replace(file, envs("renamed"))
    assert has(daemon, "renamed")
    with file.open("w") as slowly:
        slowly.write(envs("written"))
        slowly.flush()
    assert has(daemon, "written")
    file.unlink()
    until(lambda: problems(daemon))
    file.write_text(envs("made-again"))
    assert has(daemon, "made-again")
    until(lambda: not problems(daemon))


def test_an_edit_behind_a_symlink_takes_effect(daemon: Daemon) -> None:
    file = daemon.scratch.home / "envs.yaml"
    first, second = (daemon.scratch.root / name for name in ("dotfiles", "others"))
    for directory in (first, second):
        directory.mkdir()
    (first / "my-envs.yaml").write_text(envs("linked"))
    file.unlink()
    file.symlink_to(first / "my-envs.yaml")
    assert has(daemon, "linked")
    (first / "my-envs.yaml").write_text(envs("edited"))
    assert has(daemon, "edited")
    replace(first / "my-envs.yaml", envs("replaced"))
    assert has(daemon, "replaced")
    (second / "envs.yaml").write_text(envs("elsewhere"))
    beside = file.with_name("beside")
    beside.symlink_to(second / "envs.yaml")
    beside.rename(file)
    assert has(daemon, "elsewhere")
    (second / "envs.yaml").write_text(envs("edited-there"))
    assert has(daemon, "edited-there")


def test_an_edit_behind_a_chain_of_symlinks_takes_effect(daemon: Daemon) -> None:
    root, file = daemon.scratch.root, daemon.scratch.home / "envs.yaml"
    for number in (1, 2):
        (root / f"generation-{number}").mkdir()
        (root / f"generation-{number}/envs.yaml").write_text(envs(f"generation-{number}"))
    (root / "current").symlink_to(root / "generation-1")
    file.unlink()
    file.symlink_to(root / "current/envs.yaml")
    assert has(daemon, "generation-1")
    (root / "next").symlink_to(root / "generation-2")
    (root / "next").rename(root / "current")
    assert has(daemon, "generation-2")
    (root / "generation-2/envs.yaml").write_text(envs("edited"))
    assert has(daemon, "edited")


def test_an_edit_of_a_file_that_was_linked_before_the_start_takes_effect(scratch: Scratch) -> None:
    target = scratch.root / "dotfiles" / "envs.yaml"
    target.parent.mkdir()
    target.write_text(envs("linked"))
    (scratch.home / "envs.yaml").symlink_to(target)
    daemon = Daemon(scratch)
    assert names(daemon)[-1] == "linked"
    replace(target, envs("edited"))
    assert has(daemon, "edited")
    daemon.close()


def test_an_edit_of_rules_is_published_to_shells(daemon: Daemon) -> None:
    home = daemon.scratch.home
    (home / "prefixes.yaml").write_text("prefixes:\n  - {command: kubectl, prefix: 'with x'}\n")
    until(lambda: has_table(home / "run", "kubectl"))
    assert not has_table(home / "run", "aws")
    assert (home / "run/commands").read_bytes().split(b"\0")[2:-2] == [b"kubectl"]
    # What is published is told a moment later.
    listed = {"ok": True, "commands": ["kubectl"]}
    until(lambda: daemon.request({"cmd": "list_prefixed_commands"}) == listed)


def has_table(run: Path, command: str) -> bool:
    """Whether shells find a table of this command now."""
    stamp = (run / "global").read_bytes().split(b"\0")[2].decode()
    return (run / "t" / stamp / command).is_file()


def test_an_edit_of_the_hud_is_shown(daemon: Daemon) -> None:
    (daemon.scratch.home / "hud.yaml").write_text("layout: [env]\nhide: []\n")
    until(lambda: daemon.send(b"HUD\n") == b"[axium] env:root\n")


def test_a_faulty_edit_keeps_what_was_good_and_is_told_until_it_is_mended(daemon: Daemon) -> None:
    home = daemon.scratch.home
    good = hud(daemon)
    (home / "envs.yaml").write_text("envs:\n  root:\n    prefix: [unclosed\n")
    (home / "prefixes.yaml").write_text(
        "prefixes:\n  - command: aws\n    prefixx: y\n    prefix: x\n"
    )
    (home / "hud.yaml").write_text("layout: env\n")
    until(lambda: len(problems(daemon)) == 3)
    assert names(daemon) == ["root", "builder"]
    assert daemon.send(b"HUD\n").endswith(b"  faults:2\n")
    reply = daemon.request({"cmd": "reload"})
    told = [*reply["problems"], *reply["warnings"]]
    places = [problem.partition(": ")[0] for problem in told]
    assert places == ["envs.yaml:4:1", "hud.yaml:1:9", "prefixes.yaml:3:5"]
    assert problems(daemon) == told
    first = reply["problems"][0].encode()
    assert daemon.send(b"RELOAD\n") == b"ERR: " + first + b"\n"
    (home / "envs.yaml").write_text(envs("mended"))
    (home / "prefixes.yaml").write_text("prefixes: []\n")
    (home / "hud.yaml").write_text("layout: [env, uptime]\n")
    assert has(daemon, "mended")
    until(lambda: problems(daemon) == [])
    assert hud(daemon) == good
    assert daemon.request({"cmd": "reload"}) == {
        "ok": True,
        "reloaded": True,
        "problems": [],
        "warnings": [],
        "hints": {},
    }


def test_an_edit_is_told_once_as_an_event(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", events=["config_reloaded", "notification"], id=1)
        assert client.reply()["ok"] is True
        for number in range(20):  # as an editor that writes in many steps
            replace(daemon.scratch.home / "envs.yaml", envs(f"step-{number}"))
        assert has(daemon, "step-19")
        client.ask("notify", title="the end", id=2)
        events: list[str] = []
        while not events or events[-1] != "notification":
            line = client.reply()
            events += [line["event"]] if "event" in line else []
    assert events[0] == "config_reloaded"
    assert len(events) <= 4


def test_an_environment_that_goes_while_it_is_active_is_not_replaced_by_another(
    daemon: Daemon,
) -> None:
    home = daemon.scratch.home
    (home / "envs.yaml").write_text("envs:\n  other: {prefix: ''}\n")
    until(lambda: names(daemon) == ["other"])
    assert daemon.send(b"ENV\n") == b"root\n"
    words = (home / "run/global").read_bytes().split(b"\0")
    assert words[1] == b"root"
    table = (home / f"run/t/{words[2].decode()}/aws").read_bytes()
    assert table.split(b"\0")[1] == b"ask"
    refused = daemon.request({"cmd": "apply_prefixes", "command": "aws"})
    assert (refused["ok"], refused["code"]) == (False, "unknown_env")


def test_a_file_that_becomes_readable_takes_effect(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", events=["config_reloaded"], id=1)
        assert client.reply()["ok"] is True
        (daemon.scratch.home / "envs.yaml").chmod(0o640)
        assert client.reply()["event"] == "config_reloaded"
