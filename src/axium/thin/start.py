"""Starting the daemon, and waiting until it says that it answers."""

import posix
import sys
import time
from posix import _exit

from axium.thin.client import OWN_HOME, ask
from axium.thin.paths import Home, home_of, server_of, socket_path
from axium.thin.quote import quote, quote_object
from axium.thin.say import reason
from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DAEMON = __file__.rpartition("/thin/")[0] + "/daemon/__main__.py"
READY_TIMEOUT = 10.0
"""Seconds; a daemon answers 50 ms after its start, but the machine may be starting as well."""

TAKEN_TIMEOUT = 5.0
"""Seconds for the daemon that another has just started."""

ATTACH_TIMEOUT = 1.0
"""Seconds; a status line is not worth more of the caller's time."""

LOG_TAIL = 3
"""Lines of the log that are shown."""

KEPT = (
    "HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TZ", "TMPDIR", "TMUX_TMPDIR",
    "AXIUM_HOME", "AXIUM_SOCKET", "AXIUM_DEBUG", "AXIUM_TMUX_MINIMAL", "AXIUM_PERMS_STRICT",
)  # fmt: skip
KEPT_PREFIXES = ("LC_", "XDG_")
"""What reaches the daemon; whatever else a pane exports, its secrets above all, does not."""


class StartFailed(Exception):
    """No daemon came up; the text is the reason."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


def start(home: Home, environ: "Mapping[str, str]") -> None:
    """Start the daemon of `home` and return once it answers. StartFailed with the reason."""
    _check_owner(home)
    _understand(_started(home, environ), home, environ)
    _attach_tmux(environ)


def command(*options: str) -> list[str]:
    """The daemon's command line."""
    return [sys.executable, "-I", "-S", "-E", DAEMON, *options]


def scrubbed(home: Home, environ: "Mapping[str, str]") -> dict[str, str]:
    """The daemon's environment."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in KEPT or name.startswith(KEPT_PREFIXES)
    }
    if environ.get("AXIUM_HOME"):
        kept["AXIUM_HOME"] = home.root  # the daemon runs in `/`, where a relative path is another
    return kept


def _check_owner(home: Home) -> None:
    """Refuse a home that `sudo` brought along: its owner could not use what root leaves in it."""
    try:
        owner = posix.stat(encode(home.root)).st_uid
    except OSError:
        return  # whoever needs it says what is wrong with it
    if owner != posix.geteuid():
        raise StartFailed(
            f"{home.root} belongs to uid {owner}, not to you",
            OWN_HOME,
        )


def _started(home: Home, environ: "Mapping[str, str]") -> str:
    """What a new daemon says of its start."""
    reader, writer = posix.pipe()
    try:
        _spawn(home, environ, writer)
        return _line(reader)
    except OSError as error:
        raise StartFailed(f"the daemon did not start: {reason(error)}") from error
    finally:
        posix.close(reader)


def _spawn(home: Home, environ: "Mapping[str, str]", ready: int) -> None:
    """Leave a process behind that becomes the daemon; `ready` is its own from then on."""
    try:
        log = _open_log(home)
        child = posix.fork()
        if child == 0:
            _fork_again(log, ready, scrubbed(home, environ))
        posix.close(log)
        posix.waitpid(child, 0)
    finally:
        posix.close(ready)


def _fork_again(log: int, ready: int, environ: dict[str, str]) -> None:
    """End as a child whose own child is the daemon.

    Twice, because whoever we become, the user's own tool, must not find a child that it never
    started.
    """
    try:
        if posix.fork() == 0:
            _become_daemon(log, ready, environ)
    finally:
        _exit(0)


def _open_log(home: Home) -> int:
    try:  # noqa: SIM105 (contextlib costs 2 ms)
        posix.mkdir(encode(home.logs), 0o700)
    except FileExistsError:
        pass
    # O_NONBLOCK: a FIFO in its place, which nobody reads, would keep us waiting for ever.
    flags = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NONBLOCK
    try:
        return posix.open(encode(home.log), flags, 0o600)
    except OSError:
        _check_log(home)
        raise


def _check_log(home: Home) -> None:
    """Tell of something else in the log's place."""
    try:
        mode = posix.stat(encode(home.log)).st_mode
    except OSError:
        return
    if mode & 0o170000 != 0o100000:
        raise StartFailed(f"the daemon did not start: {home.log} is no file", "move it away")


def _become_daemon(log: int, ready: int, environ: dict[str, str]) -> None:
    """Only system calls from here on; every way ends the process."""
    try:
        posix.setsid()
        posix.chdir("/")
        posix.umask(0o077)
        _arrange(log, ready)
        words = [encode(word) for word in command("--ready-fd", "3")]
        variables = {encode(name): encode(value) for name, value in environ.items()}
        posix.execve(words[0], words, variables)
    except OSError as error:
        posix.write(2, encode(f"cannot run `{sys.executable}`: {error.strerror}\n"))
    finally:
        _exit(127)


def _arrange(log: int, ready: int) -> None:
    """Nothing, log, log, ready: and no other descriptor of the caller's."""
    # Above 3 first, so that no target is a source that is still needed.
    null, log, ready = [
        _above(fd, 10) for fd in (posix.open("/dev/null", posix.O_RDONLY), log, ready)
    ]
    for target, source in ((0, null), (1, log), (2, log), (3, ready)):
        posix.dup2(source, target)
    posix.closerange(4, posix.sysconf("SC_OPEN_MAX"))


def _above(fd: int, least: int) -> int:
    while fd < least:
        fd = posix.dup(fd)
    return fd


def _line(reader: int) -> str:
    import select

    deadline = time.monotonic() + READY_TIMEOUT
    said = b""
    while not said.endswith(b"\n"):
        if not select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise StartFailed(f"the daemon did not answer within {READY_TIMEOUT:g} s")
        chunk = posix.read(reader, 4096)
        if not chunk:
            break
        said += chunk
    return decode(said).strip()


def _understand(said: str, home: Home, environ: "Mapping[str, str]") -> None:
    word, _, rest = said.partition(" ")
    if word == "taken":
        _await_other(environ)
    elif word == "error":
        raise StartFailed(f"the daemon did not start: {rest}", f"its log is {home.log}")
    elif word != "ready":
        raise StartFailed("the daemon ended as it started", _tail(home.log))


def _await_other(environ: "Mapping[str, str]") -> None:
    """Another daemon of this home is starting, or is there and hangs."""
    deadline = time.monotonic() + TAKEN_TIMEOUT
    while time.monotonic() < deadline:
        if answers(environ):
            return
        _check_place(environ)
        time.sleep(0.005)
    raise StartFailed(
        "another daemon of this home does not answer",
        f"its pid is in {home_of(environ).pid}",
    )


def _check_place(environ: "Mapping[str, str]") -> None:
    """Tell of a daemon that answers, but was started with another AXIUM_SOCKET, or with none."""
    link = home_of(environ).socket_link
    if not environ.get("AXIUM_SOCKET") or not _answers_at(link):
        return
    try:
        place = decode(posix.readlink(encode(link)))
    except OSError:
        place = link  # the socket itself
    if place != environ["AXIUM_SOCKET"]:
        raise StartFailed(
            f"the daemon of this home listens at {place}, not at AXIUM_SOCKET "
            f"`{environ['AXIUM_SOCKET']}`",
            "unset AXIUM_SOCKET here, or stop that daemon first",
        )


def answers(environ: "Mapping[str, str]") -> bool:
    """Whether a daemon answers a ping."""
    return _answers_at(socket_path(environ))


def _answers_at(path: str) -> bool:
    try:
        return bool(ask(b'{"cmd": "ping"}\n', path))
    except OSError:
        return False


def _attach_tmux(environ: "Mapping[str, str]") -> None:
    """Have the tmux server around us served: its hook may have run before any daemon did."""
    server = server_of(environ)
    if server is None:
        return
    request = quote_object({"cmd": quote("tmux_attach"), "server": quote(server)})
    try:  # noqa: SIM105 (contextlib costs 2 ms)
        ask(encode(request) + b"\n", socket_path(environ), ATTACH_TIMEOUT)
    except OSError:
        pass  # the daemon answers all the same, and the next hook attaches


def _tail(log: str) -> str:
    try:
        fd = posix.open(encode(log), posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return f"see {log}"
    try:
        size = posix.fstat(fd).st_size
        text = posix.pread(fd, 4096, max(0, size - 4096))
    finally:
        posix.close(fd)
    lines = decode(text).splitlines()[-LOG_TAIL:]
    return "\n  ".join([f"see {log}; its last lines:", *lines])
