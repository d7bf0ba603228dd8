"""Whose turn it is: one response after the other on a lane, lanes at the same time, so many responses in all."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.spec.api_errors import api_error
from mockserver.spec.websocket import MAX_IN_FLIGHT, MAX_LANES

T = TypeVar("T")


class Lanes(Generic[T]):
    """The lanes of one connection. Each has a task while there is something to do on it."""

    def __init__(self, work: Callable[[str | None, T], Awaitable[None]]) -> None:
        self._work = work
        """Does one thing on a lane, to its end."""
        self._names: set[str] = set()
        """Every name that has been used; the default lane has none."""
        self._waiting: dict[str | None, deque[T]] = {}
        """What has not begun, by lane, of the lanes that have a task."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight = asyncio.Semaphore(MAX_IN_FLIGHT)

    def enter(self, name: str | None) -> None:
        """Use a lane. Raises: ApiError where it would be one name too many."""
        if name is None or name in self._names:
            return
        if len(self._names) == MAX_LANES:
            raise api_error("websocket_stream_limit_reached")
        self._names.add(name)

    def add(self, name: str | None, job: T) -> None:
        """Do something on a lane, after all that was added to it before."""
        waiting = self._waiting.get(name)
        if waiting is not None:
            waiting.append(job)
            return
        self._waiting[name] = deque([job])
        task = asyncio.get_running_loop().create_task(self._drain(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, name: str | None) -> None:
        waiting = self._waiting[name]
        try:
            while waiting:
                job = waiting.popleft()
                async with self._in_flight:
                    await self._work(name, job)
        except ClientConnectionResetError:  # the client has gone: nobody waits for the rest
            pass
        finally:
            del self._waiting[name]

    async def idle(self) -> None:
        """Return when there is nothing left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def cancel(self) -> Sequence[asyncio.Task[None]]:
        """Stop everything; the tasks that are about to end."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks
