"""The daemon's life: begun, followed, ended; `wiring` made what lives."""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from axium.daemon import spawn
from axium.daemon.boot import Hold
from axium.daemon.logs import begin_log, rotate_log
from axium.daemon.presence import Presence
from axium.daemon.services.tmux import Tmux
from axium.daemon.start import Options
from axium.daemon.tasks import Tasks
from axium.daemon.wiring import Given, joined
from axium.model.events import DaemonReady
from axium.thin.catalogue import is_current

if TYPE_CHECKING:
    from axium.daemon.services.watch import FileWatch

log = logging.getLogger("axium.daemon")

FINISH_SECS = 5.0
"""How long requests in flight may take to end when the daemon stops (spec: `stop`)."""

_SWITCH_SECS = 0.0005
"""How long the writer thread may keep the event loop waiting while it computes."""


def run(hold: Hold, options: Options) -> None:
    """Serve until stopped."""
    begin_log(None if options.foreground else hold.home.log, debug=options.debug)
    soft = _raise_descriptor_limit()
    sys.setswitchinterval(_SWITCH_SECS)
    asyncio.run(_serve(hold, options, open_files=soft))


async def _serve(hold: Hold, options: Options, *, open_files: int) -> None:
    with ThreadPoolExecutor(1, "writer") as writer:
        tmux = Tmux(environ=os.environ, run=partial(spawn.run, open_files=open_files))
        daemon = Daemon(Given(hold, writer, dict(os.environ), tmux, open_files))
        await daemon.begin()
        daemon.follow_signals(is_foreground=options.foreground)
        log.info("pid %d answers at %s", os.getpid(), hold.path)
        options.tell(f"ready {os.getpid()}")
        daemon.follow_files()
        daemon.offer_commands()
        daemon.services.plugins.begin()
        daemon.services.links.begin()
        if not options.foreground:
            rotate_log(hold.home.log)
        gc.enable()
        await daemon.services.life.stopping.wait()
        await daemon.end()
    log.info("pid %d has stopped", os.getpid())


class Daemon:
    """From what is on disk to the first answer, and to an end that saves nothing half."""

    def __init__(self, given: Given) -> None:
        self._hold = given.hold
        self._writer = given.writer
        self._loop = asyncio.get_running_loop()
        made = joined(given)
        self.services = made.services
        self._files = made.files
        self._first = made.first
        self._saving = made.saving
        self._sweeping = made.sweeping
        self._listener = made.listener
        self._presence = Presence(given.hold, made.services.life.stop)
        self._watch: FileWatch | None = None
        self._tasks = Tasks(log)

    async def begin(self) -> None:
        """Publish what is saved, then answer. OSError where that can't be done."""
        found = self.services.store.committed
        await self._loop.run_in_executor(
            self._writer, self._saving.begin, self._first.stored, found
        )
        if found.state.paused:
            self.services.events.pause()
        self._sweeping.plan()
        self._listener.start()
        self.services.terminals.begin()
        self.services.events.emit(DaemonReady())

    async def end(self) -> None:
        """Let what is under way finish, and save nothing half."""
        self._listener.stop()
        self.services.links.end_streams()
        await self._listener.drain(FINISH_SECS)
        await self.services.links.close(keeps=self.services.life.keeps_links, most_secs=FINISH_SECS)
        if self._watch is not None:
            self._watch.close()
        self._presence.close()
        self._sweeping.close()
        await self.services.brokers.close()
        await self.services.events.close()
        await self.services.plugins.close()
        self.services.gear_channels.close()
        await self.services.plugin_configs.close()
        self.services.segments.close()
        await self.services.terminals.close()
        await self._tasks.close()
        await self.services.usage.close()
        await self._loop.run_in_executor(self._writer, self.services.notifications.close)

    def follow_files(self) -> None:
        """Read the user's files again whenever they change from now on."""
        # ctypes takes 4 ms to import: not before the first answer.
        from axium.daemon.services.watch import FileWatch

        self._watch = FileWatch(self._files_changed)
        self._watch.follow(
            [*self._files, self._hold.home.root + "/links.yaml", self._hold.home.lock]
        )
        self._tasks.spawn("catch up with the files", self.services.settings.catch_up())
        self.services.plugin_configs.follow_files()

    def offer_commands(self) -> None:
        """Have the catalogue tell the commands of this version, for completion and help."""
        if not is_current(self._hold.home):
            self._tasks.spawn("write the catalogue", self._write_catalogue())

    async def _write_catalogue(self) -> None:
        # With json 7 ms, and once per version.
        from axium.core import completions

        try:
            await self._loop.run_in_executor(self._writer, completions.write, self._hold.home)
        except OSError as error:
            log.warning("cannot write the catalogue: %s", error)

    def follow_signals(self, *, is_foreground: bool) -> None:
        """TERM and INT stop; HUP reloads in the background, and stops in the foreground."""
        stop = self.services.life.stop
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, stop)
        self._loop.add_signal_handler(signal.SIGHUP, stop if is_foreground else self._reload)

    def _files_changed(self) -> None:
        """A user's file is another one, or somebody who found us silent touched the lock."""
        if self._presence.check():
            self._tasks.spawn("read the changed files", self.services.settings.changed_on_disk())
            self.services.links.changed_on_disk()

    def _reload(self) -> None:
        async def reload() -> None:
            await self.services.life.reload()

        self._tasks.spawn("reload", reload())


def _raise_descriptor_limit() -> int:
    """Allow for 1,024 connections; the former limit, which children get back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    return soft
