"""Jobs of TrueNAS: events of `core.get_jobs`; the reply at the end, or at once on older servers."""

from typing import Any

import msgspec

from axium.links.dialogue import Failed, Request, Result
from axium.links.jobs import JobId, News
from axium.links.messages import NULL, Answer, Frame, decoded

GREETING = (
    Request("core.set_options", b'[{"legacy_jobs":false}]'),
    Request("core.subscribe", b'["core.get_jobs"]'),
)
CALL_ERROR = -32001
"""The code of the server's own errors."""


class Share(msgspec.Struct, frozen=True):
    """How far a job is."""

    percent: float | None = None
    description: str | None = None


class Reason(msgspec.Struct, frozen=True):
    """Why a job failed."""

    type: str | None = None
    extra: msgspec.Raw = msgspec.Raw(NULL)
    errno: int | None = None


class Row(msgspec.Struct, frozen=True):
    """A row of `core.get_jobs`."""

    id: int
    state: str | None = None
    method: str | None = None
    message_ids: list[Any] = []
    progress: Share | None = None
    result: msgspec.Raw = msgspec.Raw(NULL)
    error: str | None = None
    exception: str | None = None
    exc_info: Reason | None = None


class Update(msgspec.Struct, frozen=True):
    """The parameters of `collection_update`."""

    collection: str
    msg: str
    fields: msgspec.Raw = msgspec.Raw()


class Options(msgspec.Struct, frozen=True):
    """What `core.set_options` answers."""

    legacy_jobs: bool = True


class TrueNasJobs:
    """See `Jobs`."""

    poll_secs: float | None = None

    def __init__(self) -> None:
        self.replies_at_end = False

    def greeted(self, answers: list[Answer]) -> None:
        """Whether the server is one that took the option."""
        options = decoded(answers[0].result, Options) if answers else None
        self.replies_at_end = options is not None and not options.legacy_jobs

    def id_in(self, result: bytes) -> JobId | None:
        """An older server replies with the number; a newer one with the result alone."""
        is_number = result.strip().isdigit()
        return result.strip().decode() if is_number and not self.replies_at_end else None

    def heard(self, frame: Frame) -> News | JobId | None:
        """`added` and `changed` of the jobs."""
        if frame.name != "collection_update":
            return None
        update = decoded(frame.params, Update)
        if update is None or update.collection != "core.get_jobs" or not update.fields:
            return None
        row = decoded(update.fields, Row)
        return None if row is None else _news(row)

    def look(self, job: JobId) -> Request:
        """The job's row."""
        return Request("core.get_jobs", b'[[["id","=",%b]]]' % job.encode())

    def seen(self, job: JobId, answer: Answer) -> News | None:
        """The row, if there is one."""
        rows = decoded(answer.result, list[Row])
        return _news(rows[0]) if rows else None

    def abort(self, job: JobId) -> Request:
        """`core.job_abort`."""
        return Request("core.job_abort", b"[%b]" % job.encode())


def _news(row: Row) -> News:
    progress = row.progress or Share()
    return News(
        job=str(row.id),
        state=row.state,
        percent=progress.percent,
        description=progress.description,
        outcome=_outcome(row),
        method=row.method,
        requests=tuple(str(number) for number in row.message_ids),
        is_aborted=row.state == "ABORTED",
    )


def _outcome(row: Row) -> Result | Failed | None:
    if row.state == "SUCCESS":
        return Result(bytes(row.result))
    if row.state == "ABORTED":
        return _failed(row, row.error or "the job was aborted")
    if row.state == "FAILED":
        return _failed(row, row.error or "the job failed, and the server does not say why")
    return None


def _failed(row: Row, sentence: str) -> Failed:
    """The error in the form in which the server has it in replies."""
    reason = row.exc_info or Reason()
    error = {
        "code": CALL_ERROR,
        "message": "Method call error",
        "data": {
            "error": reason.errno,
            "reason": sentence,
            "trace": row.exception and {"class": reason.type, "formatted": row.exception},
            "extra": reason.extra,
        },
    }
    return Failed("remote", sentence, msgspec.json.encode(error), job=str(row.id))
