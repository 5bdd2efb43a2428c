"""What tests share: a scratch home, a private tmux server, a real daemon, a bounded wait."""

from tests.support.daemon import Daemon
from tests.support.scratch import Scratch
from tests.support.tmux import Tmux
from tests.support.waiting import until

__all__ = ["Daemon", "Scratch", "Tmux", "until"]
