"""Waiting for the tasks of an event loop instead of for time."""

import asyncio
from typing import Any


async def wait_all_tasks_blocked() -> None:
    """Return when every other task waits for something that only this one can bring about: a clock, a gate, a reply.

    When this task is woken and nothing else is ready, then nothing has become ready since, on sockets neither: the
    loop looks at them before it wakes anybody. Work in threads is not seen.
    """
    loop: Any = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(0)
        if not loop._ready:
            return
