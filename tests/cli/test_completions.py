"""`axium completions`: what is listed, and the files by which a shell finds it without our hook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from axium.core.completion_files import MARK
from axium.thin.catalogue import shipped
from tests.support import Scratch

FILES = {
    "bash": [f".local/share/bash-completion/completions/{name}" for name in ("axium", "ax")],
    "zsh": [".local/share/zsh/site-functions/_axium"],
    "fish": [f".config/fish/completions/{name}.fish" for name in ("axium", "ax")],
}


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium completions ARGS`."""
    done = scratch.axium("completions", *args, env=env)
    return done.returncode, done.stdout, done.stderr


def places(scratch: Scratch, shell: str) -> list[Path]:
    """Where the files of a shell belong."""
    return [scratch.user / path for path in FILES[shell]]


def test_every_command_is_listed_a_line_sorted_before_any_daemon_ran(scratch: Scratch) -> None:
    names = sorted(record.partition("\t")[0] for record in shipped())
    listed = (0, "".join(f"{name}\n" for name in names), "")
    assert said(scratch, "list") == listed
    assert said(scratch, "list", "--shell", "fish") == listed
    assert json.loads(said(scratch, "list", "--json")[1]) == {"commands": names}
    assert list(scratch.home.iterdir()) == []


@pytest.mark.parametrize("prefix", [("env s",), ("ENV", "S"), ("Env S",)])
def test_a_prefix_chooses_whatever_its_case(scratch: Scratch, prefix: tuple[str, ...]) -> None:
    assert said(scratch, "list", *prefix) == (0, "env set\nenv show\n", "")


def test_what_begins_no_command_lists_nothing(scratch: Scratch) -> None:
    assert said(scratch, "list", "zzz") == (0, "", "")


def test_an_unknown_shell_is_refused(scratch: Scratch) -> None:
    for verb in ("list", "install"):
        assert said(scratch, verb, "--shell", "fisch") == (
            1,
            "",
            "✗ no completion for the shell `fisch`\n  did you mean `fish`?\n",
        )


def test_refreshing_writes_what_was_damaged(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    catalogue = scratch.home / "catalogue"
    whole = catalogue.read_bytes()
    catalogue.write_bytes(b"")
    assert said(scratch, "refresh") == (0, "", "")
    assert catalogue.read_bytes() == whole


@pytest.mark.parametrize("shell", FILES)
def test_the_files_are_installed_once_and_said(scratch: Scratch, shell: str) -> None:
    found = places(scratch, shell)
    code, data, talk = said(scratch, "install", "--shell", shell)
    assert (code, data) == (0, "")
    assert [f"✓ wrote {path}" for path in found] == [
        line for line in talk.splitlines() if "wrote" in line
    ]
    assert {MARK in path.read_text() for path in found} == {True}
    assert said(scratch, "install", "--shell", shell) == (0, "", "")


def test_zsh_is_told_the_line_that_it_needs(scratch: Scratch) -> None:
    talk = said(scratch, "install", "--shell", "zsh")[2].splitlines()
    directory = places(scratch, "zsh")[0].parent
    assert talk[-1] == (
        f"! put this line before `compinit` in your .zshrc: fpath=({directory} $fpath)"
    )
    script = f"fpath=({directory} $fpath); autoload -U compinit; compinit -D"
    done = scratch.run("zsh", "-fc", f"{script}; print $_comps[axium] $_comps[ax]")
    assert (done.stdout, done.stderr) == ("_axium _axium\n", "")


def test_the_login_shell_is_the_one_that_is_meant(scratch: Scratch) -> None:
    assert said(scratch, "install", SHELL="/usr/bin/fish")[0] == 0
    assert [path.exists() for path in places(scratch, "fish")] == [True, True]
    assert said(scratch, "install", SHELL="/bin/dash") == (
        1,
        "",
        (
            "✗ no completion for the shell `dash`\n"
            "  name one: `axium completions install --shell bash`\n"
        ),
    )


def test_a_dry_run_tells_and_writes_nothing(scratch: Scratch) -> None:
    found = places(scratch, "bash")
    told = "".join(f"would write {path}\n" for path in found)
    assert said(scratch, "install", "-n", "--shell", "bash") == (0, told, "")
    assert [path.exists() for path in found] == [False, False]


@pytest.mark.parametrize("foreign", ["file", "link", "directory"])
def test_a_foreign_file_is_never_replaced_and_nothing_is_written_beside_it(
    scratch: Scratch, foreign: str
) -> None:
    other, path = places(scratch, "bash")
    path.parent.mkdir(parents=True)
    if foreign == "file":
        path.write_text("complete -F mine ax\n")
    elif foreign == "link":
        path.symlink_to("elsewhere")
    else:
        path.mkdir()
    assert said(scratch, "install", "--shell", "bash") == (
        1,
        "",
        (
            f"✗ `{path}` is not of our making, and stays as it is\n"
            "  move it away, or go without: the hook brings the completion along\n"
        ),
    )
    assert list(path.parent.iterdir()) == [path]
    assert not other.exists()


def test_the_base_directories_of_the_user_are_kept_to(scratch: Scratch) -> None:
    data, config, own = (str(scratch.root / name) for name in ("data", "config", "own"))
    around = {"XDG_DATA_HOME": data, "XDG_CONFIG_HOME": config, "BASH_COMPLETION_USER_DIR": own}
    for shell in FILES:
        assert said(scratch, "install", "--shell", shell, **around)[0] == 0
    found = {str(path) for name in (data, config, own) for path in Path(name).rglob("*ax*")}
    assert found == {
        f"{data}/zsh/site-functions/_axium",
        f"{config}/fish/completions/axium.fish",
        f"{config}/fish/completions/ax.fish",
        f"{own}/completions/axium",
        f"{own}/completions/ax",
    }


def test_a_home_of_any_name_is_sourced_and_never_run(scratch: Scratch) -> None:
    home = scratch.root / "a 'home' $(touch canary) \"x\""
    for shell, name in (("bash", "bash/complete.bash"), ("fish", "fish/complete.fish")):
        said(scratch, "install", "--shell", shell, AXIUM_HOME=str(home))
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("echo sourced\n")
        done = scratch.run(shell, places(scratch, shell)[0])
        assert (done.stdout, done.stderr) == ("sourced\n", "")
    assert not (scratch.user / "canary").exists()
