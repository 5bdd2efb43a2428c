"""What of a gear's grants the kernel is given, and what stays with the daemon."""

from __future__ import annotations

from typing import Any

import pytest

from axium.model.confining import Brokered, Places, policy_of
from axium.model.permissions import Permissions, effective
from axium.model.policy import Policy

HOME = "/home/ann"
GEAR = f"{HOME}/.config/axium/gears/deploy"
PLACES = Places(
    home=HOME,
    own=(f"{HOME}/.config/axium", f"{HOME}/.local/state/axium"),
    programs=("/usr", f"{HOME}/.pyenv/versions/3.12", f"{HOME}/src/my-spoke"),
    starting=(f"{HOME}/dotfiles/bashrc",),
)


def made(
    override: Permissions | None = None, here: str | None = None, **said: Any
) -> tuple[Policy, tuple[Brokered, ...]]:
    rights = effective(Permissions(**said), override, strict=False)
    return policy_of(rights, PLACES, directory=GEAR, scratch=("/tmp/g",), here=here)


def directories(*patterns: str, **more: Any) -> tuple[str, ...]:
    """What the kernel is given to read."""
    return made(fs_read=patterns, **more)[0].reads


def test_a_policy_has_what_was_granted_and_nothing_else() -> None:
    assert made(
        exec=True, net=True, fs_read=("~/.aws/**",), fs_write=("~/out/**",), ipc=("set_env",)
    ) == (
        Policy(
            home=HOME,
            directory=GEAR,
            scratch=("/tmp/g",),
            reads=(f"{HOME}/.aws",),
            writes=(f"{HOME}/out",),
            exec=True,
            net=True,
        ),
        (),
    )


def test_lists_of_programs_and_hosts_are_the_daemons_to_keep() -> None:
    policy, _ = made(exec=("aws",), net=("api.example.org:443",))
    assert (policy.exec, policy.net) == (False, False)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/srv/data/**", ("/srv/data",)),
        ("~/{a,b c}/**", (f"{HOME}/a", f"{HOME}/b c")),
        (r"/srv/a\*b/**", ("/srv/a*b",)),
        ("/srv/data/*", ()),
        ("/srv/data", ()),
        ("/srv/d*/**", ()),
        ("/srv/[d]/**", ()),
        ("/srv/**/data/**", ()),
        ("/srv/data/**.txt", ()),
        ("./**", ()),
        ("/**", ()),
        ("/proc/**", ()),
        ("/run/user/**", ()),
    ],
)
def test_only_whole_directories_are_given_to_the_kernel(
    pattern: str, found: tuple[str, ...]
) -> None:
    assert directories(pattern) == found


def test_a_dot_is_where_a_command_was_started() -> None:
    assert directories("./**", here="/srv/project") == ("/srv/project",)


@pytest.mark.parametrize(
    ("field", "pattern", "why"),
    [
        ("fs_read", "~/.aws/config", "names files, not all that is in a directory"),
        ("fs_read", "~/**", "axium keeps files there"),
        ("fs_read", "~/.config/axium/gears/**", "axium keeps files there"),
        ("fs_read", "/proc/**", "not a directory of files alone"),
        ("fs_write", "~/.local/state/**", "axium keeps files there"),
        ("fs_write", "~/.pyenv/**", "axium runs from there"),
        ("fs_write", "/usr/local/lib/**", "axium runs from there"),
        ("fs_write", "~/.ssh/**", "what is there starts programs"),
        ("fs_write", "~/bin/**", "what is there starts programs"),
        ("fs_write", "~/.aws/**", "what is there starts programs"),
        ("fs_write", "/var/spool/**", "what is there starts programs"),
        ("fs_write", "~/dotfiles/**", "what is there starts programs"),
        ("fs_write", "~/src/**", "axium runs from there"),
        ("fs_write", "/home/**", "axium keeps files there"),
    ],
)
def test_what_the_kernel_is_not_given_is_told_with_the_reason(
    field: str, pattern: str, why: str
) -> None:
    policy, brokered = made(None, None, **{field: (pattern,)})
    assert (policy.reads, policy.writes, brokered) == ((), (), (Brokered(pattern, why),))


@pytest.mark.parametrize("pattern", ["~/.pyenv/**", "~/.ssh/**", "~/src/**", "/usr/share/doc/**"])
def test_what_starts_programs_can_be_read(pattern: str) -> None:
    assert len(directories(pattern)) == 1


@pytest.mark.parametrize("away", ["!~/.aws/credentials", "!~/**", "!~/.aws/**", "!~/.a*/x"])
def test_a_directory_of_which_something_was_taken_away_goes_through_the_daemon(away: str) -> None:
    override = Permissions(fs_read=(away,))
    policy, brokered = made(override, fs_read=("~/.aws/**", "/srv/**"))
    assert [each.why for each in brokered if each.pattern == "~/.aws/**"] in (
        ["something in it was taken away"],
        [],  # the very pattern is gone
    )
    assert f"{HOME}/.aws" not in policy.reads
    assert policy.reads == ("/srv",)
