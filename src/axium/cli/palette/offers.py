"""What a field's value may be: environments, panes, programs, files, ..."""

import posix

from axium.cli.palette.matching import Finder
from axium.cli.palette.menu import Offer
from axium.cli.palette.process import output
from axium.thin.launch import DEFAULT_PATH
from axium.thin.paths import Home, cwd, pane_of, server_of, user_home
from axium.thin.published import commands as wrapped
from axium.thin.published import read
from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from axium.cli.palette.form import Field
    from axium.cli.palette.menu import Item
    from axium.thin.catalogue import Command

PANES = "#{pane_id}\t#{session_name}:#{window_index}.#{pane_index} #{pane_current_command}"


class Offers:
    """What may be offered here; what takes long to learn is learnt once."""

    def __init__(
        self, home: Home, around: "Mapping[str, str]", commands: "Sequence[Command]"
    ) -> None:
        self._home = home
        self._around = around
        self._commands = commands
        self._finders: dict[str, Finder] = {}

    def __call__(self, field: "Field", text: str) -> "Sequence[Item]":
        """Those that `text`, the field's value so far, may mean."""
        tail = text if field.kind == "command" else text.rpartition(" ")[2]
        if field.kind == "path":
            return _files(tail if field.many else text, self._around)
        if field.kind == "rest" and " " in text.lstrip():
            return []
        return self._finder(field).find(tail if field.takes_many else text)

    def _finder(self, field: "Field") -> Finder:
        key = field.kind
        if key not in self._finders:
            self._finders[key] = Finder(self._all(field), {})
        return self._finders[key]

    def _all(self, field: "Field") -> "Iterable[Offer]":
        if field.is_choice:
            return [Offer(word) for word in field.kind[1:-1].split(",")]
        learn = {
            "env": self._envs,
            "pane": self._panes,
            "wrapped": self._wrapped,
            "spoke": lambda: self._plugins("spoke"),
            "gear": lambda: self._plugins("gear"),
            "link": lambda: self._published("links"),
            "method": lambda: self._published("methods"),
            "wrappable": self._programs,
            "rest": self._programs,
            "command": self._names,
            "key": self._keys,
        }.get(field.kind)
        return learn() if learn else []

    def _envs(self) -> "Iterable[Offer]":
        return [Offer(name) for name in names_of_envs(self._home)]

    def _wrapped(self) -> "Iterable[Offer]":
        try:
            return [Offer(name) for name in wrapped(self._home) or []]
        except ValueError:
            return []

    def _plugins(self, kind: str) -> "Iterable[Offer]":
        directory = f"{self._home.root}/{kind}s"
        manifests = {f"{kind}.yaml", "manifest.yaml"}
        names = [name for name in sorted(_listed(directory)) if not name.startswith(".")]
        return [Offer(name) for name in names if manifests & {*_listed(f"{directory}/{name}")}]

    def _published(self, file: str) -> "Iterable[Offer]":
        try:
            words = read(f"{self._home.run}/{file}") or []
        except ValueError:
            return []
        return [Offer(name) for name in dict.fromkeys([word.split(" ")[-1] for word in words])]

    def _panes(self) -> "Iterable[Offer]":
        if server_of(self._around) is None:
            return []
        listed = output(["tmux", "list-panes", "-a", "-F", PANES], self._around)
        return [Offer(*line.split("\t", 1)) for line in decode(listed).splitlines() if line]

    def _keys(self) -> "Iterable[Offer]":
        # json costs 6 ms: only who is asked for a property pays.
        from axium.thin.query import query

        asked = {"cmd": "get_env_data", "pane": pane_of(self._around)}
        try:
            told = query(asked, self._around).get("env_data", {})
        except (OSError, ValueError):
            return []
        return [Offer(name) for name in told]

    def _names(self) -> "Iterable[Offer]":
        return [Offer(command.name, command.help) for command in self._commands]

    def _programs(self) -> "Iterable[Offer]":
        known = {offer.name for offer in self._wrapped()}
        found: set[str] = set()
        for directory in self._around.get("PATH", DEFAULT_PATH).split(":"):
            found.update(_listed(directory or "."))
        return [
            *[Offer(name, "wrapped") for name in sorted(known)],
            *[Offer(name) for name in sorted(found - known)],
        ]


def names_of_envs(home: Home) -> list[str]:
    """The names of the environments, as they were published last."""
    try:
        return read(home.run + "/envs") or []
    except ValueError:
        return []


def _files(text: str, around: "Mapping[str, str]") -> list[Offer]:
    """The files that begin so, directories with a slash."""
    head, slash, begin = text.rpartition("/")
    shown = head + slash
    place = shown or "."
    if shown.startswith("~/"):
        shown = place = user_home(around) + shown[1:]
    names = [name for name in sorted(_listed(place)) if name.startswith(begin)]
    return [
        Offer(shown + name + "/" * _is_directory(f"{place}/{name}"))
        for name in names
        if begin or not name.startswith(".")
    ]


def _listed(directory: str) -> list[str]:
    try:
        return [decode(name) for name in posix.listdir(encode(directory or cwd()))]
    except OSError:
        return []


def _is_directory(path: str) -> bool:
    try:
        return posix.stat(encode(path)).st_mode & 0o170000 == 0o040000
    except OSError:
        return False
