"""The table Configuration, for plugins' own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from axium.daemon.caller import Plugin, PluginKind
from axium.daemon.commands.configuration import GetConfig, Told, get_config
from axium.daemon.context import Context
from axium.wire.errors import Refusal
from tests.daemon.serving import Served

BASE = """\
default:
  region: ${env.region}
  home: ~/aws
  db: {host: local, port: 1}
dev:
  db: {port: 2}
prod:
  region: us
"""


@pytest.fixture
def spoke(served: Served) -> Path:
    """The directory of the spoke `aws`, which has a configuration."""
    directory = served.scratch.home / "spokes/aws"
    directory.mkdir(parents=True)
    (directory / "aws.yaml").write_text(BASE)
    (served.scratch.home / "overrides").mkdir()
    served.ask("set_env", value="dev")
    return directory


def _override(served: Served, text: str) -> None:
    (served.scratch.home / "overrides/aws.yaml").write_text(text)


def _config(served: Served, **fields: Any) -> Any:
    reply = served.ask("get_config", spoke="aws", **fields)
    assert reply["ok"], reply
    return reply["config"]


def test_a_configuration_is_told_for_the_active_environment(served: Served, spoke: Path) -> None:
    home = served.scratch.environ["HOME"]
    expected = {
        "ok": True,
        "config": {
            "region": "eu-west-1",
            "home": f"{home}/aws",
            "db": {"host": "local", "port": 2},
        },
        "source": "loaded",
        "problems": [],
        "warnings": [],
    }
    assert served.ask("get_config", spoke="aws") == expected
    assert served.ask("get_config", spoke="aws") == expected | {"source": "cache"}


def test_an_environment_may_be_named(served: Served, spoke: Path) -> None:
    assert _config(served, key="region", env="prod") == "us"
    reply = served.ask("get_config", spoke="aws", env="pord")
    assert reply == served.ask("set_env", value="pord")
    assert reply["code"] == "unknown_env"


def test_a_global_environment_that_is_gone_keeps_its_section(served: Served, spoke: Path) -> None:
    served.write({"envs.yaml": "envs: {root: {}}\n"})
    assert served.ask("reload")["problems"] == []
    reply = served.ask("get_config", spoke="aws")
    assert (reply["config"]["region"], reply["config"]["db"]["port"], len(reply["warnings"])) == (
        "${env.region}",
        2,
        1,
    )


def test_sections_stay_where_no_environment_is_wanted(served: Served, spoke: Path) -> None:
    assert sorted(_config(served, env_aware=False)) == ["default", "dev", "prod"]


def test_the_users_override_is_laid_over_it(served: Served, spoke: Path) -> None:
    _override(served, "default: {db: {host: far}}\ndev: {db: {user: me}}\n")
    assert _config(served, key="db") == {"host": "far", "port": 2, "user": "me"}


def test_a_key_that_is_not_there_is_told_in_the_published_words(
    served: Served, spoke: Path
) -> None:
    assert served.ask("get_config", spoke="aws", key="db.prot") == {
        "ok": False,
        "error": "key 'db.prot' not found in config",
        "code": "not_found",
        "hint": "did you mean `port`?",
    }


def test_a_file_that_is_not_there_is_told_in_the_published_words(
    served: Served, spoke: Path
) -> None:
    assert served.ask("get_config", spoke="aws", default_filename="more.yaml") == {
        "ok": False,
        "error": "config file not found: spokes/aws/more.yaml",
        "code": "not_found",
        "hint": f"in {served.scratch.home}",
    }


@pytest.mark.parametrize("name", ["../x.yaml", "/etc/passwd", ".aws.yaml"])
def test_a_name_that_leads_elsewhere_is_invalid(served: Served, spoke: Path, name: str) -> None:
    reply = served.ask("get_config", spoke="aws", default_filename=name)
    assert (reply["ok"], reply["code"]) == (False, "invalid")


def test_the_configuration_of_no_plugin_is_not_there(served: Served, spoke: Path) -> None:
    assert served.ask("get_config", spoke="creds", key="a.b", env="dev") == {
        "ok": False,
        "error": "spoke not loaded",
        "code": "not_loaded",
        "hint": f"there is no plugin `creds` in {served.scratch.home}",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"cmd": "set_env", "value": "dev"},
        {"cmd": "set_env", "value": "prod"},
        {"cmd": "reload"},
        {"cmd": "forget_config", "spoke": "aws"},
        {"cmd": "forget_config"},
    ],
)
def test_a_kept_configuration_is_dropped_when_anything_it_depends_on_may_have_changed(
    served: Served, spoke: Path, change: dict[str, Any]
) -> None:
    served.ask("set_env", value="prod" if change.get("value") == "dev" else "dev")
    _config(served, env="dev")
    served.ask(change.pop("cmd"), **change)
    assert served.ask("get_config", spoke="aws", env="dev")["source"] == "loaded"


def test_another_plugins_configuration_stays_when_one_is_forgotten(
    served: Served, spoke: Path
) -> None:
    _config(served)
    served.ask("forget_config", spoke="creds")
    assert served.ask("get_config", spoke="aws")["source"] == "cache"


def test_a_broken_override_is_told_and_what_was_good_last_holds(
    served: Served, spoke: Path
) -> None:
    fault = "overrides/aws.yaml:2:1: the key `dev` is there twice, first at overrides/aws.yaml:1:1"
    _override(served, "dev: {db: {port: 3}}\n")
    assert _config(served, key="db.port") == 3
    _override(served, "dev: {db: {port: 4}}\ndev: {}\n")
    assert served.ask("reload")["problems"] == [fault]
    reply = served.ask("get_config", spoke="aws", key="db.port")
    assert (reply["config"], reply["problems"]) == (3, [fault])
    assert served.ask("daemon_status")["status"]["problems"] == [fault]
    assert (
        "<faults:1>" in served.ask("get_hud")["hud"] or "faults:1" in served.ask("get_hud")["hud"]
    )
    (served.scratch.home / "overrides/aws.yaml").unlink()
    assert served.ask("reload")["problems"] == []
    assert _config(served, key="db.port") == 2


def test_a_broken_override_of_a_plugin_that_nobody_asked_about_is_told(
    served: Served, spoke: Path
) -> None:
    _override(served, "[")
    problems = served.ask("reload")["problems"]
    assert [problem.rpartition(": ")[0][:18] for problem in problems] == ["overrides/aws.yaml"]


def test_a_plugin_whose_own_file_is_broken_has_no_configuration(
    served: Served, spoke: Path
) -> None:
    (spoke / "aws.yaml").write_text("text")
    assert served.ask("get_config", spoke="aws") == {
        "ok": False,
        "error": "spokes/aws/aws.yaml:1:1: must be a mapping, found `text`",
        "code": "failed",
        "hint": "write `name: value` lines",
    }


def test_a_hole_that_nothing_fills_is_a_warning(served: Served, spoke: Path) -> None:
    _override(served, "dev:\n  region: ${env.nope}\n")
    reply = served.ask("get_config", spoke="aws", key="region")
    why = "environment `dev` (envs.yaml:3:3) has no `nope`, which `${env.nope}` asks for"
    assert (reply["config"], reply["warnings"]) == (
        "${env.nope}",
        [f"overrides/aws.yaml:2:11: {why}; the text stays as it is written"],
    )


class _Channel:
    """A plugin's connection, as far as its caller counts."""

    def __init__(self, caller: Plugin) -> None:
        self.caller = caller


def _by(served: Served, caller: Plugin, **fields: Any) -> Told:
    """What a plugin is answered on its channel."""
    context = Context(served.services, _Channel(caller))  # type: ignore[arg-type]

    async def carried_out() -> Told:
        told: Any = get_config(context, GetConfig(**fields))
        return told if isinstance(told, Told) else await told

    return served.run(carried_out())


@pytest.mark.parametrize("spoke_said", [None, "aws", ""])
def test_a_plugin_has_its_own_configuration_by_any_spelling(
    served: Served, spoke: Path, spoke_said: str | None
) -> None:
    told = _by(served, Plugin("spoke", "aws"), spoke=spoke_said, key="db.port")
    assert told.config == 2


@pytest.mark.parametrize("kind", ["spoke", "gear"])
def test_a_plugin_has_no_other_ones(served: Served, spoke: Path, kind: PluginKind) -> None:
    with pytest.raises(Refusal, match="permission denied: get_config") as refused:
        _by(served, Plugin(kind, "creds"), spoke="aws")
    assert refused.value.code == "denied"


def test_a_gear_has_not_that_of_a_spoke_of_its_name(served: Served, spoke: Path) -> None:
    with pytest.raises(Refusal, match="spoke not loaded"):
        _by(served, Plugin("gear", "aws"))


def test_a_spoke_may_ask_for_the_cores_and_a_gear_may_not(served: Served, spoke: Path) -> None:
    assert sorted(_by(served, Plugin("spoke", "aws"), key="envs").value) == ["dev", "prod", "root"]
    (served.scratch.home / "gears/aws").mkdir(parents=True)
    (served.scratch.home / "gears/aws/aws.yaml").write_text("a: 1\n")
    with pytest.raises(Refusal, match="key 'envs' not found in config"):
        _by(served, Plugin("gear", "aws"), key="envs")
