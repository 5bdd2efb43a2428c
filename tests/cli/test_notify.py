"""`axium notify`: sent, listed, drained once, cleared."""

from __future__ import annotations

from tests.cli.saying import said, told
from tests.support import Scratch


def test_a_notification_without_a_title_is_refused(scratch: Scratch) -> None:
    refused = (1, "", "✗ the title is empty\n  say what happened: `-t 'backup is done'`\n")
    assert said(scratch, "notify", "send", "-t", "") == refused
    assert said(scratch, "notify", "send", "-t", " ") == refused
    assert scratch.processes() == {}


def test_notifications_are_sent_listed_drained_once_and_cleared(home: Scratch) -> None:
    assert said(home, "notify", "send", "-t", "one", "-b", "more", "-l", "warning") == (0, "", "")
    assert said(home, "notify", "list")[1].endswith("  warning  core: one — more\n")
    (row,) = told(home, "notify", "drain")["notifications"]
    assert (row["title"], row["body"], row["level"]) == ("one", "more", "warning")
    assert told(home, "notify", "drain") == {"notifications": []}
    assert said(home, "notify", "send", "-t", "two") == (0, "", "")
    assert said(home, "notify", "clear", "-v") == (0, "", "✓ 1 notification was taken away\n")
    assert said(home, "notify", "send", "-t", "x", "-l", "loud")[0] == 1
