"""Shims on PATH beside the hooks: nothing is resolved twice, and nothing loops."""

from __future__ import annotations

import pytest

from axium.core.shims import Shims
from axium.thin.paths import Home
from tests.shell.scene import WHERE, Scene

SHELLS = ("scene", "zsh", "fish")


@pytest.fixture(params=SHELLS)
def shimmed(request: pytest.FixtureRequest) -> Scene:
    """`aws` and `vault` are wrapped and have shims, first on PATH; the tools record."""
    scene: Scene = request.getfixturevalue(request.param)
    scene.commands("aws", "vault")
    scene.everywhere("prod")
    scene.table("<vault", "<--", "<aws", "=AWS_PROFILE=prod", command="vault")
    scene.table("<aws", "<--profile", "<prod")
    scene.tool("vault")
    shims = Shims(Home(str(scene.home)))
    shims.apply(shims.changes(["aws", "vault"]))
    path = scene.scratch.environ["PATH"]
    scene.scratch.environ["PATH"] = f"{shims.directory}:{path}"
    # A shim that is run would be seen: by the program that it names.
    scene.tool("shim")
    (shims.directory / ".axium-shim").write_text(f'#!/bin/sh\n{scene.scratch.bin}/shim "$@"\n')
    return scene


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("aws s3", [b"aws", b"--profile", b"prod", b"s3"]),
        ("AXIUM_OFF=1 aws s3", [b"aws", b"s3"]),
        ("AXIUM_WRAPPED=aws aws s3", [b"aws", b"s3"]),
        ("PATH=$PATH: aws s3", [b"aws", b"--profile", b"prod", b"s3"]),
    ],
)
def test_a_wrapper_runs_the_tool_and_not_its_shim(
    shimmed: Scene, line: str, argv: list[bytes]
) -> None:
    typed = shimmed.type(line)

    assert (typed.stderr, shimmed.calls(), shimmed.call().argv) == ("", ["aws"], argv)


@pytest.mark.parametrize("shimmed", ["scene", "zsh"], indirect=True)
def test_options_under_which_a_shell_is_strict_do_not_matter(shimmed: Scene) -> None:
    typed = shimmed.type("(set -eu; aws s3)")

    assert (typed.stderr, shimmed.calls()) == ("", ["aws"])


def test_the_program_of_a_rule_is_the_tool_and_not_its_shim(shimmed: Scene) -> None:
    shimmed.table("<vault", "<--", "<aws")

    typed = shimmed.type("aws s3")

    assert typed.stderr == ""
    assert (shimmed.calls(), shimmed.call().argv) == (["vault"], [b"vault", b"--", b"aws", b"s3"])


def test_a_program_that_is_only_there_as_a_shim_is_missing(shimmed: Scene) -> None:
    (shimmed.scratch.bin / "vault").unlink()
    shimmed.commands("aws")  # `vault` is not wrapped any more: its shim is a left-over
    shimmed.table("<vault", "<--", "<aws")

    typed = shimmed.type("aws s3")

    assert (typed.status, shimmed.calls()) == (127, [])
    assert f"see {WHERE}: install it" in typed.stderr


def test_a_missing_program_falls_back_to_the_tool(shimmed: Scene) -> None:
    shimmed.table("<nosuch", "<aws", "?plain")

    shimmed.type("aws s3")

    assert (shimmed.calls(), shimmed.call().argv) == (["aws"], [b"aws", b"s3"])


def test_a_link_of_the_users_beside_shims_is_a_tool(shimmed: Scene) -> None:
    shims = shimmed.home / "shims"
    (shims / "aws").unlink()
    (shims / "aws").symlink_to(shimmed.tool("mine"))

    shimmed.type("aws s3")

    assert shimmed.calls() == ["aws"]
    assert shimmed.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
