"""Shims on PATH: what runs through them, what is never overwritten, what is left afterwards."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pytest

from axium.core.shims import Shims
from axium.thin.paths import Home
from tests.support import Daemon, Scratch

ENVS = "envs:\n  dev: {prefix: ''}\n  prod: {prefix: 'wrapx --'}\n"
PREFIXES = """prefixes:
  - {command: aws, prefix: '${env.prefix}'}
  - {command: terrafirm, prefix: "env 'TF=${env.prefix}'"}
"""
# `wrapx -- COMMAND` runs the command, as such programs do: it is found on PATH again.
WRAPX = '#!/bin/sh\necho "wrapx $*"\nshift\nexec "$@"\n'
TOOL = '#!/bin/sh\necho "${0##*/} $* in ${AXIUM_ENV-nothing}"\n'
HELD = ["wrapx -- aws s3", "aws s3 in prod"]


@pytest.fixture
def configured(scratch: Scratch) -> Scratch:
    """`aws` and `terrafirm` are wrapped, `prod` is active; nothing has a shim yet."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(PREFIXES)
    (scratch.home / "state.json").write_text('{"active_env": "prod"}')
    scratch.tool("wrapx", WRAPX)
    for name in ("aws", "terrafirm"):
        scratch.tool(name, TOOL)
    return scratch


@pytest.fixture
def shims(configured: Scratch) -> Path:
    """The directory of shims, first on PATH."""
    directory = configured.home / "shims"
    configured.environ["PATH"] = f"{directory}:{configured.environ['PATH']}"
    done = configured.axium("shim", "install")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return directory


@pytest.fixture
def live(shims: Path, configured: Scratch, daemon: Daemon) -> Scratch:
    """A daemon that publishes for them."""
    assert shims.is_dir()
    assert daemon.pid
    return configured


def content(directory: Path) -> dict[str, str]:
    """What is in a directory: names, and where links lead."""
    return {
        path.name: str(path.readlink()) if path.is_symlink() else ""
        for path in sorted(directory.iterdir())
    }


RUNNERS = {
    "a shell": ["sh", "-c", "aws s3"],
    "xargs": ["sh", "-c", "echo s3 | xargs aws"],
    "env": ["env", "aws", "s3"],
    "find": ["find", "/dev/null", "-exec", "aws", "s3", ";"],
    "nohup": ["nohup", "aws", "s3"],
    "python": [sys.executable, "-c", "import subprocess; subprocess.run(['aws', 's3'])"],
    "a bash without the hook": ["bash", "-c", "aws s3"],
    "an interactive bash without the hook": ["bash", "--norc", "-ic", "aws s3"],
}


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_command_is_held_to_the_rules_whoever_runs_it(live: Scratch, runner: str) -> None:
    done = live.run(*RUNNERS[runner])

    assert (done.stdout.splitlines(), done.returncode) == (HELD, 0)


def test_a_script_a_makefile_and_an_editor_run_it_so_too(live: Scratch) -> None:
    script = live.tool("deploy", "#!/bin/sh\naws s3\n")
    (live.user / "Makefile").write_text("all:\n\t@aws s3\n")

    printed = [
        live.run(script).stdout,
        live.run("make", "-s").stdout,
        live.run("ed", "-s", stdin="!aws s3\nq\n").stdout.removesuffix("!\n"),
    ]

    assert [text.splitlines() for text in printed] == [HELD] * 3


def test_a_wrapped_command_that_runs_another_one_has_both_held(live: Scratch) -> None:
    live.tool("terrafirm", '#!/bin/sh\necho "terrafirm with $TF"\naws s3\n')

    assert live.run("terrafirm", "plan").stdout.splitlines() == ["terrafirm with wrapx --", *HELD]


def test_a_tool_that_runs_itself_is_not_wrapped_twice(live: Scratch) -> None:
    live.tool("aws", '#!/bin/sh\n[ "$1" = inner ] || exec aws inner\necho "$AXIUM_WRAPPED $*"\n')

    assert live.run("aws", "s3").stdout.splitlines() == ["wrapx -- aws s3", "aws inner"]


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        (["aws", "s3"], {"AXIUM_OFF": "1"}),
        (["aws", "s3"], {"AXIUM_WRAPPED": "aws"}),
        (["axium", "run", "aws", "s3"], {"AXIUM_OFF": "1"}),
    ],
)
def test_stepping_aside_runs_the_tool_itself(
    live: Scratch, argv: list[str], env: dict[str, str]
) -> None:
    assert live.run(*argv, env=env).stdout == "aws s3 in nothing\n"


@pytest.mark.parametrize("copied", ["cp -RL", "cp -R"])
def test_a_copy_of_the_shims_is_not_taken_for_the_tool(
    live: Scratch, shims: Path, copied: str
) -> None:
    copy = live.root / "copy"
    live.run("sh", "-c", f"{copied} {shims} {copy}", check=True)

    done = live.run("aws", "s3", env={"PATH": f"{copy}:{live.environ['PATH']}"}, timeout=10)

    assert done.stdout.splitlines() == HELD


def test_exit_code_input_and_arguments_are_the_tools(live: Scratch) -> None:
    live.tool("aws", "#!/bin/sh\ncat\nprintf '<%s>' \"$@\"\nexit 7\n")
    live.tool("wrapx", '#!/bin/sh\nshift\nexec "$@"\n')

    done = live.run("aws", "", "a b", "*", "$(x)", stdin="input\n")

    assert (done.returncode, done.stdout) == (7, "input\n<><a b><*><$(x)>")


@pytest.mark.parametrize("fallback", ["", ", fallback: plain"])
def test_a_tool_or_a_program_of_the_rule_that_is_missing(live: Scratch, fallback: str) -> None:
    rule = f"prefixes:\n  - {{command: aws, prefix: 'no-such --'{fallback}}}\n"
    (live.home / "prefixes.yaml").write_text(rule)
    live.axium("daemon", "reload")

    done = live.run("aws", "s3")

    if fallback:
        assert (done.returncode, done.stdout) == (0, "aws s3 in prod\n")
    else:
        assert (done.returncode, done.stdout) == (127, "")
        assert "`no-such`, which its rule names, is not there" in done.stderr


def test_a_tool_that_is_not_there_is_not_its_shim(live: Scratch) -> None:
    (live.bin / "terrafirm").unlink()

    done = live.run("axium", "run", "terrafirm", env={"AXIUM_OFF": "1"})

    assert done.returncode == 127
    assert done.stderr == "✗ `terrafirm` did not run: it is not on PATH\n"


def test_an_axium_that_is_gone_is_told(live: Scratch, shims: Path) -> None:
    launcher = shims / ".axium-shim"
    text = launcher.read_text()
    launcher.write_text(text.replace("__main__.py", "gone.py"))

    done = live.run("aws", "s3")

    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr.startswith("✗ `aws` did not run: the axium of its shim is gone: ")


def test_install_follows_the_wrapped_names(configured: Scratch, shims: Path) -> None:
    link = ".axium-shim"
    assert content(shims) == {link: "", "aws": link, "terrafirm": link}
    rules = PREFIXES.replace("terrafirm", "tofu")
    (configured.home / "prefixes.yaml").write_text(rules)

    told = configured.axium("shim", "install", "-n")
    done = configured.axium("shim", "install", "-v")

    assert told.stdout.splitlines() == ["would add tofu", "would remove terrafirm"]
    assert done.stderr == f"✓ 2 shims in {shims}\n"
    assert content(shims) == {link: "", "aws": link, "tofu": link}


def test_some_names_only_and_none_that_is_not_wrapped(configured: Scratch) -> None:
    done = configured.axium("shim", "install", "aws", env={"PATH": "/usr/bin:/bin"})
    refused = configured.axium("shim", "install", "terrafrim")

    directory = configured.home / "shims"
    assert list(content(directory)) == [".axium-shim", "aws"]
    assert done.stderr.splitlines() == [
        f"! {directory} is not first on PATH",
        "  put it there, by the last line of your shell's start file:",
        f'  export PATH={directory}:"$PATH"   (bash, zsh)',
        f"  fish_add_path --global --move --prepend '{directory}'   (fish)",
    ]
    assert refused.returncode == 1
    assert refused.stderr == ("✗ `terrafrim` is not wrapped\n  did you mean `terrafirm`?\n")


def test_a_tool_that_is_found_before_its_shim_is_told(configured: Scratch) -> None:
    path = f"{configured.environ['PATH']}:{configured.home}/shims"

    done = configured.axium("shim", "install", env={"PATH": path})

    assert done.stderr.splitlines()[0] == (
        f"! {configured.home}/shims is not first on PATH: `aws` is {configured.bin}/aws there"
    )


def test_a_foreign_file_is_never_overwritten_or_taken_away(configured: Scratch) -> None:
    directory = configured.user / "bin dir"
    directory.mkdir()
    (directory / "aws").write_text("mine")
    before = content(directory)

    refused = configured.axium("shim", "install", "--dir", str(directory))
    assert (refused.returncode, content(directory)) == (1, before)
    assert refused.stderr == (
        f"✗ `{directory}/aws` is there already, and no shim\n"
        "  move it away, or name another directory: `--dir DIR`\n"
    )

    configured.axium("shim", "install", "terrafirm", "--dir", str(directory))
    assert set(content(directory)) == {".axium-shim", "aws", "terrafirm"}
    configured.axium("shim", "remove", "--dir", str(directory))
    assert content(directory) == before


def test_removal_leaves_nothing_of_ours(configured: Scratch, shims: Path) -> None:
    one = configured.axium("shim", "remove", "aws")
    assert (one.returncode, list(content(shims))) == (0, [".axium-shim", "terrafirm"])

    wrong = configured.axium("shim", "remove", "aws")
    assert wrong.stderr.splitlines()[0] == f"✗ no shim `aws` in {shims}"

    assert configured.axium("shim", "remove", "-n").stdout == "would remove terrafirm\n"
    rest = configured.axium("shim", "remove", "-v")
    assert rest.stderr == f"✓ 1 shims are gone from {shims}\n"
    assert not shims.exists()
    assert configured.axium("shim", "remove").returncode == 0


def test_a_directory_that_was_there_before_stays(configured: Scratch) -> None:
    directory = configured.user / "bin"
    directory.mkdir()

    configured.axium("shim", "install", "--dir", "bin")
    configured.axium("shim", "remove", "--dir", "bin")

    assert list(directory.iterdir()) == []


def test_list_shows_them_and_what_is_not_as_it_should_be(configured: Scratch, shims: Path) -> None:
    (configured.home / "prefixes.yaml").write_text(PREFIXES.replace("terrafirm", "tofu"))

    assert configured.axium("shim", "list").stdout == "aws\nterrafirm\n"
    assert json.loads(configured.axium("shim", "list", "--json").stdout) == {
        "directory": str(shims),
        "shims": ["aws", "terrafirm"],
        "not_wrapped": ["terrafirm"],
        "missing": ["tofu"],
        "hidden": [],
    }


@pytest.mark.parametrize("verb", ["install", "remove", "list"])
def test_an_empty_directory_is_not_the_one_that_it_is_typed_in(
    configured: Scratch, verb: str
) -> None:
    before = content(configured.user)

    done = configured.axium("shim", verb, "--dir", "")

    told = "✗ `--dir` names no directory\n  give one, or leave it out\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert content(configured.user) == before


@pytest.mark.parametrize("chosen", ["", "a/b"])
def test_what_a_full_disk_did_not_take_leaves_nothing_behind(
    configured: Scratch, chosen: str
) -> None:
    before = sorted(configured.root.rglob("*"))
    shims = Shims(Home(str(configured.home)), configured.user / chosen if chosen else None)
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, whole[1]))  # no file may grow
    try:
        with pytest.raises(OSError, match="File too large"):
            shims.apply(shims.changes(["aws"]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)

    assert sorted(configured.root.rglob("*")) == before
