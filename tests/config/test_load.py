"""One configuration of all files; a file with a fault keeps what it said last."""

from pathlib import Path

import msgspec
import pytest

from axium.config.defaults import READ, SHIPPED, shipped_text
from axium.config.load import load
from axium.config.loaded import Loaded
from axium.model.configuration import Configuration
from axium.model.hud import HudConfig
from axium.model.permissions import Permissions
from axium.model.resolver import resolve
from axium.model.rules import rule_from_wire
from axium.model.templates import Unresolvable

GOOD = {
    "envs.yaml": "envs: {dev: {prefix: }, prod: {prefix: wrapx exec prod --, tool: vault}}",
    "prefixes.yaml": "prefixes: [{command: kubectl, prefix: '${env.prefix}'}]",
    "hud.yaml": "layout: [env]",
}


def write(home: Path, **files: str) -> None:
    for name, text in files.items():
        (home / f"{name}.yaml").write_text(text)


def good(home: Path) -> Configuration:
    for name, text in GOOD.items():
        (home / name).write_text(text)
    loaded = load(str(home), None)
    assert loaded.faults == ()
    return loaded.configuration


def told(loaded: Loaded) -> list[str]:
    return [f"{fault.severity} {fault}" for fault in loaded.faults]


def test_all_files_make_one_configuration(tmp_path: Path) -> None:
    made = good(tmp_path)
    assert (list(made.environments), made.rules.commands(), made.hud) == (
        ["dev", "prod"],
        ("kubectl",),
        HudConfig(layout=("env",)),
    )


def test_the_files_are_named_for_those_who_watch_them(tmp_path: Path) -> None:
    assert load(str(tmp_path), None).files == tuple(str(tmp_path / name) for name in READ)


def test_a_home_without_files_has_what_is_shipped(tmp_path: Path) -> None:
    loaded = load(str(tmp_path), None)
    made = loaded.configuration
    assert (loaded.faults, list(made.environments), made.rules.commands(), made.hud) == (
        (),
        ["root", "builder"],
        ("aws", "terraform"),
        HudConfig(),
    )


@pytest.mark.parametrize("broken", ["envs", "prefixes", "hud"])
def test_a_file_with_an_error_keeps_what_it_said_and_the_others_go_on(
    tmp_path: Path, broken: str
) -> None:
    before = good(tmp_path)
    newer = {
        "envs": "envs: {other: {}}",
        "prefixes": "prefixes: [{command: helm, prefix: x}]",
        "hud": "layout: [uptime]",
    }
    write(tmp_path, **(newer | {broken: "layout: 1\nenvs: 2\nprefixes: 3\n"}))
    loaded = load(str(tmp_path), before)
    made = loaded.configuration
    assert (
        [fault.where.file for fault in loaded.faults if fault.severity == "error"],
        list(made.environments),
        made.rules.commands(),
        made.hud.layout,
    ) == (
        [f"{broken}.yaml"],
        ["dev", "prod"] if broken == "envs" else ["other"],
        ("kubectl",) if broken == "prefixes" else ("helm",),
        ("env",) if broken == "hud" else ("uptime",),
    )


def test_a_file_with_an_error_on_the_first_start_is_as_shipped(tmp_path: Path) -> None:
    good(tmp_path)
    (tmp_path / "envs.yaml").unlink()
    (tmp_path / "envs.yaml").mkdir()
    loaded = load(str(tmp_path), None)
    assert (told(loaded), list(loaded.configuration.environments)) == (
        ["error envs.yaml:1:1: expected a file, found a directory"],
        ["root", "builder"],
    )


def test_a_warning_does_not_keep_a_file_from_counting(tmp_path: Path) -> None:
    before = good(tmp_path)
    write(tmp_path, hud="layuot: [env]\nhide: [uptime]\n")
    loaded = load(str(tmp_path), before)
    assert (told(loaded), loaded.configuration.hud.hide) == (
        ["warning hud.yaml:1:1: unknown key `layuot`"],
        ("uptime",),
    )


def test_a_file_that_is_gone_keeps_what_it_said_and_is_told(tmp_path: Path) -> None:
    before = good(tmp_path)
    (tmp_path / "prefixes.yaml").unlink()
    loaded = load(str(tmp_path), before)
    assert (told(loaded), loaded.configuration) == (
        ["warning prefixes.yaml:1:1: the file is gone; what it said last stays in force"],
        before,
    )


def test_registered_rules_are_taken_over(tmp_path: Path) -> None:
    before = good(tmp_path)
    rule = rule_from_wire("helm", wrapper="x helm", strategy=None, config=None, owner="creds")
    with_rule = Configuration(before.environments, before.rules.with_rule(rule), before.hud)
    write(tmp_path, prefixes="prefixes: []")
    loaded = load(str(tmp_path), with_rule)
    assert loaded.configuration.rules.commands() == ("helm",)


def test_a_circle_keeps_the_rules_that_made_none(tmp_path: Path) -> None:
    before = good(tmp_path)
    write(
        tmp_path,
        envs="envs: {new: {}}",
        prefixes="prefixes:\n- {command: vault, wrapper: aws x}\n- {command: aws, prefix: vault}",
    )
    loaded = load(str(tmp_path), before)
    made = loaded.configuration
    assert (
        told(loaded),
        list(made.environments),
        made.rules.user,
        sorted(made.rules.unreadable),
    ) == (
        [
            (
                "error prefixes.yaml:3:13: wrapped commands lead to one another in a circle:"
                " `aws` to `vault` to `aws`"
            )
        ],
        ["new"],
        before.rules.user,
        ["aws", "vault"],
    )


def test_a_circle_that_new_environments_make_keeps_those_that_made_none(tmp_path: Path) -> None:
    good(tmp_path)
    rules = "prefixes: [{command: vault, wrapper: aws}, {command: aws, prefix: '${env.prefix} x'}]"
    write(tmp_path, prefixes=rules)
    before = load(str(tmp_path), None).configuration
    write(tmp_path, envs="envs: {dev: {prefix: vault exec}}")
    loaded = load(str(tmp_path), before)
    assert ([fault.message for fault in loaded.faults], loaded.configuration) == (
        [
            (
                "wrapped commands lead to one another in a circle in environment `dev`:"
                " `aws` to `vault` to `aws`"
            )
        ],
        before,
    )


def test_with_what_is_shipped_a_newcomers_commands_go_on_working(tmp_path: Path) -> None:
    made = load(str(tmp_path), None).configuration
    for env in made.environments.values():
        decision = resolve(made, "aws", env=env, home="/h")
        assert ([p.word for p in decision.before], decision.unset) == (["aws"], ())


def test_the_shipped_rule_clears_the_keys_that_would_beat_a_prefix(tmp_path: Path) -> None:
    write(tmp_path, envs="envs: {prod: {prefix: wrapx exec prod --}}")
    made = load(str(tmp_path), None).configuration
    decision = resolve(made, "aws", env=made.environments["prod"], home="/h")
    assert ([p.word for p in decision.before], [name for name, _ in decision.unset]) == (
        ["wrapx", "exec", "prod", "--", "aws"],
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    )


def test_what_is_shipped_can_be_read_back_as_it_is(tmp_path: Path) -> None:
    unwritten = load(str(tmp_path), None).configuration
    for name in SHIPPED:
        (tmp_path / name).write_text(shipped_text(name))
    loaded = load(str(tmp_path), None)
    assert (loaded.faults, loaded.configuration) == ((), unwritten)


def test_a_configuration_can_be_kept_as_bytes(tmp_path: Path) -> None:
    made = good(tmp_path)
    kept = msgspec.msgpack.encode(made)
    assert msgspec.msgpack.decode(kept, type=Configuration) == made


@pytest.mark.parametrize(
    "text",
    [
        "prefixes:\n  - command: kubectl\n    prefx: wrapx\n",
        "prefixes:\n  - command: kubectl\n    prefix: [\n",
        'prefixes: [\n  {"command": "kubectl", prefix: 5',
    ],
)
def test_a_name_in_a_file_at_fault_is_wrapped_and_does_not_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "prefixes.yaml").write_text(text)
    configuration = load(str(tmp_path), None).configuration
    assert configuration.rules.commands() == ("aws", "kubectl", "terraform")
    with pytest.raises(Unresolvable, match=r"prefixes\.yaml:2:\d+: `kubectl` is wrapped, but"):
        resolve(configuration, "kubectl", env=None, home="/home/ann")


def test_names_that_were_wrapped_stay_so_while_their_file_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "state_cache.json").write_text('{"prefixed_commands": ["kubectl"]}')
    (tmp_path / "prefixes.yaml").mkdir()
    rules = load(str(tmp_path), None).configuration.rules
    assert (rules.commands(), list(rules.unreadable)) == (
        ("aws", "kubectl", "terraform"),
        ["kubectl"],
    )


def test_a_name_that_a_rule_is_in_force_for_keeps_it_while_the_file_is_at_fault(
    tmp_path: Path,
) -> None:
    (tmp_path / "prefixes.yaml").write_text("prefixes:\n  - {command: kubectl, prefix: wrapx}\n")
    good = load(str(tmp_path), None).configuration
    (tmp_path / "prefixes.yaml").write_text("prefixes:\n  - {command: kubectl, prefx: wrapx}\n")
    assert load(str(tmp_path), good).configuration == good


def test_names_of_a_file_that_is_not_utf8_do_not_run(tmp_path: Path) -> None:
    (tmp_path / "prefixes.yaml").write_bytes(b"prefixes:\n  - command: kubectl\n    prefix: \xff\n")
    assert list(load(str(tmp_path), None).configuration.rules.unreadable) == ["kubectl"]


def test_names_that_only_lead_to_one_another_do_not_run(tmp_path: Path) -> None:
    (tmp_path / "prefixes.yaml").write_text(
        "prefixes: [{command: one, prefix: two}, {command: two, prefix: one}]"
    )
    assert list(load(str(tmp_path), None).configuration.rules.unreadable) == ["one", "two"]


def test_overrides_that_are_gone_hold_no_longer_and_those_at_fault_do(tmp_path: Path) -> None:
    good(tmp_path)
    write(tmp_path, permissions="creds: {exec: [git], notify: false}")
    first = load(str(tmp_path), None)
    write(tmp_path, permissions="creds: {exec: git}")
    broken = load(str(tmp_path), first.configuration)
    (tmp_path / "permissions.yaml").unlink()
    gone = load(str(tmp_path), broken.configuration)
    override = {"creds": Permissions(exec=("git",), notify=False)}
    assert (first.configuration.permissions, told(first)) == (override, [])
    assert (broken.configuration.permissions, told(broken)) == (
        override,
        [
            (
                "error permissions.yaml:1:15:"
                " `creds.exec` must be `true` or `false` or a list, found `git`"
            )
        ],
    )
    assert (gone.configuration.permissions, told(gone)) == ({}, [])
