"""The part of `wiring` that waits until a plugin or a script asks for a broker."""

import time

from axium.daemon.services.broker import Made
from axium.daemon.services.broker.files import Files
from axium.daemon.services.broker.inside import Confining
from axium.daemon.services.broker.logs import LogBroker
from axium.daemon.services.broker.network import Network
from axium.daemon.services.broker.panes import PaneBroker
from axium.daemon.services.broker.programs import Programs
from axium.daemon.services.confinements import Confinements
from axium.daemon.services.environments import Environments
from axium.daemon.services.jobs import Jobs
from axium.daemon.services.panes import Panes
from axium.daemon.services.permissions import Permissions
from axium.daemon.services.plugins.logs import PluginLogs
from axium.daemon.wiring import Given, iso
from axium.daemon.workers import Workers
from axium.thin.paths import user_home
from axium.thin.start import scrubbed


def made(
    given: Given,
    deciding: tuple[Permissions, Environments, Panes],
    confinements: Confinements,
    plugin_logs: PluginLogs,
) -> Made:
    """Each of the brokers, joined to those who decide."""
    workers = Workers()
    jobs = Jobs(workers, open_files=given.open_files, clock=time.time, iso=iso)
    files = Files(deciding[0], confinements, workers, user_home=user_home(given.environ))
    confining = Confining(given.hold.home, deciding[0], confinements, workers)
    confinements.on_unload(jobs.end_all)
    return Made(
        files=files,
        jobs=jobs,
        logs=LogBroker(plugin_logs.write),
        network=Network(deciding[0], workers),
        panes=PaneBroker(*deciding, files, confining, given.tmux, workers),
        programs=Programs(
            *deciding,
            files,
            jobs,
            confining,
            environ=scrubbed(given.hold.home, given.environ),
            around=given.environ,
        ),
    )
