"""In a namespace nothing is there but what was granted, and what is there obeys its mount."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
from tests.plugins.sandbox.stand import GUISES, Guise, Stand
from tests.support import Scratch
from tests.support.installation import SYSTEM_PYTHON

START = """
import json, os, sys
package, policy, script = json.loads(sys.argv[1])[:3]
sys.path.insert(0, package)
from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
argv = [sys.executable, "-I", "-S", "-c", script, sys.argv[1]]
program = namespace.bubblewrap()
os.execv(program, namespace.command(Policy(*policy), argv, program=program))
"""

SCRIPT = """
import json, os, socket, subprocess, sys
package, policy, _, outside, stream = json.loads(sys.argv[1])
sys.path.insert(0, package)
from axium.model.policy import Policy
from axium.plugins.sandbox.confinement import confine
policy = Policy(*policy)
readable, writable = policy.reads[:2]
confine(policy)

def tried(deed):
    try:
        deed()
    except (OSError, subprocess.CalledProcessError) as error:
        return type(error).__name__
    return "done"

def connect():
    socket.socket(socket.AF_UNIX).connect(stream)

print(json.dumps({
    "look outside": tried(lambda: os.stat(outside)),
    "read": tried(open(readable + "/data").close),
    "change what may be read": tried(lambda: os.chmod(readable + "/data", 0o600)),
    "change what may be written": tried(lambda: os.chmod(writable, 0o750)),
    "connect": tried(connect),
    "start": tried(lambda: subprocess.run(["/bin/cp", "-p", readable + "/data", writable + "/copy"],
                                          check=True, stderr=subprocess.DEVNULL)),
}))
"""


@pytest.fixture(params=GUISES)
def guise(request: pytest.FixtureRequest) -> Guise:
    found: Guise = request.param
    return found


@pytest.fixture
def stand(scratch: Scratch, guise: Guise) -> Iterator[Stand]:
    root = scratch.root / "stand"
    root.mkdir()
    (scratch.root).chmod(0o711)
    stand = Stand(root, guise)
    yield stand
    stand.close()


def test_what_was_not_granted_is_not_there(stand: Stand, guise: Guise) -> None:
    world = stand.world
    Path(world.readable, "data").write_text("data")
    Path(world.readable, "data").chmod(0o644)
    # The directory of the package is what the first line of the script needs.
    policy = stand.policy(exec=True)._replace(reads=(world.readable, world.writable, world.package))
    told = json.dumps([world.package, policy, SCRIPT, world.outside, world.stream])
    done = stand.run([str(SYSTEM_PYTHON), "-I", "-S", "-c", START, told])
    assert (done.returncode, done.stderr) == (0, "")
    is_changeable = guise == "user"
    assert json.loads(done.stdout) == {
        "look outside": "FileNotFoundError",
        "read": "done",
        "change what may be read": "OSError" if is_changeable else "PermissionError",
        "change what may be written": "done" if is_changeable else "PermissionError",
        "connect": "PermissionError",
        "start": "done" if is_changeable else "CalledProcessError",
    }


def test_a_socket_that_was_granted_is_there() -> None:
    policy = Policy(home="/nonexistent", directory="/srv/gear", exec=True)
    made = namespace.command(policy, ["true"], program="bwrap", sockets=["/tmp/agent"])
    place = made.index("/tmp/agent")
    assert made[place - 1 : place + 2] == ["--bind", "/tmp/agent", "/tmp/agent"]


def test_what_is_in_a_directory_is_mounted_after_it() -> None:
    policy = Policy(
        home="/nonexistent",
        directory="/srv/gear",
        reads=("/srv", "/srv/a/b", "/srv/c"),
        writes=("/srv/a", "/srv/c"),
        exec=True,
    )
    made = namespace.command(policy, ["true"], program="bwrap")
    mounts = [(made[at - 1], made[at]) for at in range(len(made)) if made[at].startswith("/srv")]
    assert [mount for mount in mounts if mount[0].startswith("--")] == [
        ("--ro-bind-try", "/srv"),
        ("--bind-try", "/srv/a"),
        ("--ro-bind-try", "/srv/a/b"),
        ("--bind-try", "/srv/c"),
        ("--ro-bind-try", "/srv/gear"),
    ]


def test_outside_of_a_namespace_nobody_takes_it_for_one() -> None:
    policy = Policy(home="/nonexistent", directory=os.path.dirname(__file__), exec=True)
    assert namespace.is_around(policy) is False


def test_a_mount_that_can_be_written_to_and_was_not_granted_is_no_namespace(
    tmp_path: Path,
) -> None:
    granted, other = tmp_path / "a b", tmp_path / "other"
    granted.mkdir()
    other.mkdir()
    policy = Policy("/nonexistent", "/tmp", scratch=(str(granted),), exec=True)
    script = f"""
import sys
sys.path.insert(0, {str(Path(namespace.__file__).parents[3])!r})
from axium.model.policy import Policy
from axium.plugins.sandbox.namespace import is_around
print(is_around({policy!r}))
"""
    around = ["bwrap", "--unshare-user", "--uid", "1000", "--ro-bind", "/", "/"]
    python = [sys.executable, "-I", "-S", "-c", script]
    said = {}
    for writable in ((granted,), (granted, other)):
        binds = [word for path in map(str, writable) for word in ("--bind", path, path)]
        done = subprocess.run(
            [*around, *binds, *python], capture_output=True, text=True, check=False
        )
        said[len(writable)] = done.stdout, done.stderr
    assert said == {1: ("True\n", ""), 2: ("False\n", "")}
