"""The playbooks that run or ran, a file each; and the HUD's segment, which is made of them.

A file is locked for as long as its playbook runs: whatever ends that, however, unlocks it.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from axium.core.hud_segments import HudSegment

CHANGED = "ansible_changed"
"""The event that tells of a playbook's beginning and end."""

REFRESH_SECS = 30.0
"""How soon the HUD sees that one was killed, or is long over."""


class Run(NamedTuple):
    """One playbook; `code` is None until it has ended, `at` when that was, or when it began.

    `keep` is for how many seconds the HUD shows how it ended.
    """

    playbook: str
    env: str
    at: float
    keep: float
    code: int | None = None


class Live:
    """A run of this process. OSError."""

    def __init__(self, directory: str, run: Run) -> None:
        self.run = run
        os.makedirs(directory, mode=0o700, exist_ok=True)
        sweep(directory)
        name = f"{os.getpid()}-{time.time_ns()}.json"
        # Locked before anybody can see it.
        self._fd = os.open(f"{directory}/.{name}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        self._write()
        os.rename(f"{directory}/.{name}", f"{directory}/{name}")

    def end(self, code: int) -> None:
        """Note how it ended."""
        self.run = self.run._replace(code=code, at=time.time())
        self._write()
        os.close(self._fd)

    def _write(self) -> None:
        data = json.dumps(self.run).encode()
        os.pwrite(self._fd, data, 0)
        os.ftruncate(self._fd, len(data))


def runs_in(directory: str) -> Iterator[tuple[Run, bool]]:
    """All that are known, and whether each is still running."""
    for path in _paths(directory):
        with suppress(OSError, ValueError, TypeError), open(path, "rb") as file:
            is_live = _is_locked(file.fileno())
            run = Run(*json.loads(file.read()))
            # What was killed could not say how it ended.
            yield (run if is_live or run.code is not None else run._replace(code=-9)), is_live


def sweep(directory: str) -> None:
    """Remove what the HUD shows no more."""
    now = time.time()
    for path in _paths(directory):
        with suppress(OSError, ValueError, TypeError):
            with open(path, "rb") as file:
                is_over = not _is_locked(file.fileno()) and is_old(
                    Run(*json.loads(file.read())), now
                )
            if is_over:
                os.unlink(path)


def is_old(run: Run, now: float) -> bool:
    """Whether the HUD shows it no more."""
    return now - run.at > run.keep


def _paths(directory: str) -> list[str]:
    with suppress(FileNotFoundError):
        names = sorted(os.listdir(directory))
        return [f"{directory}/{name}" for name in names if not name.startswith(".")]
    return []


def _is_locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def shown(runs: Sequence[tuple[Run, bool]], env: str, now: float) -> str:
    """What the HUD shows in an environment: what runs, else how the last one ended."""
    running = [run for run, is_live in runs if is_live]
    if running:
        word = "running" if len(running) == 1 else f"{len(running)} running"
        return _of({run.env for run in running}, env, word)
    ended = [run for run, _ in runs if not is_old(run, now)]
    if not ended:
        return ""
    last = max(ended, key=lambda run: run.at)
    return _of({last.env}, env, "failed" if last.code else "ok")


def _of(envs: set[str], env: str, word: str) -> str:
    """With the name of the environment where that is another one than here."""
    return word if env in envs or envs == {""} else f"{' '.join(sorted(envs))} {word}"


class Runs(HudSegment):
    """`ansible:running`, `ansible:ok`, `ansible:prod failed`; hidden where nothing runs or ran."""

    refresh = REFRESH_SECS

    def __init__(self, name: str, directory: str) -> None:
        super().__init__(name)
        self._directory = directory

    def render(self, context: Mapping[str, Any]) -> str | None:
        """What `shown` says."""
        return shown(list(runs_in(self._directory)), context["env"], time.time())
