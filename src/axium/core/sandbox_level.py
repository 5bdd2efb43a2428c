"""How far this machine holds a gear to its policy: found out once, by a process of its own."""

import os
import subprocess
import sys
from functools import cache
from typing import Literal, NamedTuple

import msgspec

PROGRAM = __file__.rpartition("/core/")[0] + "/plugins/sandbox/__main__.py"

ENFORCED = "enforced"

_SECS = 10.0
"""It takes 0.1; a machine that is starting takes longer."""


class Levels(NamedTuple):
    """`enforced`, `partial: WHY` or `none: WHY`: of gears with `exec`, and without.

    `agent` is that of gears which may ask the user's ssh-agent.
    """

    programs: str
    plain: str
    agent: str

    def of(self, *, programs: bool, agent: bool) -> str:
        """That of one gear."""
        if agent:
            return self.agent
        return self.programs if programs else self.plain


class _Tier(msgspec.Struct):
    level: Literal["enforced", "partial", "none"]
    why: str

    def __str__(self) -> str:
        return f"{self.level}: {self.why}" if self.why else self.level


class _Found(msgspec.Struct):
    programs: _Tier
    plain: _Tier
    agent: _Tier


def levels(command: tuple[str, ...] = (sys.executable, "-I", "-S", "-E", PROGRAM)) -> Levels:
    """What is in force here; blocks, the first time. Never raises: what isn't known is not there.

    It is asked again where no answer came.
    """
    try:
        return _found_out(command)
    except subprocess.TimeoutExpired:
        return _nothing(f"the trial has not ended within {_SECS:g} s")
    except OSError as error:
        return _nothing(f"the trial can't be run: {os.strerror(error.errno or 0).lower()}")
    except ValueError as error:
        return _nothing(str(error))


@cache
def _found_out(command: tuple[str, ...]) -> Levels:
    """OSError, ValueError, subprocess.TimeoutExpired."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECS, check=False, env={}
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ValueError(f"the trial ended with {done.returncode}: {last[:200]}")
    found = msgspec.json.decode(done.stdout, type=_Found)
    return Levels(str(found.programs), str(found.plain), str(found.agent))


def _nothing(why: str) -> Levels:
    return Levels(*[f"none: {why}"] * 3)
