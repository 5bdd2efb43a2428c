"""How servers run jobs: what names one, what tells of it, how it is looked at and ended."""

from typing import NamedTuple, Protocol

from axium.links.dialogue import Failed, Request, Result
from axium.links.messages import Answer, Frame

JobId = str
"""A job's id, as JSON: `42`, `"2089b05ecca3d829"`."""


class News(NamedTuple):
    """What is known of a job now; `outcome` once it has ended.

    `method` is the request that it came from and `requests` the ids of that, where the server
    says so. `instead` is the job that goes on in its place. `is_aborted`: somebody ended it.
    """

    job: JobId
    state: str | None = None
    percent: float | None = None
    description: str | None = None
    outcome: Result | Failed | None = None
    method: str | None = None
    requests: tuple[str, ...] = ()
    instead: JobId | None = None
    is_aborted: bool = False


class Jobs(Protocol):
    """One kind of server; it keeps nothing but what its greeting was answered."""

    poll_secs: float | None
    """How often a job is looked at; None where the server tells of every change."""

    replies_at_end: bool
    """Whether the reply to a job's request comes when the job has ended."""

    def greeted(self, answers: list[Answer]) -> None:
        """The answers to the profile's greeting, in its order."""

    def id_in(self, result: bytes) -> JobId | None:
        """The job that a reply names; None where it is a result."""

    def heard(self, frame: Frame) -> News | JobId | None:
        """What a notification tells of a job; its id alone where it has to be looked at."""

    def look(self, job: JobId) -> Request:
        """The request that tells how a job is."""

    def seen(self, job: JobId, answer: Answer) -> News | None:
        """What that was answered; None where the server has no such job."""

    def abort(self, job: JobId) -> Request:
        """The request that ends a job."""


class NoJobs:
    """A server without jobs: every reply is a result."""

    poll_secs: float | None = None
    replies_at_end = False

    def greeted(self, answers: list[Answer]) -> None:
        """See `Jobs`."""

    def id_in(self, result: bytes) -> JobId | None:
        """See `Jobs`."""
        return None

    def heard(self, frame: Frame) -> News | JobId | None:
        """See `Jobs`."""
        return None

    def look(self, job: JobId) -> Request:
        """See `Jobs`; nobody asks."""
        raise LookupError(job)

    def seen(self, job: JobId, answer: Answer) -> News | None:
        """See `Jobs`."""
        return None

    def abort(self, job: JobId) -> Request:
        """See `Jobs`; nobody asks."""
        raise LookupError(job)
