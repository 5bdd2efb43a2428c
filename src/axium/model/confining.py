"""The policy of a gear, made from what the gear may do."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from axium.model.grants import start_files
from axium.model.pattern_tokens import ACROSS, Components, alternatives
from axium.model.permissions import Effective
from axium.model.policy import Policy


class Places(NamedTuple):
    """What no gear reaches by itself, whatever it was granted; all absolute and real.

    `own` is what axium keeps: config home, state, what is published, the private directories
    of all gears. `programs` is what runs it, and what it runs: its package, the interpreter,
    linked plugins. `starting` is where what starts programs is, as far as links lead elsewhere.
    """

    home: str
    own: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    starting: tuple[str, ...] = ()


class Brokered(NamedTuple):
    """A granted pattern that the kernel can't be given as it is: the daemon opens such files."""

    pattern: str
    why: str


_SPECIAL = ("/proc", "/sys", "/dev", "/run", "/var/run")
_PROCESS = re.compile(r"/proc/(self|thread-self|[0-9]+)(/|$)")
_ONE_FILE = "names files, not all that is in a directory"
_TAKEN_AWAY = "something in it was taken away"


def policy_of(
    rights: Effective,
    places: Places,
    *,
    directory: str,
    scratch: tuple[str, ...],
    here: str | None = None,
) -> tuple[Policy, tuple[Brokered, ...]]:
    """The policy of a gear, and what of its grants goes through the daemon alone.

    `here` is what `./**` means: the directory in which a command was started.
    """
    brokered: list[Brokered] = []
    found: dict[str, dict[str, None]] = {"fs_read": {}, "fs_write": {}}
    for name, patterns in (("fs_read", rights.fs_read), ("fs_write", rights.fs_write)):
        away = rights.refused.get("fs_read" if name == "fs_read" else "fs_write", ())
        forbidden = _untouchable(places, directory, is_write=name == "fs_write")
        for pattern in patterns:
            for path in _directories(pattern, places.home, here):
                why = _why_brokered(path, away, forbidden, places.home, here)
                if why is None:
                    found[name][path or ""] = None
                else:
                    brokered.append(Brokered(pattern, why))
    policy = Policy(
        home=places.home,
        directory=directory,
        scratch=scratch,
        reads=tuple(found["fs_read"]),
        writes=tuple(found["fs_write"]),
        exec=rights.exec is True,
        net=rights.net is True,
        agent="ssh-agent" in rights.unix,
    )
    return policy, tuple(dict.fromkeys(brokered))


def _directories(pattern: str, home: str, here: str | None) -> Iterator[str | None]:
    """For each alternative of a pattern `DIRECTORY/**` that directory; None for any other."""
    for components in alternatives(pattern):
        plain = _plain(components)
        is_whole = components[-1:] == ((ACROSS,),) and len(plain) == len(components) - 1
        root = {"~": home, ".": here}.get(pattern[0], "")
        yield None if root is None or not is_whole else _joined(root, plain)


def _plain(components: Components) -> list[str]:
    """The names at the beginning that stand for themselves alone."""
    found = []
    for tokens in components:
        letters = [_letter(token) for token in tokens]
        if None in letters:
            break
        found.append("".join([letter or "" for letter in letters]))
    return found


def _letter(token: str) -> str | None:
    """What a token stands for; None where that is more than one letter."""
    if len(token) == 2 and token[0] == "\\":
        return token[1]
    return token if len(token) == 1 and token != "*" else None


def _joined(root: str, names: list[str]) -> str:
    return root.rstrip("/") + "".join([f"/{name}" for name in names]) or "/"


def why_untouchable(path: str, places: Places, directory: str, *, is_write: bool) -> str | None:
    """Why a gear does not get at a file, whatever it was granted; None where it may.

    `path` is absolute and real, `directory` the gear's own.
    """
    if _PROCESS.match(path):
        return "it is about a process"
    forbidden = _axiums(places, directory, is_write=is_write)
    return next((why for place, why in forbidden.items() if _is_in(path, place)), None)


def _axiums(places: Places, directory: str, *, is_write: bool) -> dict[str, str]:
    """What axium keeps and, to whoever writes, what runs it and the gear; and why."""
    found = dict.fromkeys(places.own, "axium keeps files there")
    if is_write:
        found |= dict.fromkeys(places.programs, "axium runs from there")
        found[directory] = "the gear itself is there"
    return found


def _untouchable(places: Places, directory: str, *, is_write: bool) -> dict[str, str]:
    """Paths that no granted directory may contain or be inside of, and why."""
    found = _axiums(places, directory, is_write=is_write)
    if not is_write:
        return found
    starting = (*start_files(places.home), *places.starting)
    return found | dict.fromkeys(starting, "what is there starts programs")


def _why_brokered(
    path: str | None,
    away: tuple[str, ...],
    forbidden: dict[str, str],
    home: str,
    here: str | None,
) -> str | None:
    if path is None:
        return _ONE_FILE
    if path == "/" or any([_is_in(path, special) for special in _SPECIAL]):
        return "not a directory of files alone"
    for place, why in forbidden.items():
        if _is_in(path, place) or _is_in(place, path):
            return why
    for pattern in away:
        for components in alternatives(pattern):
            root = {"~": home, ".": here or "/"}.get(pattern[0], "")
            taken = _joined(root, _plain(components))
            if _is_in(path, taken) or _is_in(taken, path):
                return _TAKEN_AWAY
    return None


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")
