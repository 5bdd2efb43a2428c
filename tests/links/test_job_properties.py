"""Whatever becomes of jobs and of connections: each caller learns once how its own job ended."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from axium.links.dialogue import (
    Call,
    Close,
    Connect,
    Connected,
    Detached,
    Failed,
    Input,
    Leave,
    Lost,
    Output,
    Progress,
    Result,
    Send,
    Tell,
    Tick,
)
from axium.links.messages import frame_of
from axium.links.profiles import TRUENAS
from axium.links.session import Session
from tests.links.playbook import FREE, notification, reply

CHOICE = st.integers(0, 1_000)


class Server:
    """A TrueNAS, old or new, which tells of its jobs and replies when it is made to."""

    def __init__(self, *, is_new: bool) -> None:
        self.is_new = is_new
        self.jobs: dict[int, dict[str, Any]] = {}
        self.untold: list[int] = []

    def begin(self, request_id: int, key: int) -> int:
        """A job begins for this request; its number looks like any result."""
        number = len(self.jobs) + 100
        row = {"id": number, "method": "job", "message_ids": [request_id], "state": "RUNNING"}
        self.jobs[number] = row | {"result": [key], "progress": {"percent": 0}}
        self.untold.append(number)
        return number


class Jobbing(RuleBasedStateMachine):
    """Callers with jobs, a server that runs them, and a connection that breaks off."""

    is_new = True

    def __init__(self) -> None:
        super().__init__()
        self.server = Server(is_new=self.is_new)
        self.session = Session(TRUENAS, idle=0, chance=lambda: 0.0)
        self.now = 1_000.0
        self.keys = 0
        self.waiting: set[int] = set()
        self.left: set[int] = set()
        self.told: dict[int, Any] = {}
        self.unreplied: list[tuple[int, str]] = []
        self.owed: dict[int, int] = {}
        self.open: int | None = None

    @rule()
    def call(self) -> None:
        """A caller begins a job."""
        self.keys += 1
        self.waiting.add(self.keys)
        self.give(Call(self.keys, "job", b"[%d]" % self.keys, is_job=True))

    @precondition(lambda self: self.unreplied and self.open is not None)
    @rule()
    def reply(self) -> None:
        """The server answers what it answers at once."""
        request_id, value = self.unreplied.pop(0)
        assert self.open is not None
        self.give(reply(self.open, request_id, value))

    @precondition(lambda self: self.server.jobs and self.open is not None)
    @rule(choice=CHOICE)
    def tell(self, choice: int) -> None:
        """The server tells of any job, how it is now."""
        number = list(self.server.jobs)[choice % len(self.server.jobs)]
        self.announce(number)

    @precondition(lambda self: self.server.jobs)
    @rule(choice=CHOICE, state=st.sampled_from(["SUCCESS", "SUCCESS", "FAILED", "ABORTED"]))
    def finish(self, choice: int, state: str) -> None:
        """A job ends, and the server tells of it before anything else."""
        running = [n for n, row in self.server.jobs.items() if row["state"] == "RUNNING"]
        if not running:
            return
        number = running[choice % len(running)]
        self.server.jobs[number]["state"] = state
        self.server.untold.append(number)
        if self.open is not None:
            self.announce(number)

    @precondition(lambda self: self.open is not None and self.owed)
    @rule(choice=CHOICE)
    def reply_at_end(self, choice: int) -> None:
        """A newer server replies to a request whose job has ended."""
        ended = [
            (request_id, number)
            for request_id, number in self.owed.items()
            if self.server.jobs[number]["state"] != "RUNNING" and number not in self.server.untold
        ]
        if ended:
            request_id, number = ended[choice % len(ended)]
            self.owed.pop(request_id)
            self.reply_with(request_id, self.server.jobs[number])

    @precondition(lambda self: self.waiting)
    @rule(choice=CHOICE)
    def leave(self, choice: int) -> None:
        """A caller leaves."""
        key = sorted(self.waiting)[choice % len(self.waiting)]
        self.left.add(key)
        self.give(Leave(key))

    @precondition(lambda self: self.open is not None)
    @rule(odds=st.integers(0, 3))
    def lose(self, odds: int) -> None:
        """The connection breaks off, now and then."""
        if odds:
            return
        number, self.open = self.open, None
        self.forget_requests()
        assert number is not None
        self.give(Lost(number, "reset"))

    @rule(secs=st.sampled_from([0.3, 1.0, 6.0]))
    def wait(self, secs: float) -> None:
        """Time passes."""
        self.now += secs
        self.give(Tick())

    def teardown(self) -> None:
        """When all jobs have ended, and all is told and replied, nobody waits any more."""
        for number, row in self.server.jobs.items():
            if row["state"] == "RUNNING":
                row["state"] = "SUCCESS"
                self.server.untold.append(number)
        for _ in range(200):
            if not self.waiting:
                break
            self.now += 1.0
            self.give(Tick())
            while self.open is not None and self.unreplied:
                self.reply()
            for number in list(self.server.jobs):
                self.server.jobs[number]["state"] = "SUCCESS"
                if self.open is not None:
                    self.announce(number)
        assert not self.waiting

    def announce(self, number: int) -> None:
        """An event of this job."""
        row = self.server.jobs[number]
        if number in self.server.untold:
            self.server.untold.remove(number)
        event = {"collection": "core.get_jobs", "msg": "changed", "id": number, "fields": row}
        assert self.open is not None
        self.give(notification(self.open, "collection_update", json.dumps(event)))

    def reply_with(self, request_id: int, row: dict[str, Any]) -> None:
        """The reply at the end of a job."""
        assert self.open is not None
        if row["state"] == "SUCCESS":
            self.give(reply(self.open, request_id, json.dumps(row["result"])))
        else:
            given = reply(self.open, request_id, '{"message":"it ended badly"}')
            self.give(given._replace(data=given.data.replace(b'"result"', b'"error"')))

    def forget_requests(self) -> None:
        """What was asked on a connection that is gone is never answered."""
        self.unreplied.clear()
        self.owed.clear()

    def give(self, given: Input) -> None:
        for output in self.session.take(given, self.now):
            self.follow_up(output)

    def follow_up(self, output: Output) -> None:
        if isinstance(output, Connect):
            self.open = output.number
            self.give(Connected(output.number, FREE))
        elif isinstance(output, Close):
            self.open = None
            self.forget_requests()
        elif isinstance(output, Send):
            self.sent(output)
        elif isinstance(output, Tell):
            self.hear(output)

    def sent(self, output: Send) -> None:
        """What the server does with a request."""
        frame = frame_of(output.data)
        request_id, params = int(bytes(frame.id)), json.loads(bytes(frame.params))
        name = frame.name
        if name == "job":
            number = self.server.begin(request_id, params[0])
            if self.is_new:
                self.owed[request_id] = number
            else:
                self.unreplied.append((request_id, str(number)))
        elif name == "core.get_jobs":
            row = self.server.jobs.get(params[0][0][2])
            self.unreplied.append((request_id, json.dumps([row] if row else [])))
        elif name == "core.set_options" and self.is_new:
            self.unreplied.append((request_id, '{"legacy_jobs": false}'))
        else:
            self.unreplied.append((request_id, "null"))

    def hear(self, output: Tell) -> None:
        """Each learns the end once, its own, and nothing after it."""
        key, body = output.key, output.body
        assert key in self.waiting, "told after its end"
        if isinstance(body, Progress):
            assert not output.is_last
            return
        assert output.is_last
        self.waiting.remove(key)
        if isinstance(body, Result):
            assert json.loads(body.value) == [key]
        elif isinstance(body, Detached):
            assert key in self.left
        else:
            assert isinstance(body, Failed)
            assert body.code in ("remote", "link_lost")


class OldJobbing(Jobbing):
    """The same with a server of the older kind."""

    is_new = False


SETTINGS = settings(max_examples=150, stateful_step_count=60, deadline=None)
Jobbing.TestCase.settings = SETTINGS
OldJobbing.TestCase.settings = SETTINGS
test_jobs_of_a_newer_server = Jobbing.TestCase
test_jobs_of_an_older_server = OldJobbing.TestCase
