"""Jobs that run on the server: bound to the call that began them, followed until they end."""

from collections.abc import Callable
from functools import partial

from axium.links.dialogue import Call, Code, Failed, Key, Progress, Result
from axium.links.jobs import JobId, Jobs, News
from axium.links.line import Line
from axium.links.messages import Answer, Frame, said

REPLY_SECS = 5.0
"""How long the reply of a job that has ended is waited for before the event's word is taken."""

Claim = Callable[[str], Call | None]
"""Takes the call in flight that this request id is of, if it is a job's, out of flight."""


class Job:
    """One job; `number` is of the request whose reply is still to come."""

    def __init__(self, call: Call, job: JobId, number: int | None, *, is_sure: bool) -> None:
        self.call = call
        self.id = job
        self.number = number
        self.is_sure = is_sure
        self.shown: Progress | None = None
        self.outcome: Result | Failed | None = None
        self.aborted = ""


class Running:
    """The jobs of one link that somebody waits for."""

    def __init__(self, style: Jobs, line: Line) -> None:
        self._style = style
        self._line = line
        self._jobs: dict[JobId, Job] = {}
        self._by_key: dict[Key, Job] = {}
        self._by_number: dict[int, Job] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def named_by(self, call: Call, answer: Answer) -> bool:
        """Whether a reply names the job that its call began, which is followed from now on."""
        job = self._style.id_in(answer.result) if answer.result else None
        if job is None:
            return False
        self._begin(Job(call, job, None, is_sure=False))
        self._look(job)
        return True

    def replied(self, number: int, answer: Answer) -> bool:
        """The reply of a job that has ended; False where the request is not a job's."""
        job = self._by_number.get(number)
        if job is None:
            return False
        if answer.error:
            sentence = job.aborted or said(answer.error)
            self._end(job, Failed("remote", sentence, answer.error, job=job.id))
        else:
            self._end(job, Result(answer.result))
        return True

    def heard(self, frame: Frame, claim: Claim) -> bool:
        """A notification; whether it is about a job of ours."""
        news = self._style.heard(frame)
        if isinstance(news, News):
            self._bind(news, claim)
            return self._learn(news)
        if news is None or news not in self._jobs:
            return False
        self._look(news)
        return True

    def resume(self) -> None:
        """The connection serves again: see how the jobs are."""
        for job in list(self._jobs):
            self._look(job)

    def lost(self) -> None:
        """No reply comes any more; what is known of jobs has to do."""
        self._by_number.clear()
        for job in list(self._jobs.values()):
            job.number = None
            self._line.timers.drop(("poll", job.id))
            if job.outcome is not None:
                self._end(job, job.outcome)

    def leave(self, key: Key) -> JobId | None:
        """Nobody waits for this call's job, which goes on; its id."""
        job = self._by_key.get(key)
        if job is None:
            return None
        self._forget(job)
        self._line.used()
        return job.id

    def abort(self, key: Key) -> bool:
        """Have the server end this call's job; False where it has none that is known."""
        job = self._by_key.get(key)
        if job is None:
            return False
        self._line.ask(self._style.abort(job.id), _ignore)
        return True

    def fail(self, code: Code, sentence: str) -> None:
        """Nothing is heard of any job any more."""
        for job in list(self._by_key.values()):
            self._end(job, Failed(code, sentence, is_unknown=True, job=job.id))

    def poll(self, job: JobId) -> None:
        """It is time to look at this one again."""
        if job in self._jobs:
            self._look(job)

    def reply_is_late(self, job: JobId) -> None:
        """The event's word is taken."""
        found = self._jobs.get(job)
        if found is not None and found.outcome is not None:
            self._end(found, found.outcome)

    def _bind(self, news: News, claim: Claim) -> None:
        if news.job in self._jobs:
            return
        for request in news.requests:
            call = claim(request)
            if call is not None:
                number = int(request) if self._style.replies_at_end else None
                self._begin(Job(call, news.job, number, is_sure=True))
                return

    def _begin(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._by_key[job.call.key] = job
        if job.number is not None:
            self._by_number[job.number] = job

    def _learn(self, news: News) -> bool:
        job = self._jobs.get(news.job)
        if job is None:
            return False
        if news.instead is not None:
            self._go_on_as(job, news.instead)
            return True
        self._show(job, Progress(news.percent, news.description, news.state, job.id))
        if news.outcome is None:
            return True
        if news.is_aborted and isinstance(news.outcome, Failed):
            job.aborted = news.outcome.sentence  # servers reply with an internal error then
        if job.number is None:
            self._end(job, news.outcome)
        elif job.outcome is None:
            job.outcome = news.outcome
            self._line.timers.set(("reply", job.id), self._line.now() + REPLY_SECS)
        return True

    def _show(self, job: Job, progress: Progress) -> None:
        if progress != job.shown:
            job.shown = progress
            self._line.tell(job.call.key, progress, False)

    def _go_on_as(self, job: Job, successor: JobId) -> None:
        self._forget(job)
        self._begin(Job(job.call, successor, None, is_sure=True))
        self._look(successor)

    def _look(self, job: JobId) -> None:
        self._line.timers.drop(("poll", job))
        self._line.ask(self._style.look(job), partial(self._seen, job))

    def _seen(self, job: JobId, answer: Answer) -> None:
        found = self._jobs.get(job)
        if found is None:
            return
        news = self._style.seen(job, answer)
        if news is None:
            self._unknown(found)
            return
        if not found.is_sure and news.method not in (None, found.call.method):
            self._unknown(found)
            return
        found.is_sure = True
        self._learn(news)
        if job in self._jobs and self._style.poll_secs is not None:
            self._line.timers.set(("poll", job), self._line.now() + self._style.poll_secs)

    def _unknown(self, job: Job) -> None:
        """The server has no such job: then what looked like one's id was a result."""
        if not job.is_sure:
            self._end(job, Result(job.id.encode()))
            return
        sentence = f"the server knows nothing more of job {job.id}"
        self._end(job, Failed("link_lost", sentence, is_unknown=True, job=job.id))

    def _end(self, job: Job, body: Result | Failed) -> None:
        self._forget(job)
        self._line.used()
        self._line.tell(job.call.key, body, True)

    def _forget(self, job: Job) -> None:
        self._jobs.pop(job.id, None)
        self._by_key.pop(job.call.key, None)
        if job.number is not None:
            self._by_number.pop(job.number, None)
        for kind in ("poll", "reply"):
            self._line.timers.drop((kind, job.id))


def _ignore(_answer: Answer) -> None:
    """Whether a job could be ended is seen from how it ends."""
