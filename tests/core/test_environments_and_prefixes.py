"""`core.env` and `core.prefix`: by the daemon, and by the files while it is down."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from axium.core import api, env, prefix
from axium.core.prefix import PrefixRegistry
from axium.model.templates import Unresolvable
from tests.core.conftest import Inside, live_in
from tests.support import Daemon, Scratch
from tests.support.scratch import make_scratch

ENVS = """
envs:
  dev: {prefix: aws-vault exec dev --, region: eu-central-1, owner: {team: web}, version: 1.10}
  prod: {prefix: ""}
"""

PREFIXES = """
prefixes:
  - {command: aws, prefix: "${env.prefix}", unset: [AWS_PROFILE]}
  - {command: kubectl, wrapper: kubectl --context $CONTEXT}
  - {command: make, strategy: env_vars, config: {env: {REGION: "${env.region}"}}}
"""


def write_files(scratch: Scratch) -> None:
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(PREFIXES)


@pytest.fixture
def home(inside: Inside, scratch: Scratch) -> Scratch:
    write_files(scratch)
    return scratch


@pytest.fixture
def running(home: Scratch) -> Iterator[Daemon]:
    daemon = Daemon(home)
    api.set_active_env("dev")
    yield daemon
    daemon.close()


@pytest.fixture(scope="module", params=["by the daemon", "by the files"])
def used(request: pytest.FixtureRequest) -> Iterator[Scratch]:
    """A home with an environment that is active, and who answers there."""
    scratch = make_scratch()
    write_files(scratch)
    daemon = Daemon(scratch)
    daemon.request({"cmd": "set_env", "value": "dev"})
    if request.param == "by the files":
        daemon.close()
    yield scratch
    scratch.close()


@pytest.fixture
def answered(used: Scratch, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Has this process live there."""
    live = partial(live_in, used, monkeypatch)
    live()
    return live


PROPERTIES = {
    "prefix": "aws-vault exec dev --",
    "region": "eu-central-1",
    "owner": {"team": "web"},
    "version": 1.1,
}


def test_the_environment_that_applies_is_told(answered: Inside) -> None:
    assert (env.current(), env.get_active_env_name()) == ("dev", "dev")
    assert env.get_active_env() == PROPERTIES | {"name": "dev"}
    assert env.all() == env.load_envs() == {"dev": PROPERTIES, "prod": {"prefix": ""}}
    paths = ("region", "owner.team", "owner", "owner.tea", "region.x", "")
    assert [env.get(path) for path in paths] == [
        "eu-central-1",
        "web",
        {"team": "web"},
        None,
        None,
        None,
    ]


def test_a_name_is_judged_with_what_may_be_meant(answered: Inside) -> None:
    assert env.validate_env_name("prod") == (True, None)
    assert env.validate_env_name("prdo") == (
        False,
        "Unknown environment: prdo\nDid you mean: prod",
    )
    assert env.validate_env_name("zebra") == (False, "Unknown environment: zebra")
    assert env.validate_env_name(" ") == (False, "Environment name cannot be empty")


def test_where_nothing_was_ever_set_there_is_no_environment(home: Scratch) -> None:
    assert (env.current(), env.get_active_env(), env.get("region")) == (None, {}, None)


def test_what_the_shell_holds_comes_first(answered: Inside) -> None:
    answered(AXIUM_SHELL_ENV="prod", AXIUM_SHELL_PLACE=":")
    assert (env.current(), env.get("prefix")) == ("prod", "")


def test_a_command_becomes_what_its_rule_says(answered: Inside) -> None:
    answered(CONTEXT="mine")
    applied = prefix.apply_prefixes("aws", ["s3", "ls"], {})
    assert applied.unset == ["AWS_PROFILE"]
    assert applied == (["aws-vault", "exec", "dev", "--", "aws", "s3", "ls"], {})
    argv, env_vars = prefix.apply_prefixes("make", ["all"], {})
    assert (argv, env_vars) == (["make", "all"], {"REGION": "eu-central-1"})
    assert prefix.apply_prefixes("aws", [], {"env": "prod"}) == (["aws"], {})
    assert prefix.apply_prefixes("ls", ["-l"]) == (["ls", "-l"], {})
    assert prefix.apply_prefixes("kubectl", ["get"])[0] == ["kubectl", "--context", "mine", "get"]


def test_a_command_that_must_not_run_is_told(answered: Inside) -> None:
    with pytest.raises(Unresolvable, match=r"the variable `\$CONTEXT` is not set"):
        prefix.apply_prefixes("kubectl", [], {})
    with pytest.raises(Unresolvable, match=r"(?i)unknown environment"):
        prefix.apply_prefixes("aws", [], {"env": "nope"})


def test_a_rule_of_a_plugin_is_not_passed_over_while_the_daemon_is_down(running: Daemon) -> None:
    assert prefix.register_prefix_rule("helm", "helm --debug", "chart") is True
    assert prefix.apply_prefixes("helm", ["ls"])[0] == ["helm", "--debug", "ls"]
    running.close()
    with pytest.raises(Unresolvable, match="a rule that is not in your files"):
        prefix.apply_prefixes("helm", ["ls"])


def test_files_with_a_fault_are_no_guess(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text("prefixes: [")
    with pytest.raises(Unresolvable, match=r"prefixes.yaml:1"):
        prefix.apply_prefixes("aws", ["s3"])


RULES = [
    {"command": "aws", "owner": "user", "prefix": "${env.prefix}"},
    {"command": "kubectl", "owner": "user", "wrapper": "kubectl --context $CONTEXT"},
    {"command": "make", "owner": "user", "strategy": "EnvVars", "config": ["${env.region}"]},
]


def test_every_rule_is_listed_with_its_owner(answered: Inside) -> None:
    assert prefix.get_all_rules() == RULES
    assert prefix.get_prefixed_commands() == ["aws", "kubectl", "make"]
    assert [prefix.get_rule_owner(name) for name in ("aws", "helm")] == ["user", None]


def test_rules_are_listed_with_what_is_known_filled_in(answered: Inside) -> None:
    assert [rule.get("prefix", rule.get("wrapper")) for rule in prefix.load_prefixes()] == [
        "aws-vault exec dev --",
        "kubectl --context $CONTEXT",
        None,
    ]


TEMPLATES = {
    "plain": "plain",
    "${env.region}/${env.owner.team}": "eu-central-1/web",
    "${env.name} ${env.version}": "dev 1.10",
    "${env.nope} $NOPE ${NOPE} ${env.region}": "${env.nope} $NOPE ${NOPE} eu-central-1",
    "$SET ${SET}": "yes yes",
    "~/x": "{user}/x",
    "x~/x": "x~/x",
}


def test_what_is_unknown_in_a_template_stays(answered: Inside, used: Scratch) -> None:
    answered(SET="yes")
    expanded = {template: prefix.expand_env_vars(template) for template in TEMPLATES}
    user = str(used.user)
    assert expanded == {text: to.replace("{user}", user) for text, to in TEMPLATES.items()}


def test_a_plugins_rules_are_taken_away_together(running: Daemon) -> None:
    registry = prefix.get_registry()
    assert isinstance(registry, PrefixRegistry)
    added = [registry.register_rule(name, f"{name} -x", "chart") for name in ("helm", "ls", "aws")]
    assert added == [True, True, False]
    assert registry.register_rule("helm", "helm -y", "other") is False
    assert registry.register_rule("axium", "x", "chart") is False
    assert [registry.get_rule_owner(name) for name in ("helm", "ls", "aws")] == [
        "chart",
        "chart",
        "user",
    ]
    assert prefix.unregister_rules_for_owner("chart") == 2
    assert prefix.unregister_rules_for_owner("chart") == 0
    assert prefix.get_all_rules() == RULES


def test_without_a_daemon_nothing_is_registered(home: Scratch) -> None:
    assert prefix.register_prefix_rule("helm", "helm -x", "chart") is False
    assert prefix.unregister_rules_for_owner("chart") == 0
    assert prefix.reload_config() is False


def test_the_files_are_read_again(running: Daemon, home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text("prefixes: [{command: ls, wrapper: ls -l}]\n")
    assert prefix.reload_config() is True
    expected: list[dict[str, Any]] = [{"command": "ls", "owner": "user", "wrapper": "ls -l"}]
    assert prefix.load_prefixes() == expected
