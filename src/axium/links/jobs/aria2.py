"""Downloads of aria2 as jobs: a gid that is looked at, and notifications that say when."""

import msgspec

from axium.links.dialogue import Failed, Request, Result
from axium.links.jobs import JobId, News
from axium.links.messages import Answer, Frame, decoded, text_of, whole

POLL_SECS = 0.5

_FIELDS = (
    b'["gid","status","totalLength","completedLength","downloadSpeed","errorCode","errorMessage",'
    b'"followedBy","dir","files"]'
)


class Named(msgspec.Struct, frozen=True):
    """One parameter of a notification."""

    gid: str


class Download(msgspec.Struct, frozen=True, rename="camel"):
    """What `aria2.tellStatus` says; its numbers are strings."""

    gid: str
    status: str
    total_length: str = "0"
    completed_length: str = "0"
    download_speed: str = "0"
    error_code: str | None = None
    error_message: str | None = None
    followed_by: list[str] = []


class Aria2Jobs:
    """See `Jobs`."""

    poll_secs: float | None = POLL_SECS
    replies_at_end = False

    def greeted(self, answers: list[Answer]) -> None:
        """See `Jobs`; aria2 has no options to be told."""

    def id_in(self, result: bytes) -> JobId | None:
        """A gid: sixteen hexadecimal digits."""
        gid = text_of(result) or ""
        is_gid = len(gid) == 16 and all(digit in "0123456789abcdef" for digit in gid)
        return _job(gid) if is_gid else None

    def heard(self, frame: Frame) -> News | JobId | None:
        """`aria2.onDownloadComplete` and the like."""
        if not (frame.name or "").startswith("aria2.onDownload"):
            return None
        named = decoded(frame.params, list[Named])
        return _job(named[0].gid) if named else None

    def look(self, job: JobId) -> Request:
        """`aria2.tellStatus`."""
        return Request("aria2.tellStatus", b"[%b,%b]" % (job.encode(), _FIELDS))

    def seen(self, job: JobId, answer: Answer) -> News | None:
        """The download, if there is one."""
        found = decoded(answer.result, Download)
        if found is None:
            return None
        if found.status == "complete" and found.followed_by:
            # The description of the files is here; the files are another download.
            return News(job, instead=_job(found.followed_by[0]))
        done, total = _number(found.completed_length), _number(found.total_length)
        return News(
            job=job,
            state=found.status.upper(),
            percent=round(100 * done / total, 1) if total else None,
            description=f"{done} of {total} bytes, {found.download_speed} a second",
            outcome=_outcome(job, found, answer.result),
            is_aborted=found.status == "removed",
        )

    def abort(self, job: JobId) -> Request:
        """`aria2.remove`."""
        return Request("aria2.remove", b"[%b]" % job.encode())


def _job(gid: str) -> JobId:
    """A server may say anything: a line break as it is would be one of whoever reads lines."""
    return msgspec.json.encode(gid).decode()


def _outcome(job: JobId, found: Download, row: bytes) -> Result | Failed | None:
    if found.status == "complete":
        return Result(row)
    if found.status not in ("error", "removed"):
        return None
    if found.status == "removed":
        sentence = "the download was aborted"
    else:
        sentence = found.error_message or "the download failed, and the server does not say why"
    code = _number(found.error_code or "") if found.status == "error" else 0
    error = {"code": code, "message": sentence, "data": msgspec.Raw(row)}
    return Failed("remote", sentence, msgspec.json.encode(error), job=job)


def _number(text: str) -> int:
    """A number that aria2 writes as text."""
    return whole(text) or 0
