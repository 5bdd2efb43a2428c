"""The terminal while the palette has it: raw, on the other screen; given back whatever happens."""

import _signal  # type: ignore[import-not-found]  # `signal` imports enum: 3 ms
import posix
import select
import termios

from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

BEGIN = b"\x1b[?1049h\x1b[?2004h\x1b[?7l"
"""The other screen; pasted text is marked as such; what is too long for a line is cut."""

END = b"\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l"

DEADLY = (_signal.SIGTERM, _signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT)
HEEDED = (*DEADLY, _signal.SIGWINCH, _signal.SIGTSTP, _signal.SIGCONT, _signal.SIGPIPE)
"""SIGPIPE, too: a daemon that ends while it is told something must not end us as we draw."""


class Hangup(Exception):
    """The terminal is gone."""


class Killed(Exception):
    """A signal asks us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Terminal:
    """A terminal to read keys from and draw on, as a context."""

    def __init__(self, reader: int = 0, writer: int = 1, *, screen: bool = True) -> None:
        self._reader = reader
        self._writer = writer
        self._begin, self._end = (BEGIN, END) if screen else (b"", b"")
        self._shown: list[str] = []
        self._modes: list[Any] = []
        self._before: dict[int, Any] = {}
        self._signals = (-1, -1)

    def __enter__(self) -> "Self":
        self._heed()
        try:
            self.take()
        except BaseException:
            self._unheed()
            raise
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: "BaseException | None",
        trace: "TracebackType | None",
    ) -> None:
        self.give_back()
        self._unheed()

    def take(self) -> None:
        """Have keys as they are pressed, and the other screen."""
        try:
            self._modes = termios.tcgetattr(self._reader)
        except termios.error:
            raise Hangup from None
        try:
            self.take_again()
        except BaseException:
            self.give_back()
            raise

    def take_again(self) -> None:
        """The same after somebody else had it, whose modes are not to be given back."""
        if not _set_modes(self._reader, _raw(self._modes)):
            raise Hangup
        self._shown = []
        self.write(self._begin)

    def show(self, lines: list[str], cursor: tuple[int, int]) -> None:
        """Draw what has changed of the screen, and put the cursor to a column and row from 0."""
        if len(lines) != len(self._shown):
            self._shown = [""] * len(lines)
        drawn = [
            f"\x1b[{row};1H{line}"
            for row, (line, old) in enumerate(zip(lines, self._shown, strict=True), 1)
            if line != old
        ]
        self._shown = lines
        place = f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H"
        self.write(encode("".join(["\x1b[?25l", *drawn, place, "\x1b[?25h"])))

    def forget_typed(self) -> None:
        """Drop what was typed before anybody asked. Hangup."""
        try:
            termios.tcflush(self._reader, termios.TCIFLUSH)
        except termios.error:
            raise Hangup from None

    def give_back(self) -> None:
        """Leave it as it was found. Nothing can be done about a terminal that is gone."""
        try:
            self.write(self._end)
        except Hangup:
            return
        finally:
            _set_modes(self._reader, self._modes)

    def write(self, data: bytes) -> None:
        """Draw. Hangup."""
        try:
            while data:
                data = data[posix.write(self._writer, data) :]
        except BlockingIOError:
            select.select([], [self._writer], [])
            self.write(data)
        except OSError:
            raise Hangup from None

    def read(self) -> bytes:
        """What was typed. Hangup."""
        try:
            data = posix.read(self._reader, 4096)
        except OSError:
            raise Hangup from None
        if not data:
            raise Hangup
        return data

    def wait(self, timeout: float | None, other: int | None = None) -> "tuple[bool, bool, bytes]":
        """Wait for keys, for `other` to be readable, for signals: which of them came."""
        fds = [self._reader, self._signals[0], *([] if other is None else [other])]
        ready = select.select(fds, [], [], timeout)[0]
        numbers = posix.read(self._signals[0], 64) if self._signals[0] in ready else b""
        for number in numbers:
            if number in DEADLY:
                raise Killed(number)
        if _signal.SIGWINCH in numbers:
            self._shown = []  # who knows what the terminal made of what was there
        return self._reader in ready, other in ready, numbers

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            columns, rows = posix.get_terminal_size(self._writer)
        except OSError:
            raise Hangup from None
        # A terminal that nobody told its size has none.
        return columns or 80, rows or 24

    def suspend(self) -> None:
        """Stop as every program does at Ctrl-Z, until the shell goes on with us."""
        self.give_back()
        handler = _signal.signal(_signal.SIGTSTP, _signal.SIG_DFL)
        posix.kill(posix.getpid(), _signal.SIGTSTP)
        _signal.signal(_signal.SIGTSTP, handler)
        self.take()

    def _heed(self) -> None:
        """Have signals come as bytes to a pipe, between keys and not amid a drawing."""
        self._signals = posix.pipe()
        for fd in self._signals:
            posix.set_blocking(fd, False)
        _signal.set_wakeup_fd(self._signals[1], warn_on_full_buffer=False)
        for number in HEEDED:
            if _signal.getsignal(number) != _signal.SIG_IGN:
                self._before[number] = _signal.signal(number, _heeded)

    def _unheed(self) -> None:
        for number, handler in self._before.items():
            _signal.signal(number, handler)
        _signal.set_wakeup_fd(-1)
        for fd in self._signals:
            posix.close(fd)


def _heeded(_number: int, _frame: object) -> None:
    """A handler, so that the signal does nothing else."""


def _set_modes(fd: int, modes: "list[Any]") -> bool:
    """Set a terminal's modes; whether that could be done."""
    try:
        termios.tcsetattr(fd, termios.TCSANOW, modes)
    except termios.error:
        return False
    return True


def _raw(modes: "list[Any]") -> "list[Any]":
    iflag, oflag, cflag, lflag, ispeed, ospeed, characters = modes
    iflag &= ~(termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON)
    lflag &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    characters = [*characters]
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    return [iflag, oflag, cflag | termios.CS8, lflag, ispeed, ospeed, characters]
