"""A file is replaced whole or not at all, and a failure names it."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

REPLACE = """\
import sys
from axium.config.atomic import replace_file
try:
    replace_file(sys.argv[1], b"x" * 9000, durable=True)
except OSError as error:
    print(error.errno, error.filename)
"""


def test_what_there_is_no_room_for_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hud.yaml"
    path.write_text("old")
    limited = 'ulimit -f 4; exec "$0" -c "$@"'
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN  # and so is it in a new Python

    told = subprocess.check_output(
        ["sh", "-c", limited, sys.executable, REPLACE, str(path)], text=True
    )

    assert (told, path.read_text()) == (f"{errno.EFBIG} {path}\n", "old")
    assert list(tmp_path.iterdir()) == [path]
