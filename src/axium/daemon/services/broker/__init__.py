"""What plugins have done for them: files, programs, panes, logs; each by a permission of theirs."""

from typing import NamedTuple

from axium.daemon.services.broker.files import Files
from axium.daemon.services.broker.logs import LogBroker
from axium.daemon.services.broker.panes import PaneBroker
from axium.daemon.services.broker.programs import Programs
from axium.daemon.services.jobs import Jobs


class Brokers(NamedTuple):
    """Each of them; `jobs` are what `programs` started."""

    files: Files
    jobs: Jobs
    logs: LogBroker
    panes: PaneBroker
    programs: Programs
