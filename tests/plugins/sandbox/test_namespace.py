"""In a namespace nothing is there but what was granted, and what is there obeys its mount."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
from tests.plugins.sandbox.stand import GUISES, USER, Guise, Stand
from tests.support import Scratch
from tests.support.installation import SYSTEM_PYTHON

SCRIPT = """
import json, os, socket, subprocess, sys
package, policy, outside, stream, abstract, agent = json.loads(sys.argv[1])
sys.path.insert(0, package)
from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
from axium.plugins.sandbox.confinement import confine
policy = Policy(*policy)
readable, writable = policy.reads[:2]
within = namespace.enter(policy, agent)
confine(within, has_agent=agent is not None)

def tried(deed):
    try:
        deed()
    except (OSError, subprocess.CalledProcessError) as error:
        return type(error).__name__
    return "done"

def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)

def share():
    with open("/dev/shm/memory", "w") as file:
        file.write("shared")

print(json.dumps({
    "look outside": tried(lambda: os.stat(outside)),
    "read": tried(open(readable + "/data").close),
    "change what may be read": tried(lambda: os.chmod(readable + "/data", 0o600)),
    "change what may be written": tried(lambda: os.chmod(writable, 0o750)),
    "change a device": tried(lambda: os.chmod("/dev/null", 0o600)),
    "connect": tried(lambda: connect(stream)),
    "connect by another's root": tried(lambda: connect(f"/proc/{os.getppid()}/root{stream}")),
    "ask the agent": tried(lambda: connect(namespace.AGENT)),
    "share memory": tried(share),
    "use a name of the kernel's": tried(lambda: connect("\\0" + abstract)),
    "send a datagram": tried(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)),
    "start": tried(lambda: subprocess.run(["/bin/cp", "-p", readable + "/data", writable + "/copy"],
                                          check=True, stderr=subprocess.DEVNULL)),
}))
"""


@pytest.fixture(params=GUISES)
def guise(request: pytest.FixtureRequest) -> Guise:
    found: Guise = request.param
    return found


@pytest.fixture
def private(guise: Guise) -> Iterator[Path]:
    """A directory that is not in `/tmp`, as that of a gear is."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as path:
        Path(path).chmod(0o711)
        scratch = Path(path, "scratch")
        scratch.mkdir(mode=0o700)
        (scratch / "file").write_text("")
        if guise == "user" and os.geteuid() == 0:
            os.chown(scratch, USER, USER)
        yield Path(path)


@pytest.fixture
def stand(scratch: Scratch, guise: Guise) -> Iterator[Stand]:
    root = scratch.root / "stand"
    root.mkdir()
    (scratch.root).chmod(0o711)
    stand = Stand(root, guise)
    yield stand
    stand.close()


def tried(stand: Stand, *, agent: str | None = None) -> dict[str, str]:
    """What the script tried in a namespace."""
    world = stand.world
    Path(world.readable, "data").write_text("data")
    Path(world.readable, "data").chmod(0o644)
    policy = stand.policy(exec=True)._replace(reads=(world.readable, world.writable))
    told = json.dumps([world.package, policy, world.outside, world.stream, world.abstract, agent])
    done = stand.run([str(SYSTEM_PYTHON), "-I", "-S", "-c", SCRIPT, told])
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, str] = json.loads(done.stdout)
    return found


EXPECTED = {
    "look outside": "FileNotFoundError",
    "read": "done",
    "change what may be read": "OSError",
    "change what may be written": "done",
    "change a device": "OSError",
    "connect": "PermissionError",
    "connect by another's root": "PermissionError",
    "ask the agent": "PermissionError",
    "share memory": "done",
    "use a name of the kernel's": "PermissionError",
    "send a datagram": "PermissionError",
    "start": "done",
}


def test_what_was_not_granted_is_not_there(stand: Stand) -> None:
    assert tried(stand) == EXPECTED


def test_the_agent_is_the_only_socket_that_is_there(stand: Stand) -> None:
    outside = {"connect": "FileNotFoundError", "ask the agent": "done"}
    assert tried(stand, agent=stand.world.stream) == EXPECTED | outside


LINKED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
try:
    namespace.enter(Policy(*json.loads(sys.argv[2])))
except OSError as error:
    print(type(error).__name__, error.strerror, error.filename)
"""


def test_a_granted_directory_that_was_swapped_for_a_link_is_not_mounted(stand: Stand) -> None:
    world = stand.world
    Path(world.writable, "inner").symlink_to(world.outside)
    policy, linked = stand.policy(exec=True), (f"{world.writable}/inner",)
    for granted in (policy._replace(reads=linked), policy._replace(writes=linked)):
        argv = [str(SYSTEM_PYTHON), "-I", "-S", "-c", LINKED, world.package, json.dumps(granted)]
        said = stand.run(argv).stdout
        assert said == f"NotAsNamed it is `{world.outside}` {world.writable}/inner\n"


SWAPPED = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
policy, away = Policy(*json.loads(sys.argv[2])), sys.argv[3]
make_root = namespace._make_root

def swap():  # as another process of the gear's may at just that time
    os.rename(policy.writes[0] + "/inner", policy.writes[0] + "/former")
    os.symlink(away, policy.writes[0] + "/inner")
    make_root()

namespace._make_root = swap
try:
    namespace.enter(policy)
except OSError as error:
    print(type(error).__name__, error.filename)
"""


@pytest.mark.parametrize("away", ["outside", "/tmp", "/tmp/usr"])
def test_a_directory_that_is_swapped_for_a_link_meanwhile_leads_no_mount_elsewhere(
    stand: Stand, away: str
) -> None:
    world = stand.world
    Path(world.writable, "inner/deeper").mkdir(parents=True)
    policy = stand.policy(exec=True)
    granted = policy._replace(reads=(f"{world.writable}/inner/deeper",))
    target = world.outside if away == "outside" else away
    before = sorted(os.listdir(world.outside))
    argv = [str(SYSTEM_PYTHON), "-I", "-S", "-c", SWAPPED, world.package, json.dumps(granted)]
    assert stand.run([*argv, target]).stdout == "NotADirectoryError inner\n"
    assert sorted(os.listdir(world.outside)) == before


SHARED = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from axium.model.policy import Policy
from axium.plugins.sandbox import namespace
within = namespace.enter(Policy(*json.loads(sys.argv[2])))
print(json.dumps([within.scratch[-2:], sorted(os.listdir("/tmp")), os.path.exists(sys.argv[3])]))
"""


def test_the_temporary_directory_of_all_is_the_gears_own_where_nothing_in_it_was_granted(
    stand: Stand, private: Path
) -> None:
    world, scratch, package = stand.world, private / "scratch", private / "package"
    shutil.copytree(world.package, package)
    own = Policy("/nonexistent", "/usr/share", scratch=(str(scratch),), exec=True)
    granted = own._replace(reads=(world.readable,))
    whole = own._replace(reads=("/tmp",))
    found = []
    for policy in (own, granted, whole):
        argv = [str(SYSTEM_PYTHON), "-I", "-S", "-c", SHARED, str(package), json.dumps(policy)]
        done = stand.run([*argv, world.readable])
        assert (done.returncode, done.stderr) == (0, "")
        places, names, is_there = json.loads(done.stdout)
        found.append([places, names if policy is not whole else [], is_there])
    assert found == [
        [["/tmp", "/dev/shm"], ["file"], False],
        [[str(scratch), "/dev/shm"], [world.readable.split("/")[2]], True],
        [[str(scratch), "/dev/shm"], [], True],
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
