"""What tests share: a scratch home, a private tmux server and terminal, a real daemon, a wait."""

from tests.support.daemon import Daemon
from tests.support.scratch import Scratch
from tests.support.terminal import Terminal
from tests.support.tmux import Tmux
from tests.support.waiting import until

__all__ = ["Daemon", "Scratch", "Terminal", "Tmux", "until"]
