"""Looking for a function in a shell that can't be had."""

from __future__ import annotations

import os

from axium.thin.functions import become_function


def test_a_shell_that_is_not_there_has_no_function_and_leaves_nothing_open() -> None:
    before = os.listdir("/proc/self/fd")
    assert become_function(["wrapx"], {"SHELL": "/does/not/exist/bash"}) is None
    assert os.listdir("/proc/self/fd") == before
