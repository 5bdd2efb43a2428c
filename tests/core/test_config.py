"""The configuration of plugins as they read it: with a daemon, without one, on a channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from axium.core import config
from tests.support import Daemon, Scratch, until

STATUSES = (["active"], ["error"])
ENVS = "envs:\n  dev: {region: eu}\n  prod: {}\n"
BASE = "default: {region: '${env.region}', db: {port: 1}}\ndev: {db: {port: 2}}\n"


@pytest.fixture
def home(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the spoke `aws` in dev, which this process means."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "state.json").write_text('{"active_env": "dev"}')
    (scratch.home / "spokes/aws").mkdir(parents=True)
    (scratch.home / "spokes/aws/spoke.yaml").write_text("name: aws\n")
    (scratch.home / "spokes/aws/aws.yaml").write_text(BASE)
    for name in ("TMUX", "TMUX_PANE", "AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE", "AXIUM_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in scratch.environ.items():
        monkeypatch.setenv(name, value)
    return scratch.home


@pytest.fixture(params=["with a daemon", "without a daemon"])
def around(request: pytest.FixtureRequest, home: Path) -> Path:
    """The same, with and without a daemon."""
    if request.param == "with a daemon":
        request.getfixturevalue("daemon")
    return home


def test_a_spokes_configuration_is_that_of_the_environment(around: Path) -> None:
    assert config.load_spoke_config("aws") == {"region": "eu", "db": {"port": 2}}


def test_sections_stay_where_no_environment_is_wanted(around: Path) -> None:
    found = config.load_spoke_config("aws", "aws.yaml", env_aware=False)
    assert found["default"]["region"] == "eu"
    assert sorted(found) == ["default", "dev"]


def test_a_gear_has_its_own(around: Path) -> None:
    (around / "gears/aws").mkdir(parents=True)
    (around / "gears/aws/aws.yaml").write_text("a: 1\n")
    assert config.load_gear_config("aws") == {"a": 1}


def test_one_value_or_a_default_is_had_by_a_path(around: Path) -> None:
    asked = [("aws", "db.port"), ("aws", "db.nope"), ("nobody", "a")]
    assert [config.get_spoke_config_value(*each, default="x") for each in asked] == [2, "x", "x"]


@pytest.mark.parametrize(
    ("name", "filename", "error"),
    [
        ("aws", "more.yaml", r"config file not found: spokes/aws/more\.yaml"),
        ("nobody", None, "no plugin `nobody` in"),
    ],
)
def test_what_is_not_there_is_named(
    around: Path, name: str, filename: str | None, error: str
) -> None:
    with pytest.raises(FileNotFoundError, match=error):
        config.load_spoke_config(name, filename)


@pytest.mark.parametrize("text", ["[", "- a"])
def test_a_broken_file_is_named_with_its_place(around: Path, text: str) -> None:
    (around / "spokes/aws/aws.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"^spokes/aws/aws\.yaml:\d:\d: "):
        config.load_spoke_config("aws")


def test_a_broken_override_is_logged_and_the_base_holds(
    around: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (around / "overrides").mkdir()
    (around / "overrides/aws.yaml").write_text("text")
    assert config.load_spoke_config("aws") == {"region": "eu", "db": {"port": 2}}
    assert caplog.messages == ["overrides/aws.yaml:1:1: must be a mapping, found `text`"]


def test_a_path_without_a_value_has_the_default() -> None:
    found: dict[str, Any] = {"a": {"b": None}}
    paths = ("a.b", "a.c", "a.b.c", "")
    assert [config.get_config_value_by_path(found, path, 7) for path in paths] == [None, 7, 7, 7]


def test_the_places_of_both_files_are_told(home: Path) -> None:
    assert config.get_config_paths("aws", "more.yaml") == {
        "base": {"path": f"{home}/spokes/aws/more.yaml", "exists": False},
        "override": {"path": f"{home}/overrides/aws.yaml", "exists": False},
    }
    assert config.get_config_paths("aws", None)["base"]["exists"]
    with pytest.raises(ValueError, match="can't name a plugin"):
        config.get_config_paths("../aws", "aws.yaml")


def test_files_are_read_anew_when_that_is_asked(home: Path, daemon: Daemon) -> None:
    asked = {"cmd": "get_config", "spoke": "aws", "key": "db.port"}
    # Loading it is a change after which all is read anew.
    listed = {"cmd": "list_spokes"}
    until(lambda: [row["status"] for row in daemon.request(listed)["spokes"]] in STATUSES)
    sources = [daemon.request(asked)["source"] for _ in range(2)]
    config.invalidate_cache("other")
    sources.append(daemon.request(asked)["source"])
    config.invalidate_cache("aws")
    sources.append(daemon.request(asked)["source"])
    config.reload_all_configs()
    sources.append(daemon.request(asked)["source"])
    assert sources == ["loaded", "cache", "cache", "loaded", "loaded"]


def test_there_is_nothing_to_read_anew_without_a_daemon(home: Path) -> None:
    config.invalidate_cache()
    config.reload_all_configs()
