"""A spoke's configuration where it is used: in its own process, and while files change."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.real.spokes import Plugged
from tests.support import Scratch, until

ENVS = "envs:\n  dev: {region: eu}\n  prod: {region: us}\n"
BASE = "default: {region: '${env.region}', port: 1}\nprod: {port: 2}\n"
LISTENS = """
import json
from pathlib import Path
from axium.core.config import load_spoke_config
from axium.core.transport import request

def register(app, events):
    seen = Path(__file__).with_name("seen")
    def tell(*_args, **_kwargs):
        seen.write_text(json.dumps(load_spoke_config("report")))
    def steal(*_args, **_kwargs):
        reply = request({"cmd": "get_config", "spoke": "other"}, 2.0)
        seen.write_text(json.dumps([reply["error"], reply["code"]]))
    events.on("config_reloaded", tell)
    events.on("env_change", tell)
    events.on("steal", steal)
    tell()
"""


@contextmanager
def spoke(scratch: Scratch) -> Iterator[Plugged]:
    """A daemon with the spoke `report`, which writes down its configuration."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "state.json").write_text('{"active_env": "dev"}')
    directory = scratch.home / "spokes/report"
    directory.mkdir(parents=True)
    (directory / "report.yaml").write_text(BASE)
    daemon = Plugged(scratch, report=LISTENS)
    try:
        yield daemon
    finally:
        daemon.close()


def seen(scratch: Scratch) -> Any:
    """What the spoke read last."""
    try:
        return json.loads((scratch.home / "spokes/report/seen").read_text())
    except ValueError:
        return None  # it is being written


def has_port(scratch: Scratch, port: int) -> bool:
    """Whether that is what the spoke read last."""
    return (seen(scratch) or {}).get("port") == port


def replace(path: Path, text: str) -> None:
    """Save as editors do: another file in its place."""
    path.parent.mkdir(exist_ok=True)
    path.with_name("new~").write_text(text)
    path.with_name("new~").rename(path)


def test_a_spoke_reads_its_configuration_while_it_registers(scratch: Scratch) -> None:
    with spoke(scratch):
        assert seen(scratch) == {"region": "eu", "port": 1}


def test_a_listener_sees_what_holds_in_the_new_environment(scratch: Scratch) -> None:
    with spoke(scratch) as daemon:
        daemon.ask("set_env", value="prod")
        assert seen(scratch) == {"region": "us", "port": 2}


def test_an_override_that_comes_changes_and_goes_is_noticed_each_time(scratch: Scratch) -> None:
    override = scratch.home / "overrides/report.yaml"
    with spoke(scratch):
        for text, port in (("default: {port: 7}\n", 7), ("default: {port: 8}\n", 8)):
            replace(override, text)
            until(partial(has_port, scratch, port))
        override.unlink()
        until(lambda: has_port(scratch, 1))


def test_a_change_of_the_spokes_own_file_is_noticed(scratch: Scratch) -> None:
    with spoke(scratch):
        replace(scratch.home / "spokes/report/report.yaml", "default: {port: 9}\n")
        until(lambda: seen(scratch) == {"port": 9})


def test_a_spoke_that_is_loaded_again_reads_its_files_again(scratch: Scratch) -> None:
    with spoke(scratch) as daemon:
        (scratch.home / "spokes/report/report.yaml").write_text("default: {port: 9}\n")
        daemon.ask("reload_spoke", spoke="report")
        assert seen(scratch) == {"port": 9}


def test_a_broken_override_is_in_hud_status_and_log_and_leaves_with_its_file(
    scratch: Scratch,
) -> None:
    override = scratch.home / "overrides/report.yaml"
    fault = "overrides/report.yaml:1:1: must be a mapping, found `text`"
    with spoke(scratch) as daemon:
        replace(override, "default: {port: 7}\n")
        until(lambda: has_port(scratch, 7))
        replace(override, "text")
        until(lambda: "faults:1" in daemon.hud())
        assert daemon.ask("daemon_status")["status"]["problems"] == [fault]
        assert fault in daemon.log()
        until(lambda: seen(scratch) == {"region": "eu", "port": 7})
        override.unlink()
        until(lambda: "faults" not in daemon.hud())


def test_a_broken_override_is_told_from_the_start(scratch: Scratch) -> None:
    replace(scratch.home / "overrides/report.yaml", "text")
    with spoke(scratch) as daemon:
        until(lambda: "faults:1" in daemon.hud())
        until(lambda: seen(scratch) == {"region": "eu", "port": 1})


def test_a_spoke_can_not_read_that_of_another_one_over_its_channel(scratch: Scratch) -> None:
    with spoke(scratch) as daemon:
        daemon.ask("emit_event", event="steal")
        until(lambda: seen(scratch) == ["permission denied: get_config", "denied"])


def test_a_fifo_in_the_place_of_an_override_holds_nobody_up(scratch: Scratch) -> None:
    with spoke(scratch) as daemon:
        (scratch.home / "overrides").mkdir()
        os.mkfifo(scratch.home / "overrides/report.yaml")
        reply = daemon.quick("get_config", spoke="report", env="dev")
        assert reply["config"] == {"region": "eu", "port": 1}
        assert daemon.quick("set_env", value="prod") == {"ok": True}
