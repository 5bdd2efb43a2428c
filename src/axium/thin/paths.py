"""Where every file of one home is, and which pane is asking.

`posix` stands in for `os` all through this package: importing `os` costs 1.1 ms, a sixth of
what starting the interpreter costs, at every command that is typed.
"""

import posix

from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NAME = 200
"""Bytes; names of files end at 255, and a file is made under a longer name first."""


class Home:
    """The files of one config home; `root` is absolute."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.envs = root + "/envs.yaml"
        self.prefixes = root + "/prefixes.yaml"
        self.hud = root + "/hud.yaml"
        self.state = root + "/state.json"
        self.state_cache = root + "/state_cache.json"
        self.completions = root + "/completions.json"
        self.catalogue = root + "/catalogue"
        self.run = root + "/run"
        self.socket_link = root + "/daemon.sock"
        self.lock = root + "/daemon.lock"
        self.pid = root + "/axiumd.pid"
        self.logs = root + "/logs"
        self.log = root + "/logs/axiumd.log"


def environ() -> dict[str, str]:
    """The environment of this process; bytes that are not UTF-8 survive as surrogates."""
    return {decode(name): decode(value) for name, value in posix.environ.items()}


def home_of(environ: "Mapping[str, str]") -> Home:
    """The config home that the environment means."""
    return Home(_absolute(environ.get("AXIUM_HOME") or _config(environ) + "/axium"))


def _config(environ: "Mapping[str, str]") -> str:
    chosen = environ.get("XDG_CONFIG_HOME", "")
    # The base directory specification wants a relative path to be ignored.
    return chosen if chosen.startswith("/") else user_home(environ) + "/.config"


def user_home(environ: "Mapping[str, str]") -> str:
    """The home directory, from the password database where HOME is not set."""
    if environ.get("HOME"):
        return environ["HOME"].rstrip("/")
    import pwd

    return pwd.getpwuid(posix.geteuid()).pw_dir.rstrip("/")


def _absolute(path: str) -> str:
    path = path.rstrip("/") or "/"
    return path if path.startswith("/") else decode(posix.getcwdb()) + "/" + path


def cwd() -> str:
    """The directory of this process; empty where it was removed."""
    try:
        return decode(posix.getcwdb())
    except FileNotFoundError:
        return ""


def socket_path(environ: "Mapping[str, str]") -> str:
    """Where clients find the daemon: `$AXIUM_SOCKET` or the config home's symlink."""
    return environ.get("AXIUM_SOCKET") or home_of(environ).socket_link


def runtime_dir(home: Home, environ: "Mapping[str, str]") -> str:
    """The directory that the daemon of `home` uses for its socket and what it publishes."""
    base = environ.get("XDG_RUNTIME_DIR", "")
    if not base.startswith("/") or not _is_private(base):
        return home.run
    return base.rstrip("/") + "/" + _name_for(home, environ)


def state_dir(home: Home, environ: "Mapping[str, str]") -> str:
    """The directory of what must last: notifications, journal."""
    chosen = environ.get("XDG_STATE_HOME", "")
    base = chosen if chosen.startswith("/") else user_home(environ) + "/.local/state"
    return base.rstrip("/") + "/" + _name_for(home, environ)


def _is_private(directory: str) -> bool:
    try:
        status = posix.stat(encode(directory))
    except OSError:
        return False
    # 0o040700: a directory that nobody but its owner may enter.
    return status.st_uid == posix.geteuid() and status.st_mode & 0o170777 == 0o040700


def _name_for(home: Home, environ: "Mapping[str, str]") -> str:
    """`axium` for the default config home, `axium-HASH` for any other, so that two never meet."""
    # Only the daemon comes here: clients go by the symlinks, and never pay for these imports.
    from posixpath import realpath

    from axium.thin.digest import digest

    root = realpath(home.root)
    if root == realpath(user_home(environ) + "/.config/axium"):
        return "axium"
    return "axium-" + digest(encode(root))


def server_of(environ: "Mapping[str, str]") -> str | None:
    """`SOCKET,PID` of the tmux server around this process: `${TMUX%,*}`."""
    # The third field of $TMUX goes stale when a session is renumbered: nobody reads it.
    return environ.get("TMUX", "").rpartition(",")[0] or None


def pane_of(environ: "Mapping[str, str]") -> str | None:
    """The tmux pane around this process."""
    return (environ.get("TMUX_PANE") or None) if server_of(environ) else None


def place_of(environ: "Mapping[str, str]") -> str:
    """Where this process is, as a shell writes it: `${TMUX%,*}:$TMUX_PANE`."""
    server, comma, last = environ.get("TMUX", "").rpartition(",")
    return (server if comma else last) + ":" + environ.get("TMUX_PANE", "")


def shell_env(environ: "Mapping[str, str]") -> str | None:
    """The environment that the shell around this process holds for itself.

    A tmux server that was started from such a shell hands the variables on to all
    of its panes, which are other places.
    """
    is_here = environ.get("AXIUM_SHELL_PLACE") == place_of(environ)
    return (environ.get("AXIUM_SHELL_ENV") or None) if is_here else None


def held_path(run: str, env: str) -> str | None:
    """Where the pointer of an environment is that shells hold; None where no file can be so named.

    In such a one `axium run` decides.
    """
    is_name = "/" not in env and env not in ("", ".", "..") and len(encode(env)) <= LONGEST_NAME
    return run + "/e/" + env if is_name else None


def pointer_path(run: str, server: str, start: str, pane: str) -> str:
    """Where the pointer of a pane with an override is; `start` as of `process_start`."""
    return run + "/p" + server + "," + start + "/" + pane


def process_start(pid: str | int) -> str:
    """When a process started, in ticks since the machine did; empty where that is not known."""
    if not str(pid).isdigit():
        return ""
    try:
        fd = posix.open(f"/proc/{pid}/stat", posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return ""
    try:
        line = posix.read(fd, 4096)
    except OSError:
        return ""
    finally:
        posix.close(fd)
    # The name, second of all fields, may hold blanks and parentheses: count from its last one.
    fields = line.rpartition(b")")[2].split()
    return fields[19].decode("ascii") if len(fields) > 19 else ""
