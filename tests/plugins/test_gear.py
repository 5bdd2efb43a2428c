"""A gear's host is confined before anything of the gear's runs, and goes on as any host."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from axium.model.policy import Policy
from tests.plugins.hosting import Host, Hosting
from tests.support import Scratch, until
from tests.support.processes import alive

GEAR = """
    import os
    import socket
    import tempfile
    import threading
    from pathlib import Path

    SECRET = Path({secret!r})
    tried = {{}}

    def attempt(name, deed):
        try:
            tried[name] = str(deed())
        except OSError as error:
            tried[name] = type(error).__name__

    attempt("read", SECRET.read_text)
    attempt("granted", Path({granted!r}).read_text)
    attempt("fork", os.fork)
    attempt("connect", lambda: socket.socket(socket.AF_UNIX))
    attempt("own", lambda: Path(__file__).write_text(""))

    def told(env, old, pane=None):
        with tempfile.NamedTemporaryFile() as file:
            tried["temporary"] = os.path.dirname(file.name)
        thread = threading.Thread(target=lambda: tried.update(thread="ran"))
        thread.start()
        thread.join()
        print(sorted(tried.items()))

    def register(registry=None, events=None):
        events.on("env_change", told)
"""


@pytest.fixture
def places(scratch: Scratch) -> dict[str, Path]:
    """A granted directory, a private one, and a file that nobody granted."""
    found = {name: scratch.root / name for name in ("granted", "private", "outside")}
    for path in found.values():
        path.mkdir()
        (path / "file").write_text(path.name)
    return found


def order(scratch: Scratch, places: dict[str, Path], **more: Any) -> dict[str, Any]:
    policy = Policy(
        home=str(scratch.user),
        directory=str(scratch.root / "plugins/deploy"),
        scratch=(str(places["private"]),),
        reads=(str(places["granted"]),),
    )
    return {"name": "deploy", "kind": "gear", "policy": policy, **more}


def gear(places: dict[str, Path]) -> str:
    secret, granted = (str(places[name] / "file") for name in ("outside", "granted"))
    return GEAR.format(secret=secret, granted=granted)


def test_a_gear_is_held_to_its_policy_from_its_first_line(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    host = hosting.registered(gear(places), **order(scratch, places))
    assert host.emit("env_change", "dev", "prod") == []
    found = dict(json.loads(host.printed().replace("(", "[").replace(")", "]").replace("'", '"')))
    assert found == {
        "read": "PermissionError",
        "granted": "granted",
        "fork": "PermissionError",
        "connect": "PermissionError",
        "own": "PermissionError",
        "temporary": str(places["private"]),
        "thread": "ran",
    }


def test_a_gear_ends_with_its_template(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    host = hosting.registered(gear(places), **order(scratch, places))
    os.kill(hosting.process.pid, 9)
    until(lambda: not alive(host.pid))


def ended(host: Host) -> tuple[bool, str]:
    """Whether it ended, and the last line that it printed."""
    is_closed = host.is_closed()
    return is_closed, host.printed().splitlines()[-1]


def test_a_gear_without_a_policy_ends_before_its_first_line(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    host = hosting.host(gear(places), **order(scratch, places, policy=None))
    assert ended(host) == (
        True,
        "axium.plugins.sandbox.confinement.NotConfined: `deploy` came without a policy",
    )


def test_a_gear_whose_grant_leads_elsewhere_ends_before_its_first_line(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    said = order(scratch, places)
    link = scratch.root / "link"
    link.symlink_to(places["outside"])
    said["policy"] = said["policy"]._replace(reads=(str(link),))
    host = hosting.host(gear(places), **said)
    is_ended, line = ended(host)
    assert (is_ended, f"it is `{places['outside']}`" in line) == (True, True)


def test_a_permissive_gear_runs_without_a_policy(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    text = "def register(registry=None, events=None):\n    events.on('env_change', print)\n"
    said = order(scratch, places, policy=None, is_permissive=True)
    assert hosting.registered(text, **said).emit("env_change", "dev", "prod") == []


VARIABLES = """
    import json, os, time
    first = sorted(os.environ)
    def register(registry=None, events=None):
        found = {name: os.fsencode(value).hex() for name, value in os.environ.items()}
        print(json.dumps([first, found, time.tzname[0], os.getcwd()]))
"""


def printed(host: Host) -> Any:
    """What it printed, all of it JSON."""
    return json.loads(host.printed())


def test_no_variable_of_the_template_s_reaches_a_gear(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    host = hosting.host(VARIABLES, **order(scratch, places))
    given = [b"HOME=/h", b"ODD=\xff\n=", b"TZ=XYZ-1"]
    host.call("register", variables=[b64encode(each).decode() for each in given])
    first, found, zone, cwd = printed(host)
    assert (first, found, zone, cwd) == (
        ["HOME", "ODD", "TZ"],
        {"HOME": b"/h".hex(), "ODD": b"\xff\n=".hex(), "TZ": b"XYZ-1".hex()},
        "XYZ",
        str(places["private"]),
    )


def test_a_permissive_gear_without_a_policy_gets_none_of_them_either(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    host = hosting.host(VARIABLES, **order(scratch, places, policy=None, is_permissive=True))
    host.call("register", variables=[])
    assert printed(host)[:2] == [[], {}]


def test_a_spoke_has_the_variables_that_come_with_its_first_call(
    hosting: Hosting, scratch: Scratch
) -> None:
    host = hosting.host(VARIABLES)
    home = f"HOME={scratch.user}".encode()
    host.call("register", variables=[b64encode(home).decode()])
    assert printed(host)[0] == ["HOME"]
    assert printed(host)[3] == str(scratch.user)


WITHIN = """
    import json, os, subprocess

    def register(registry=None, events=None):
        outside = {outside!r}
        try:
            os.stat(outside)
            seen = "seen"
        except FileNotFoundError:
            seen = "absent"
        child = subprocess.run(["cat", outside], capture_output=True).returncode
        with open("/dev/shm/memory", "w") as file:
            file.write("shared")
        print(json.dumps([seen, child, os.getcwd()]))
        events.on("env_change", print)
"""


def test_a_gear_that_starts_programs_sees_nothing_that_was_not_granted(
    hosting: Hosting, scratch: Scratch, places: dict[str, Path]
) -> None:
    said = order(scratch, places)
    said["policy"] = said["policy"]._replace(exec=True)
    host = hosting.registered(WITHIN.format(outside=str(places["outside"] / "file")), **said)
    assert printed(host) == ["absent", 1, str(places["private"])]
    os.kill(hosting.process.pid, 9)
    until(lambda: not alive(host.pid))
