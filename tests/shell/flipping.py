"""A home whose environment a command in the shell changes, as a daemon would."""

from __future__ import annotations

from tests.shell.scene import Scene

STARSHIP_TOML = """\
format = "$env_var$status> "
[env_var.AXIUM_ENV]
format = "<$env_value>"
[status]
disabled = false
pipestatus = true
format = "$status"
pipestatus_format = "p$pipestatus"
pipestatus_segment_format = "$status"
"""


def make_flipping(scene: Scene) -> Scene:
    """`prod` everywhere; `flip dev` makes it another one."""
    scene.commands("aws")
    for env, stamp in (("dev", "s2"), ("test", "s3"), ("prod", "s1")):
        scene.table("<aws", f"<{env}", stamp=stamp)
        scene.linked(env, stamp).rename(scene.published / f"next-{env}")
    scene.linked("prod")
    scene.scratch.tool(
        "flip", f'#!/bin/sh\ncd {scene.published} && ln "next-$1" new && mv new global\n'
    )
    (scene.scratch.user / "starship.toml").write_text(STARSHIP_TOML)
    return scene
