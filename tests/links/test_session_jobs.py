"""Jobs: of new and of old TrueNAS servers, of aria2; left, aborted, taken up again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from axium.links.dialogue import (
    Abort,
    Close,
    Connect,
    Connected,
    Detached,
    Failed,
    Leave,
    Lost,
    Ponged,
    Progress,
    Received,
    Result,
    Tell,
    Tick,
)
from axium.links.profiles import ARIA2, PLAIN, TRUENAS
from tests.links.playbook import FREE, Playbook, call, error, notification, reply, sent, told

NEW, OLD = '{"legacy_jobs": false}', "null"
LOOK = '[[["id","=",42]]]'


def nas(options: str) -> Playbook:
    """A session with a TrueNAS server that answers `core.set_options` so; a job was begun."""
    book = Playbook(TRUENAS)
    book.given(call(1, "pool.scrub", '["tank"]', job=True))
    book.given(Connected(1, FREE)).follows(
        sent(1, 1, "core.set_options", '[{"legacy_jobs":false}]'),
        sent(1, 2, "core.subscribe", '["core.get_jobs"]'),
    )
    book.given(reply(1, 2, '"s"'), reply(1, 1, options))
    return book.given().follows()


def job(state: str = "RUNNING", **fields: Any) -> str:
    """A row of `core.get_jobs`."""
    row = {"id": 42, "message_ids": [3], "method": "pool.scrub", "state": state}
    return json.dumps(row | fields)


def update(number: int, row: str, msg: str = "changed") -> Received:
    """An event of the jobs."""
    params = f'{{"collection":"core.get_jobs","msg":"{msg}","id":42,"fields":{row}}}'
    return notification(number, "collection_update", params)


def at(percent: float | None, text: str | None = None, state: str = "RUNNING") -> Tell:
    """What is told of progress."""
    return told(1, Progress(percent, text, state, "42"), last=False)


def test_a_job_tells_its_progress_and_ends_with_the_reply() -> None:
    book = nas(NEW)
    book.given(update(1, job("WAITING"), "added")).follows(at(None, None, "WAITING"))
    row = job(progress={"percent": 50, "description": "half"})
    book.given(update(1, row)).follows(at(50.0, "half"))
    book.given(update(1, row)).follows()
    book.given(update(1, job(progress={"percent": None, "description": None}))).follows(at(None))
    book.given(update(1, job("SUCCESS", result=None))).follows(at(None, None, "SUCCESS"))
    book.given(reply(1, 3, '{"$date": 1}')).follows(told(1, Result(b'{"$date": 1}')))


def test_a_job_may_first_be_named_by_a_change_and_by_ids_that_are_text() -> None:
    book = nas(NEW)
    book.given(update(1, job(message_ids=["3"]))).follows(at(None))


def test_a_job_that_is_known_takes_no_place_among_those_in_flight() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"))
    assert book.session.load == (0, 0, 1, 0)


def test_a_job_that_fails_has_the_error_of_the_reply() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"))
    book.given(error(1, 3, '{"code":-32001,"message":"x"}')).follows(
        told(1, Failed("remote", "x", b'{"code":-32001,"message":"x"}', job="42"))
    )


def test_a_job_whose_reply_does_not_come_ends_by_its_event() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"), update(1, job("SUCCESS", result=[1, 2])))
    book.due().follows(told(1, Result(b"[1, 2]")))


def test_an_end_that_is_told_again_and_again_is_the_same_end() -> None:
    book = nas(NEW)
    ended = update(1, job("SUCCESS", result=[1, 2]))
    book.given(update(1, job(), "added"), ended).after(3).given(ended).follows()
    book.after(2).given(ended).follows(told(1, Result(b"[1, 2]")))


def test_a_call_marked_as_a_job_that_is_none_is_a_plain_result() -> None:
    book = nas(NEW)
    book.given(reply(1, 3, "7")).follows(told(1, Result(b"7")))


def test_the_idle_time_begins_when_a_job_has_ended() -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42"), reply(1, 4, f"[{job()}]"))
    book.after(700).given(Ponged(1, 1), update(1, job("SUCCESS", result=1)))
    assert told(1, Result(b"1")) in book.outputs
    assert Close(1) not in book.outputs


def test_an_older_server_names_the_job_in_its_reply() -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42")).follows(sent(1, 4, "core.get_jobs", LOOK))
    book.given(reply(1, 4, f"[{job()}]")).follows(at(None))
    book.given(update(1, job("SUCCESS", result="done"))).follows(
        at(None, None, "SUCCESS"), told(1, Result(b'"done"'))
    )


def test_a_job_that_ended_before_it_was_looked_at_has_its_result() -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42"))
    book.given(reply(1, 4, f"[{job('SUCCESS', result=5)}]")).follows(
        at(None, None, "SUCCESS"), told(1, Result(b"5"))
    )


@pytest.mark.parametrize("rows", ["[]", f"[{job(method='other.job')}]"])
def test_a_number_that_is_no_job_of_an_older_server_is_a_plain_result(rows: str) -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42"))
    book.given(reply(1, 4, rows)).follows(told(1, Result(b"42")))


def test_a_failed_job_of_an_older_server_keeps_the_details_of_its_error() -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42"))
    extra = [["attribute", "wrong", 22]]
    row = job(
        "FAILED",
        error="[EINVAL] wrong",
        exception="Traceback ...",
        exc_info={"type": "VALIDATION", "extra": extra, "errno": 22},
    )
    assert json.loads(book.given(reply(1, 4, f"[{row}]")).failure().error) == {
        "code": -32001,
        "message": "Method call error",
        "data": {
            "error": 22,
            "reason": "[EINVAL] wrong",
            "trace": {"class": "VALIDATION", "formatted": "Traceback ..."},
            "extra": extra,
        },
    }


def test_an_aborted_job_says_that_it_was_aborted() -> None:
    book = nas(OLD)
    book.given(reply(1, 3, "42"), reply(1, 4, f"[{job()}]"))
    book.given(Abort(1)).follows(sent(1, 5, "core.job_abort", "[42]"))
    failure = book.given(update(1, job("ABORTED"))).failure()
    assert failure[:2] == ("remote", "the job was aborted")


def test_a_job_that_was_aborted_says_so_whatever_the_reply_says() -> None:
    book = nas(NEW)
    body = '{"code":-32001,"message":"Method call error","data":{"reason":null}}'
    book.given(update(1, job(), "added"), update(1, job("ABORTED")))
    book.given(error(1, 3, body)).follows(
        told(1, Failed("remote", "the job was aborted", body.encode(), job="42"))
    )


def test_a_download_that_was_removed_says_that_it_was_aborted() -> None:
    book = fetching()
    assert book.given(reply(1, 3, download("removed"))).failure()[:2] == (
        "remote",
        "the download was aborted",
    )


def test_a_job_that_is_aborted_before_it_is_known_is_aborted_when_it_is() -> None:
    book = nas(NEW)
    book.given(Abort(1)).follows()
    book.given(update(1, job(), "added")).follows(at(None), sent(1, 4, "core.job_abort", "[42]"))


def test_a_caller_that_leaves_does_not_abort_its_job() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"))
    book.given(Leave(1)).follows(told(1, Detached("42")))
    book.given(update(1, job("SUCCESS")), reply(1, 3, "1")).follows()


def test_a_job_goes_on_over_a_lost_connection() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"))
    book.given(Lost(1, "reset")).follows()
    book.due().follows(Connect(2))
    book.given(Connected(2, FREE), reply(2, 4, NEW), reply(2, 5, '"s"')).follows(
        sent(2, 4, "core.set_options", '[{"legacy_jobs":false}]'),
        sent(2, 5, "core.subscribe", '["core.get_jobs"]'),
        sent(2, 6, "core.get_jobs", LOOK),
    )
    book.given(reply(2, 6, f"[{job(progress={'percent': 80})}]")).follows(at(80.0))
    book.given(update(2, job("SUCCESS", result=9))).follows(
        at(None, None, "SUCCESS"), told(1, Result(b"9"))
    )


def test_a_job_that_the_server_has_forgotten_has_an_unknown_outcome() -> None:
    book = nas(NEW)
    book.given(update(1, job(), "added"), Lost(1, "reset")).due()
    book.given(Connected(2, FREE), reply(2, 4, NEW), reply(2, 5, '"s"'))
    sentence = "the server knows nothing more of job 42"
    book.given(reply(2, 6, "[]")).follows(
        told(1, Failed("link_lost", sentence, is_unknown=True, job="42"))
    )


def test_a_job_whose_id_was_not_known_is_lost_with_its_connection() -> None:
    book = nas(NEW)
    sentence = "the connection was lost before the answer came: reset"
    book.given(Lost(1, "reset")).follows(told(1, Failed("link_lost", sentence, is_unknown=True)))


def test_a_job_that_takes_longer_than_its_caller_waits_is_named() -> None:
    book = Playbook(TRUENAS)
    book.given(call(1, "pool.scrub", '["tank"]', job=True, timeout=5))
    book.given(Connected(1, FREE), reply(1, 1, NEW), reply(1, 2, '"s"'), update(1, job()))
    sentence = "the server did not answer in time; what was asked may still happen"
    book.after(5).given(Tick()).follows(
        told(1, Failed("timeout", sentence, is_unknown=True, job="42"))
    )


def test_a_server_without_jobs_answers_with_results() -> None:
    book = Playbook(PLAIN).up()
    book.given(call(1, job=True), reply(1, 2, "42")).follows(
        sent(1, 2, "echo"), told(1, Result(b"42"))
    )


GID = '"2089b05ecca3d829"'


def download(status: str = "active", **fields: Any) -> str:
    """What aria2 says of a download."""
    row = {"gid": "2089b05ecca3d829", "status": status, "totalLength": "200"}
    return json.dumps(row | {"completedLength": "50", "downloadSpeed": "10"} | fields)


def fetching() -> Playbook:
    """A session with aria2 that has begun a download."""
    book = Playbook(ARIA2).up()
    book.given(call(1, "aria2.addUri", '[["http://localhost/f"]]', job=True))
    book.given(reply(1, 2, GID))
    assert b"aria2.tellStatus" in book.frame()
    return book


def test_a_download_is_looked_at_until_it_is_complete() -> None:
    book = fetching()
    progress = Progress(25.0, "50 of 200 bytes, 10 a second", "ACTIVE", GID)
    book.given(reply(1, 3, download())).follows(told(1, progress, last=False))
    book.due()
    row = download("complete", completedLength="200")
    book.given(reply(1, 4, row))
    assert book.outputs[-1] == told(1, Result(row.encode()))


def test_a_notification_says_when_to_look_at_a_download() -> None:
    book = fetching()
    book.given(reply(1, 3, download()))
    book.given(notification(1, "aria2.onDownloadComplete", f'[{{"gid":{GID}}}]'))
    assert b"aria2.tellStatus" in book.frame()
    book.given(notification(1, "aria2.onDownloadComplete", '[{"gid":"00"}]')).follows()


def test_a_name_of_a_job_that_the_server_makes_up_stays_one_line_of_json() -> None:
    book = fetching()
    row = download("complete", followedBy=['"]\n=7 {}'])
    book.given(reply(1, 3, row))
    assert json.loads(book.frame())["params"][0] == '"]\n=7 {}'
    assert b"\n" not in book.frame()


def test_a_download_that_fails_has_the_code_and_the_words_of_the_server() -> None:
    book = fetching()
    row = download("error", errorCode="3", errorMessage="Resource not found")
    assert json.loads(book.given(reply(1, 3, row)).failure().error) == {
        "code": 3,
        "message": "Resource not found",
        "data": json.loads(row),
    }


def test_a_download_that_leads_to_another_goes_on_as_that_one() -> None:
    book = fetching()
    book.given(reply(1, 3, download("complete", followedBy=["ffffffffffffffff"])))
    assert b'"ffffffffffffffff"' in book.frame()
    book.given(Abort(1))
    assert b'aria2.remove","params":["ffffffffffffffff"]' in book.frame()


def test_an_answer_that_looks_like_a_download_and_is_none_is_a_result() -> None:
    book = fetching()
    book.given(error(1, 3, '{"code":1,"message":"No such download"}')).follows(
        told(1, Result(GID.encode()))
    )
