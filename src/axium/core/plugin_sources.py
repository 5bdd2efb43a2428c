"""Where a plugin is installed from: a directory, a git repository, or a name in an index file."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from axium.config.decode import decode
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import RegistryFile
from axium.config.source import Unreadable, read_text
from axium.model.manifests import Kind
from axium.model.suggest import did_you_mean

INDEX = "registry.yaml"
SHIPPED = Path(__file__).resolve().parent.parent / "shipped"
"""Plugins that come with axium, and the index of them."""

GIT_SECS = 120.0
"""How long git may take to fetch a repository."""

_GIT_URL = re.compile(r"[a-z][a-z0-9+.-]*://.+|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:.+")
_PROTOCOLS = "file:git:http:https:ssh"
"""Others, `ext::` for one, run what the address says."""

_OF_A_REPOSITORY = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_TEMPLATE_DIR",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_COMMON_DIR", "GIT_PREFIX",
)  # fmt: skip
"""What git sets for its hooks, and what would have us end up in another repository."""

_OF_A_FAULT = ("fatal:", "error:", "ssh:")
"""How git, and the ssh that it starts, begin a line that says what went wrong."""


class Source(NamedTuple):
    """Where files come from: `path` for a directory, else `url`.

    `recorded` is how the metadata has it; `name` is what the plugin must be called, if the source
    says so.
    """

    recorded: str
    path: str | None = None
    url: str | None = None
    name: str | None = None


def source_of(text: str, root: str, plugins: Kind) -> Source:
    """What somebody typed, or what was recorded. FileNotFoundError, ValueError."""
    form, colon, rest = text.partition(":")
    if colon and form in ("local", "git", "registry"):
        return _registered(rest, root, plugins) if form == "registry" else _PLACED[form](rest)
    path = os.path.expanduser(text)
    if os.path.isdir(path):
        return _local(path)
    if _GIT_URL.fullmatch(text):
        return _git(text)
    if "/" in text or text.startswith((".", "~")):
        raise FileNotFoundError(f"there is no directory `{text}`")
    return _registered(text, root, plugins)


def index(root: str, plugins: Kind) -> dict[str, Source]:
    """The plugins that can be installed by name, the user's before the shipped. ValueError."""
    found = _index(SHIPPED / INDEX, f"shipped/{INDEX}", plugins)
    return found | _index(Path(root, INDEX), INDEX, plugins)


def clone(url: str, target: str) -> str:
    """Fetch a repository's newest commit into `target`; the commit's name. ValueError, OSError."""
    if url.startswith("-"):
        raise ValueError(f"`{url}` is no address of a repository")
    _git_says("clone", "--quiet", "--depth", "1", "--template=", "--", url, target)
    return _git_says("-C", target, "rev-parse", "HEAD").strip()


def _local(path: str) -> Source:
    path = os.path.realpath(os.path.expanduser(path))
    if not os.path.isdir(path):
        raise FileNotFoundError(f"there is no directory `{path}`")
    return Source(f"local:{path}", path=path)


def _git(url: str) -> Source:
    return Source(f"git:{url}", url=url)


def _registered(name: str, root: str, plugins: Kind) -> Source:
    known = index(root, plugins)
    if name not in known:
        hint = did_you_mean(name, known) or f"known are {', '.join(sorted(known)) or 'none'}"
        raise FileNotFoundError(f"`{name}` is neither a directory nor in {INDEX}\n{hint}")
    return known[name]._replace(recorded=f"registry:{name}", name=name)


_PLACED = {"local": _local, "git": _git}


def _index(path: Path, shown: str, plugins: Kind) -> dict[str, Source]:
    findings = Findings()
    try:
        root = parse_yaml(read_text(str(path), shown), shown, findings)
    except FileNotFoundError:
        return {}
    except Unreadable as error:
        raise ValueError(str(error.fault)) from None
    file = None if root is None else decode(root, RegistryFile, findings)
    if findings.has_errors:
        raise ValueError("\n".join([str(f) for f in findings.faults if f.severity == "error"]))
    if file is None:
        return {}
    known = file.spokes if plugins == "spokes" else file.gears
    return {str(name): _of_index(str(entry.source), path.parent) for name, entry in known.items()}


def _of_index(text: str, directory: Path) -> Source:
    """A path in an index is seen from where the index is."""
    if _GIT_URL.fullmatch(text):
        return Source("", url=text)
    return Source("", path=os.path.join(directory, os.path.expanduser(text)))


def _git_says(*words: str) -> str:
    """What git prints. ValueError where it fails, with what it said of that first."""
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *words]
    with ExitStack() as held:
        interrupted = held.enter_context(_interrupts_held())
        process = _started(command)
        held.callback(_end, process)
        interrupted()
        try:
            said, talk = process.communicate(timeout=GIT_SECS)
        except subprocess.TimeoutExpired:
            raise ValueError(f"git did not end within {GIT_SECS:g} s") from None
    if process.returncode:
        raise ValueError(f"git: {_why(talk)}")
    return said


def _started(command: list[str]) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command,
            env=_environ(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            process_group=0,
        )
    except FileNotFoundError:
        raise ValueError("git is not installed, which fetches repositories") from None


@contextmanager
def _interrupts_held() -> Iterator[Callable[[], None]]:
    """Put Ctrl-C off until what is given here is called, or the end.

    One that comes while a process is being started would leave it to nobody.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None  # nor does an interrupt come here
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))

    def release() -> None:
        signal.signal(signal.SIGINT, before)
        if came:
            came.clear()
            raise KeyboardInterrupt

    try:
        yield release
    finally:
        release()


def _why(talk: str) -> str:
    """The reason in what git and its helpers said, whose last lines are of general advice."""
    said = [line for line in talk.splitlines() if line.strip()]
    reasons = [line for line in said if line.startswith(_OF_A_FAULT)]
    return (reasons or said[-1:] or ["it failed"])[0].removeprefix("fatal: ")


def _end(process: "subprocess.Popen[str]") -> None:
    """Also where we are interrupted: git, and what it started, is a group of its own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _environ(around: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in around.items() if name not in _OF_A_REPOSITORY}
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": _PROTOCOLS,
    }
