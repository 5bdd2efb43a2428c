"""What is told of a last line that is an error, whatever its server put into it."""

from __future__ import annotations

import json

import pytest

from axium.thin.answers import REMOTE, decoded, tell_error

LONG = "1" * 5000


def line(remote: str) -> bytes:
    """An error of a server, as the daemon sends it on."""
    told = '{"id":1,"ok":false,"type":"error","error":"m","code":"remote","remote":%s}\n'
    return (told % remote).encode()


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        (f'{{"data":{LONG}}}', {"data": LONG}),
        ('{"data":-12}', {"data": -12}),
        (r'{"message":"a\ud800b\udc80"}', {"message": "a\ud800b\udc80"}),
        ('{"message":"caf\u00e9"}', {"message": "caf\u00e9"}),
    ],
)
def test_an_error_is_told_as_json(
    capfd: pytest.CaptureFixture[str], remote: str, shown: object
) -> None:
    assert tell_error(decoded(line(remote)), json=True) == REMOTE
    told = {"type": "error", "error": "m", "code": "remote", "remote": shown}
    assert json.loads(capfd.readouterr().out) == told


def test_an_error_is_told_to_people(capfd: pytest.CaptureFixture[str]) -> None:
    remote = rf'{{"data":{{"extra":[["a","\ud800\u001b[31m"],[{LONG}]]}}}}'
    assert tell_error(decoded(line(remote)), json=False) == REMOTE
    told = capfd.readouterr().err
    assert told.startswith("✗ the server answered: m\n  a: \\ud800\\x1b[31m\n")
    assert LONG in told
