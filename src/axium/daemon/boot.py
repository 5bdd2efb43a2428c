"""Winning the lock and opening the socket, before anything slow is imported.

A daemon is connectable about ten milliseconds after it was started: clients
that come before it can answer wait in the socket's queue.
"""

import fcntl
import os
import stat
import time
from _signal import (  # type: ignore[import-not-found]  # `signal` imports enum: 2 ms
    SIG_BLOCK,
    SIGHUP,
    SIGINT,
    SIGTERM,
    pthread_sigmask,
)
from _socket import AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM, socket

from axium.thin.client import LONGEST, ask, connect
from axium.thin.paths import Home, runtime_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

BACKLOG = 4096
ENDING = (SIGTERM, SIGINT, SIGHUP)
"""The signals that ask a daemon to end."""

_GIVE_UP_SECS = 7.0
"""Longer than a daemon may take to stop (`app.FINISH_SECS`)."""
_SILENT_SECS = 2.0


class Taken(Exception):
    """Another daemon of this home is running, or is the service manager's to start."""


class Unusable(Exception):
    """The home or the runtime directory can't be used; the text says which and why."""


class Hold:
    """What the live daemon of a home holds: the lock, the listening socket, and the names of both.

    `listening` is the socket's descriptor. One that was handed over stays with
    whoever handed it over when the daemon is gone, and so do its names.
    """

    def __init__(
        self, home: Home, lock: int, path: str, listening: int, *, is_handed_over: bool
    ) -> None:
        self.home = home
        self.path = path
        self.listening = listening
        self._is_handed_over = is_handed_over
        self._lock = lock
        self._identity = _identity(path)

    def is_reachable(self) -> bool:
        """Whether clients still find this very socket, and not another or none."""
        return self._identity is not None and _identity(self.home.socket_link) == self._identity

    def keep_lock(self) -> bool:
        """Lock the lock's file anew where it was removed; False where another has that one."""
        if _identity(self.home.lock) == _identity(self._lock):
            return True
        try:
            lock = _open_lock(self.home)
        except OSError:
            return True  # the home itself is out of reach: no other can lock it either
        if not _try_lock(lock):
            os.close(lock)
            return False
        os.close(self._lock)
        self._lock = lock
        return True

    def release(self) -> None:
        """Take the names away, unless they are another's by now; the lock goes with the process."""
        if not self._is_handed_over:
            for name in (self.home.socket_link, self.path):
                if _identity(name) == self._identity:
                    _drop(name)
        _drop(self.home.pid)


def take(home: Home, environ: "Mapping[str, str]") -> Hold:
    """Become the daemon of this home. Taken, Unusable, OSError.

    The signals of `ENDING` wait from before there are names until the caller,
    who takes them away again, lets the signals come.
    """
    _check_ours(home.root)
    handed = _handed_over(environ)
    if handed is not None:
        # First of all: a daemon that somebody started by hand sees that it can't be reached.
        _link(handed[1], home.socket_link)
    lock = _lock(home, is_handed_over=handed is not None)
    pthread_sigmask(SIG_BLOCK, ENDING)
    run = _runtime(home, environ)
    listening, path = handed or _listening(run, home, environ)
    if path != home.socket_link:
        _link(path, home.socket_link)
    _write(home.pid, b"%d\n" % os.getpid())
    return Hold(home, lock, path, listening, is_handed_over=handed is not None)


def _handed_over(environ: "Mapping[str, str]") -> tuple[int, str] | None:
    """The socket and its path that a service manager listens at for us."""
    if "LISTEN_PID" not in environ:
        return None
    from axium.daemon.activation import Unfit, forget, handed_over

    try:
        return handed_over(environ)
    except Unfit as fault:
        raise Unusable(str(fault)) from None
    finally:
        forget(os.environ)


def _listening(run: str, home: Home, environ: "Mapping[str, str]") -> tuple[int, str]:
    """A socket of our own, and its path."""
    path = environ.get("AXIUM_SOCKET", "")
    if path:
        _check_free(path)
    else:
        path = run + "/daemon.sock"
        if _is_listened_at(path):
            # We have the lock, so this is no daemon: it is who would start one.
            raise Taken(
                f"another program listens at {path}: a service manager that starts the daemon "
                f"of {home.root} itself, or a copy of the daemon whose lock was removed"
            )
    return _listen(path), path


def _check_ours(root: str) -> None:
    """What root wrote into somebody's home would lock its owner out."""
    owner = os.stat(root).st_uid
    if owner != os.geteuid():
        raise Unusable(f"{root} belongs to uid {owner}, not to you (uid {os.geteuid()})")


def _lock(home: Home, *, is_handed_over: bool) -> int:
    """The lock, won. Taken.

    A daemon that was killed may hold it for some milliseconds more, by a child
    that it was just starting, and one that is stopping for some seconds: only
    one that answers, or stays, has it. One whose socket was taken away sees
    that its lock was touched, looks, and stops. Who has been handed the socket
    asks nobody: he would ask himself.
    """
    descriptor = _open_lock(home)
    deadline = time.monotonic() + _GIVE_UP_SECS
    knocked = False
    while not _try_lock(descriptor):
        has_it = not is_handed_over and _answers(home.socket_link)
        if has_it or time.monotonic() > deadline:
            os.close(descriptor)
            raise Taken(f"another daemon of {home.root} is running")
        if not knocked:
            os.utime(descriptor)
            knocked = True
        time.sleep(0.005)
    return descriptor


def _open_lock(home: Home) -> int:
    return os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(path: str) -> bool:
    try:
        return bool(ask(b'{"cmd":"ping"}\n', path, _SILENT_SECS))
    except OSError:
        return False


def _runtime(home: Home, environ: "Mapping[str, str]") -> str:
    """The runtime directory, made and checked, with `HOME/run` leading to it."""
    run = runtime_dir(home, environ)
    if run == home.run and os.path.islink(run):
        os.unlink(run)
    os.makedirs(run, mode=0o700, exist_ok=True)
    _check_private(run)
    if run != home.run:
        _make_way(home.run)
        _link(run, home.run)
    return run


def _check_private(directory: str) -> None:
    status = os.stat(directory)
    if status.st_uid != os.geteuid():
        raise Unusable(f"{directory} belongs to uid {status.st_uid}, not to you")
    if status.st_mode & 0o077:
        raise Unusable(
            f"{directory} is open to others (mode {status.st_mode & 0o777:o}); "
            f"`chmod 700 {directory}` closes it"
        )


def _check_free(path: str) -> None:
    """Refuse a place for the socket that would cost somebody a file or another home its daemon."""
    named = f"AXIUM_SOCKET `{path}`"
    if not path.startswith("/"):
        raise Unusable(f"{named} is not an absolute path")
    if not os.path.isdir(os.path.dirname(path)):
        raise Unusable(f"{named} is in a directory that is not there")
    if not os.path.exists(path):
        return
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        raise Unusable(f"{named} is there and is no socket")
    if _is_listened_at(path):
        raise Unusable(f"{named} is the socket of another running daemon")


def _is_listened_at(path: str) -> bool:
    """Whether somebody would take a connection there; what is left of the dead takes none."""
    if not os.path.exists(path):
        return False
    asked = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    asked.setblocking(False)
    try:
        connect(asked, os.fsencode(path))
    except BlockingIOError:
        return True  # with more connections waiting than there is room for
    except OSError:
        return False
    finally:
        asked.close()
    return True


def _make_way(path: str) -> None:
    """Take away the directory that stood here while there was no XDG_RUNTIME_DIR."""
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil  # 6 ms, and hardly ever needed

        shutil.rmtree(path)


def _listen(path: str) -> int:
    """A listening socket that is nobody else's from the instant it exists, at its final name."""
    directory, name = os.path.split(path)
    private = f"{name}.{os.getpid()}"
    listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    mask = os.umask(0o177)
    try:
        _bind(listening, directory, private)
    finally:
        os.umask(mask)
    listening.listen(BACKLOG)
    os.rename(f"{directory}/{private}", path)
    return listening.detach()


def _bind(listening: socket, directory: str, name: str) -> None:
    path = f"{directory}/{name}"
    _unlink(path)
    if len(os.fsencode(path)) <= LONGEST:
        listening.bind(path)
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        listening.bind(f"/proc/self/fd/{descriptor}/{name}")
    finally:
        os.close(descriptor)


def _link(target: str, name: str) -> None:
    """Make `name` a symlink to `target`, replacing one that leads elsewhere in one step."""
    try:
        if os.readlink(name) == target:
            return
    except OSError:
        pass  # not there, or not a link: replaced below
    beside = f"{name}.{os.getpid()}"
    _unlink(beside)
    os.symlink(target, beside)
    os.rename(beside, name)


def _write(path: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    os.write(descriptor, data)
    os.close(descriptor)


def _identity(file: str | int) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _drop(path: str) -> None:
    """Take a name away; it stays where that can't be done, as in a home that became read-only."""
    try:
        os.unlink(path)
    except OSError:
        return


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
