"""Waiting for the tasks of an event loop instead of for time."""

import asyncio
from typing import Any


async def wait_all_tasks_blocked() -> None:
    """Return when every other task waits for something that only this one can bring about: a clock, a gate, a reply.

    When this task is woken twice in a row with nothing else ready, nothing has become ready in between either, on
    sockets neither: the loop looks at them before it wakes anybody. Work in threads is not seen.
    """
    loop: Any = asyncio.get_running_loop()
    quiet_turns = 0
    while quiet_turns < 2:
        await asyncio.sleep(0)
        quiet_turns = 0 if loop._ready else quiet_turns + 1
