"""Installing spokes: from where, under which name, and what is refused with nothing left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from axium.core import plugin_tree
from axium.core.installing import (
    install_spoke,
    reinstall_spoke,
    uninstall_spoke,
    validate_spoke,
)
from axium.core.plugin_metadata import SpokeMetadata
from axium.core.scaffold import create_spoke
from tests.support import until

MANIFEST = "name: greet\nversion: 1.2.0\ndescription: Greets.\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A config home of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("AXIUM_HOME", str(home))
    yield home
    left = [name for name in names(home) if name.startswith(".") and name not in KEPT]
    assert left == []


KEPT = {".lock", ".spoke_metadata.json"}


def names(home: Path) -> list[str]:
    return sorted(os.listdir(home / "spokes")) if (home / "spokes").is_dir() else []


def rows(home: Path) -> dict[str, Any]:
    path = home / "spokes/.spoke_metadata.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


@pytest.fixture
def greet(tmp_path: Path) -> Path:
    """The directory of a spoke."""
    made = tmp_path / "src/greet"
    (made / "inner").mkdir(parents=True)
    (made / "spoke.yaml").write_text(MANIFEST)
    (made / "main.py").write_text("def register(app): ...\n")
    (made / "inner/deep.py").write_text("x = 1\n")
    (made / "alias.py").symlink_to("inner/deep.py")
    (made / ".git").mkdir()
    (made / ".git/config").write_text("secret")
    (made / "inner/__pycache__").mkdir()
    return made


def git(directory: Path, *words: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, "-C", directory, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A real git repository of a spoke, whose directory has another name."""
    made = tmp_path / "axium-spoke-greet"
    made.mkdir()
    (made / "spoke.yaml").write_text(MANIFEST)
    (made / "main.py").write_text("def register(app): ...\n")
    git(made, "init", "--quiet")
    git(made, "add", ".")
    git(made, "commit", "--quiet", "-m", "one")
    return made


def test_a_directory_is_copied_without_what_git_and_python_left_there(
    home: Path, greet: Path
) -> None:
    made = install_spoke(str(greet))
    installed = home / "spokes/greet"
    files = sorted(str(path.relative_to(installed)) for path in installed.rglob("*"))
    assert files == ["alias.py", "inner", "inner/deep.py", "main.py", "spoke.yaml"]
    assert os.readlink(installed / "alias.py") == "inner/deep.py"
    assert made == SpokeMetadata(
        name="greet",
        version="1.2.0",
        description="Greets.",
        source=f"local:{greet}",
        installed_at=made.installed_at,
    )
    assert rows(home) == {"greet": made.to_dict()}


def test_an_editable_one_is_a_link_to_the_directory(home: Path, greet: Path) -> None:
    made = install_spoke(str(greet), editable=True)
    assert (made.install_mode, os.readlink(home / "spokes/greet")) == ("symlink", str(greet))


def test_uninstalling_a_linked_one_leaves_its_files(home: Path, greet: Path) -> None:
    install_spoke(str(greet), editable=True)
    uninstall_spoke("greet")
    assert (names(home), rows(home)) == ([".lock", ".spoke_metadata.json"], {})
    assert (greet / "main.py").exists()


def test_another_name_is_noted_beside_that_of_the_manifest(home: Path, greet: Path) -> None:
    made = install_spoke(str(greet), name="hello")
    assert made.name == "hello"
    assert rows(home)["hello"]["manifest_name"] == "greet"


def test_a_repository_is_fetched_and_its_commit_noted(home: Path, repository: Path) -> None:
    made = install_spoke(f"file://{repository}")
    assert (made.name, made.source) == ("greet", f"git:file://{repository}")
    assert rows(home)["greet"]["commit"] == git(repository, "rev-parse", "HEAD")
    assert sorted(os.listdir(home / "spokes/greet")) == ["main.py", "spoke.yaml"]


def test_a_repository_that_is_not_there_is_said_in_git_s_words_for_that(
    home: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"^git: '.*none' does not appear to be a git repository$"):
        install_spoke(f"file://{tmp_path}/none")


def test_reinstalling_fetches_what_is_new_there(home: Path, repository: Path) -> None:
    install_spoke(f"file://{repository}")
    (repository / "spoke.yaml").write_text(MANIFEST.replace("1.2.0", "1.3.0"))
    git(repository, "commit", "--quiet", "-am", "two")
    assert reinstall_spoke("greet").version == "1.3.0"
    assert rows(home)["greet"]["commit"] == git(repository, "rev-parse", "HEAD")


def test_what_others_put_into_the_metadata_stays(home: Path, greet: Path) -> None:
    (home / "spokes").mkdir()
    other = {"other": {"name": "other", "colour": "red"}}
    (home / "spokes/.spoke_metadata.json").write_text(json.dumps(other))
    install_spoke(str(greet))
    uninstall_spoke("greet")
    assert rows(home) == other


def test_an_index_of_the_users_names_directories_from_where_it_is(home: Path, greet: Path) -> None:
    (home / "registry.yaml").write_text(
        f"spokes:\n  greet: {{source: {os.path.relpath(greet, home)}}}\n"
    )
    made = install_spoke("greet")
    assert (made.name, made.source) == ("greet", "registry:greet")


def test_a_name_that_no_index_has_names_the_nearest(home: Path) -> None:
    with pytest.raises(FileNotFoundError, match="did you mean `creds`"):
        install_spoke("cred")


def test_a_directory_that_an_index_names_and_that_is_gone_is_told(home: Path) -> None:
    (home / "registry.yaml").write_text("spokes: {team: {source: gone}}\n")
    with pytest.raises(FileNotFoundError) as caught:
        install_spoke("team")
    assert str(caught.value) == f"there is no directory `{home}/gone`"


def test_a_faulty_index_is_told_by_line(home: Path) -> None:
    (home / "registry.yaml").write_text("spokes:\n  greet: {}\n")
    with pytest.raises(ValueError, match=r"registry.yaml:2:10: `spokes.greet` has no `source`"):
        install_spoke("greet")


def fifo(spoke: Path) -> None:
    os.mkfifo(spoke / "pipe")


def unix_socket(spoke: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(spoke)
        try:
            made.bind("s")
        finally:
            os.chdir(here)


def setuid(spoke: Path) -> None:
    (spoke / "main.py").chmod(0o4755)


def link_up(spoke: Path) -> None:
    (spoke / "inner/out").symlink_to("../../../../etc/passwd")


def link_away(spoke: Path) -> None:
    (spoke / "inner/out").symlink_to("/etc/passwd")


def link_around(spoke: Path) -> None:
    (spoke / "inner/out").symlink_to("../../greet/main.py")


def too_large(spoke: Path) -> None:
    with (spoke / "big").open("wb") as file:
        file.truncate(plugin_tree.MOST_BYTES + 1)


def too_many(spoke: Path) -> None:
    for number in range(plugin_tree.MOST_FILES + 1):
        (spoke / f"f{number}").touch()


def too_deep(spoke: Path) -> None:
    (spoke / ("d/" * 60)).mkdir(parents=True)


def faulty(spoke: Path) -> None:
    (spoke / "spoke.yaml").write_text("name: greet\nentrypoint: nonsense\n")


def lying(spoke: Path) -> None:
    (spoke / "spoke.yaml").write_text("name: other\n")


REFUSED: dict[Callable[[Path], None], str] = {
    fifo: "`pipe` is neither a file nor a directory",
    unix_socket: "`s` is neither a file nor a directory",
    setuid: "`main.py` is a program that runs as its owner",
    link_up: "`inner/out` is a link out of it, to `../../../../etc/passwd`",
    link_away: "`inner/out` is a link out of it, to `/etc/passwd`",
    link_around: "`inner/out` is a link out of it, to `../../greet/main.py`",
    too_large: "larger than 50 MiB",
    too_many: "more than 5,000 files",
    too_deep: "is more than 50 directories deep",
    faulty: r"greet/spoke.yaml:2:13: .*nonsense.* names no function",
    lying: r"greet/spoke.yaml:1:7: the manifest is that of `other`, not of `greet`",
}


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_what_no_spoke_may_be_is_refused_and_nothing_left(
    home: Path, greet: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(greet)
    with pytest.raises(ValueError, match=REFUSED[spoil]):
        install_spoke(str(greet))
    assert names(home) == [".lock"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".hidden", "a b", "", "core", "env", "x" * 101])
def test_what_can_name_no_spoke_is_refused(home: Path, greet: Path, name: str) -> None:
    with pytest.raises(ValueError, match="can't name a"):
        install_spoke(str(greet), name=name)
    with pytest.raises(ValueError, match="can't name a"):
        create_spoke(name)
    assert names(home) in ([], [".lock"])


@pytest.mark.parametrize("kind", ["spokes", "gears"])
def test_a_taken_name_is_refused_and_its_owner_untouched(
    home: Path, greet: Path, kind: str
) -> None:
    taken = home / kind / "greet"
    taken.mkdir(parents=True)
    (taken / "mine").touch()
    with pytest.raises(FileExistsError, match=f"there is a {kind[:-1]} `greet` already"):
        install_spoke(str(greet))
    assert os.listdir(taken) == ["mine"]


def test_a_failed_reinstallation_leaves_what_was_there(home: Path, greet: Path) -> None:
    install_spoke(str(greet))
    before = rows(home)
    faulty(greet)
    with pytest.raises(ValueError, match="names no function"):
        reinstall_spoke("greet")
    assert validate_spoke(home / "spokes/greet")["version"] == "1.2.0"
    assert rows(home) == before


def test_what_was_made_in_place_can_not_be_installed_anew(home: Path) -> None:
    create_spoke("mine", interactive=False)
    with pytest.raises(FileNotFoundError, match="`mine` was not installed from anywhere"):
        reinstall_spoke("mine")


@pytest.mark.parametrize(
    "source", ["ext::sh -c 'touch $HOME/pwned'", "nosuch://x/y", "--upload-pack=x"]
)
def test_an_address_that_would_run_something_runs_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises((ValueError, FileNotFoundError)):
        install_spoke(source)
    assert not (tmp_path / "pwned").exists()


def test_hooks_of_templates_do_not_run(
    home: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "template/hooks"
    hooks.mkdir(parents=True)
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    (hooks / "post-checkout").chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks.parent))
    install_spoke(f"file://{repository}")
    assert not (tmp_path / "pwned").exists()


INSTALL_AS = """\
import sys
from axium.core.installing import install_spoke
install_spoke(sys.argv[1], name=sys.argv[2])
"""
INSTALL = "import sys; from axium.core.installing import install_spoke; install_spoke(sys.argv[1])"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_installation_leaves_nothing_that_lasts(
    home: Path, greet: Path, tmp_path: Path, number: signal.Signals
) -> None:
    # git that hangs: the installation is in its middle for as long as we like.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f"""\
#!/bin/sh
mkdir -p {home}/spokes/.new-fetched/x
echo $$ >{tmp_path}/its-pid
mv {tmp_path}/its-pid {tmp_path}/pid
exec sleep 60
""")
    (tmp_path / "bin/git").chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-c", INSTALL, "https://example.org/x.git"],
        env=environ,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    until((tmp_path / "pid").exists)
    os.kill(process.pid, number)
    process.wait(10)
    if number == signal.SIGKILL:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    install_spoke(str(greet))
    assert names(home) == [".lock", ".spoke_metadata.json", "greet"]


def test_what_was_moved_away_by_an_interrupted_change_comes_back(home: Path, greet: Path) -> None:
    install_spoke(str(greet))
    os.rename(home / "spokes/greet", home / "spokes/.old-greet")
    (home / "spokes/.new-made").mkdir()
    assert reinstall_spoke("greet").version == "1.2.0"


def test_two_installations_at_once_are_one_after_the_other(home: Path, greet: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", INSTALL_AS, str(greet), f"greet{number}"])
        for number in range(6)
    ]
    assert [process.wait(30) for process in both] == [0] * 6
    assert sorted(rows(home)) == [f"greet{number}" for number in range(6)]


def test_a_new_spoke_passes_its_own_test(home: Path) -> None:
    made = create_spoke("my-spoke", description='It "greets" \\ all: öäü', interactive=False)
    assert validate_spoke(made) == {
        "name": "my-spoke",
        "version": "0.1.0",
        "description": 'It "greets" \\ all: öäü',
        "entrypoint": "main:register",
        "author": os.environ.get("USER", ""),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest"],
        cwd=made,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 3 tests" in done.stderr


def test_a_directory_without_a_manifest_is_told(home: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no manifest"):
        validate_spoke(tmp_path)


CHANGES = ["rename", "mkdir", "symlink", "fsync"]
"""System calls that change files; strace counts each by itself."""


def killed(call: str, number: int, script: str, *args: str) -> bool:
    """Run a script that is killed at its NUMBERth CALL; whether it came so far."""
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    command = [
        "strace",
        "-qq",
        "-o",
        "/dev/null",
        *inject,
        sys.executable,
        "-B",
        "-c",
        script,
    ]
    done = subprocess.run([*command, *args], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL, 137), done.stderr
    return done.returncode != 0


@pytest.mark.parametrize("call", CHANGES)
def test_a_kill_at_any_change_of_files_leaves_a_whole_spoke_or_none(
    home: Path, greet: Path, call: str
) -> None:
    for number in range(1, 100):
        was_killed = killed(call, number, INSTALL, str(greet))
        if (home / "spokes/greet").exists():
            assert validate_spoke(home / "spokes/greet")["version"] == "1.2.0"
            assert rows(home)["greet"]["source"] == f"local:{greet}"
        else:
            install_spoke(str(greet))
        uninstall_spoke("greet")
        assert (names(home), rows(home)) == ([".lock", ".spoke_metadata.json"], {})
        if not was_killed:
            break
    assert number > 1


AGAIN = (
    "import sys; from axium.core.installing import reinstall_spoke; reinstall_spoke(sys.argv[1])"
)


@pytest.mark.parametrize("call", [*CHANGES, "unlinkat"])
def test_a_kill_while_it_is_replaced_leaves_the_old_one_or_the_new(
    home: Path, greet: Path, call: str
) -> None:
    install_spoke(str(greet))
    for number in range(1, 100):
        was_killed = killed(call, number, AGAIN, "greet")
        create_spoke("other", interactive=False)  # the next change, whichever it is
        files = ["alias.py", "inner", "main.py", "spoke.yaml"]
        assert sorted(os.listdir(home / "spokes/greet")) == files
        uninstall_spoke("other")
        if not was_killed:
            break
    assert number > 1
    assert names(home) == [".lock", ".spoke_metadata.json", "greet"]
