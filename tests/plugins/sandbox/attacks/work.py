"""What a gear does all day, which has to go on working."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .sockets import HANDED, LISTENING, LOOPBACK
from .table import Deed, Grant, World


class Work(NamedTuple):
    """What has to succeed: with `needs` alone, and never with `unless`; `before` as for attacks."""

    deed: Deed
    needs: Grant | None
    unless: Grant | None
    before: Deed | None

    def is_for(self, granted: Mapping[str, bool]) -> bool:
        """Whether a gear with these grants can do it."""
        return (not self.needs or granted[self.needs]) and not granted.get(self.unless or "")


WORK: dict[str, Work] = {}


def work(
    *, needs: Grant | None = None, unless: Grant | None = None, before: Deed | None = None
) -> Callable[[Deed], None]:
    """Put it into the table under its name."""

    def put(deed: Deed) -> None:
        WORK[deed.__name__] = Work(deed, needs, unless, before)

    return put


@work()
def reads_what_was_granted(at: World) -> object:
    return Path(at.readable, "data").read_text() == "data" and os.listdir(at.readable)


@work()
def reads_its_own_files(at: World) -> object:
    return Path(at.gear, "main.py").exists()


@work()
def replaces_a_file_at_once(at: World) -> object:
    with tempfile.NamedTemporaryFile("w", dir=at.writable, delete=False) as made:
        made.write("new")
        made.flush()
        os.fsync(made.fileno())
    os.replace(made.name, f"{at.writable}/replaced")
    return Path(at.writable, "replaced").read_text() == "new"


@work()
def changes_what_was_granted(at: World) -> object:
    directory = Path(at.writable, "a", "b")
    directory.mkdir(parents=True)
    file = directory / "file"
    file.write_text("long")
    os.truncate(file, 1)
    file.rename(Path(at.writable, "elsewhere"))
    directory.rmdir()
    directory.parent.rmdir()
    return Path(at.writable, "elsewhere").read_text() == "l"


@work()
def writes_where_it_may_only_write(at: World) -> object:
    Path(at.dropbox, "made").write_text("made")
    return True


@work()
def has_temporary_files(at: World) -> object:
    tempfile.tempdir = at.scratch
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as file:
        Path(directory, "a").write_text("a")
        return file.write(b"a")


@work()
def has_threads(at: World) -> object:
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda number: number, range(100)))
    thread = threading.Thread(target=time.sleep, args=(0,))
    thread.start()
    thread.join()
    return done == 4950


@work()
def has_an_event_loop(at: World) -> object:
    async def main() -> int:
        await asyncio.sleep(0)
        return await asyncio.to_thread(lambda: 1)

    return asyncio.run(main())


@work()
def imports_late(at: World) -> object:
    names = ("json", "sqlite3", "ssl", "zoneinfo", "ctypes.util", "xml.dom.minidom", "csv", "uuid")
    return [importlib.import_module(name) for name in names]


@work()
def knows_the_time_of_places(at: World) -> object:
    zoneinfo = importlib.import_module("zoneinfo")
    return str(zoneinfo.ZoneInfo("Europe/Berlin"))


@work()
def keeps_a_database(at: World) -> object:
    sqlite3 = importlib.import_module("sqlite3")
    database = sqlite3.connect(f"{at.scratch}/db-{os.getpid()}")
    database.execute("PRAGMA journal_mode = WAL")
    with database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (1)")
    database.close()
    return True


@work()
def sends_itself_a_signal(at: World) -> object:
    heard: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _frame: heard.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    return len(heard) == 2


@work()
def has_random_numbers_and_devices(at: World) -> object:
    with open("/dev/urandom", "rb") as random, open(os.devnull, "w") as null:
        null.write("gone")
        return random.read(4) and os.urandom(4)


@work()
def talks_to_itself(at: World) -> object:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"x")
        return theirs.recv(1)


def handed_both_ends(at: World) -> object:
    """A listening socket, and one that is connected to it."""
    listening = socket.create_server((LOOPBACK, 0))
    os.dup2(listening.fileno(), LISTENING)
    os.dup2(socket.create_connection(listening.getsockname()).detach(), HANDED)
    listening.detach()
    return None


@work(before=handed_both_ends)
def talks_over_what_it_was_handed(at: World) -> object:
    with socket.socket(fileno=HANDED) as ours, socket.socket(fileno=LISTENING) as listening:
        theirs, address = listening.accept()
        with theirs:
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            ours.sendall(b"question")
            assert theirs.recv(8) == b"question"
            theirs.sendmsg([b"answer"])
            ours.shutdown(socket.SHUT_WR)
            assert theirs.recv(1) == b""
            assert (theirs.getpeername(), address) == (ours.getsockname(), ours.getsockname())
            return ours.recv(6) == b"answer"


@work(unless="net", before=handed_both_ends)
def serves_with_an_event_loop_what_it_was_handed(at: World) -> object:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async def main() -> bytes:
        listening = socket.socket(fileno=LISTENING)
        async with await asyncio.start_server(echo, sock=listening):
            reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=HANDED))
            writer.write(b"line\n")
            line = await reader.readline()
            writer.close()
            return line

    return asyncio.run(main()) == b"line\n"


@work()
def knows_its_user(at: World) -> object:
    pwd = importlib.import_module("pwd")
    return pwd.getpwuid(0).pw_name == "root" and os.path.expanduser("~")


@work(needs="net")
def connects(at: World) -> object:
    with socket.create_connection(("localhost", at.port), 5):
        return True


@work(needs="net")
def sends_datagrams(at: World) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        return sending.sendto(b"x", ("127.0.0.1", at.udp_port))


@work(needs="exec")
def starts_programs(at: World) -> object:
    script = 'cat "$1/data" | tr a-z A-Z; echo made > "$2/by-program"'
    argv = ["/bin/bash", "-c", script, "bash", at.readable, at.writable]
    return subprocess.run(argv, check=True, capture_output=True).stdout == b"DATA"


@work(needs="exec")
def starts_python(at: World) -> object:
    argv = [sys.executable, "-I", "-S", "-c", "import ssl, threading; print(1)"]
    return subprocess.run(argv, check=True, capture_output=True).stdout == b"1\n"


@work(needs="exec")
def ends_a_program(at: World) -> object:
    process = subprocess.Popen(["/bin/sleep", "60"])
    process.kill()
    return process.wait() == -signal.SIGKILL


@work(needs="exec")
def awaits_a_program(at: World) -> object:
    async def main() -> int | None:
        process = await asyncio.create_subprocess_exec("/bin/true")
        return await process.wait()

    return asyncio.run(main()) == 0
