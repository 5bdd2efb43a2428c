"""A gear's own configuration: filled with what the gear may know, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.support import Scratch


@pytest.fixture
def served(scratch: Scratch) -> Iterator[Served]:
    """A daemon whose user has a secret among the variables, and one in an environment."""
    scratch.environ |= {"SECRET": "s3", "REGION": "r1"}
    served = Served(scratch)
    directory = scratch.home / "gears/creds"
    directory.mkdir(parents=True)
    (directory / "gear.yaml").write_text("name: creds\n")
    text = "of: ${env.region}\nsecret: $SECRET\nregion: $REGION\nhome: $HOME\n"
    (directory / "creds.yaml").write_text(text)
    served.ask("set_env", value="dev")
    yield served
    served.close()


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    channel = GearChannel(served)
    yield channel
    channel.close()


def test_only_granted_variables_and_data_fill_it(served: Served, channel: GearChannel) -> None:
    def config(**may: Any) -> Any:
        load_gear(served, **may)
        return channel.ask("get_config")["config"]

    home = served.scratch.environ["HOME"]
    bare = {"of": "${env.region}", "secret": "$SECRET", "region": "$REGION", "home": home}
    assert config() == bare
    assert config(env=("REGION",)) == {**bare, "region": "r1"}
    assert config(ipc=("get_env_data",)) == {**bare, "of": "eu-west-1"}
    assert config() == bare


def test_whoever_asked_before_the_gear_leaves_it_no_secret(
    served: Served, channel: GearChannel
) -> None:
    before = served.ask("get_config", gear="creds")["config"]
    load_gear(served)
    assert (before["secret"], channel.ask("get_config")["config"]["secret"]) == ("s3", "$SECRET")
    assert served.ask("get_config", gear="creds")["config"]["secret"] == "$SECRET"


def test_it_gets_no_configuration_but_its_own(served: Served, channel: GearChannel) -> None:
    load_gear(served, ipc=("get_config",))
    asked = [{"spoke": "aws"}, {"gear": "aws"}, {"key": "envs"}, {"key": "prefixes", "spoke": ""}]
    codes = [channel.ask("get_config", **fields)["code"] for fields in asked]
    assert codes == ["denied", "denied", "not_found", "not_found"]
