"""Jobs: told of as events of `core.get_jobs`; answered at their end, or on old servers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from tests.support.servers.truenas.peer import Method, Peer, Refusal

DEFAULTS: list[Any] = [3, 0.02, "SUCCESS"]
"""Of `test.job`: steps, seconds of each, outcome."""

TRACE = {"class": "CallError", "frames": [], "formatted": "Traceback: here", "repr": "CallError()"}

Tell = Callable[[dict[str, Any], str], Coroutine[Any, Any, None]]
"""`tell(row, "added" | "changed")`."""


class Job(NamedTuple):
    """One job; `row` is what the server says of it."""

    row: dict[str, Any]
    task: asyncio.Task[None]


class Jobs:
    """All of them, by number; `tell` lets those who follow know of one."""

    def __init__(self, tell: Tell, *, tells_added: bool) -> None:
        self._tell = tell
        self._tells_added = tells_added
        self._jobs: dict[int, Job] = {}
        self.methods: dict[str, Method] = {
            "core.get_jobs": self._get,
            "core.job_abort": self._abort,
        }

    async def run(self, peer: Peer, request_id: Any, *params: Any) -> Any:
        """Steps of so many seconds each; then this outcome."""
        steps, secs, outcome = [*params, *DEFAULTS[len(params) :]]
        number = len(self._jobs) + 1
        row: dict[str, Any] = {
            "id": number,
            "method": "test.job",
            "arguments": list(params),
            "message_ids": [request_id],
            "state": "WAITING",
            "progress": {"percent": None, "description": ""},
            "result": None,
            "error": None,
            "exception": None,
            "exc_info": None,
            "time_started": {"$date": 1_700_000_000_000},
        }
        task = asyncio.create_task(self._work(row, steps, secs, outcome))
        self._jobs[number] = Job(row, task)
        if not peer.has_new_jobs:
            return number
        await asyncio.wait([task])
        if row["state"] == "SUCCESS":
            return row["result"]
        data = {"error": 14, "reason": row["error"], "trace": TRACE, "extra": None}
        raise Refusal(-32001, "Method call error", data)

    async def forget(self) -> None:
        """End all, telling nobody."""
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.task.cancel()
        await asyncio.gather(*(job.task for job in jobs.values()), return_exceptions=True)

    async def _get(self, _peer: Peer, filters: list[list[Any]]) -> list[dict[str, Any]]:
        ((_name, _operator, wanted),) = filters
        return [job.row for number, job in self._jobs.items() if number == wanted]

    async def _abort(self, _peer: Peer, number: int) -> None:
        self._jobs[number].task.cancel()

    async def _work(self, row: dict[str, Any], steps: int, secs: float, outcome: str) -> None:
        try:
            if self._tells_added:
                await self._tell(row, "added")
            for step in range(steps):
                row["state"] = "RUNNING"
                row["progress"] = {"percent": 100 * step / steps, "description": f"step {step}"}
                await self._tell(row, "changed")
                await asyncio.sleep(secs)
            row["state"], row["result"] = outcome, {"steps": steps}
            if outcome == "FAILED":
                row["error"] = "[EFAULT] it failed"
        except asyncio.CancelledError:
            row["state"] = "ABORTED"
        await self._tell(row, "changed")
