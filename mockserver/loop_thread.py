"""The event loop of a server, in a thread of its own."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from mockserver.clock import monotonic

T = TypeVar("T")


def new_event_loop() -> asyncio.AbstractEventLoop:
    """An event loop for a server of its own: uvloop's where it is installed (the extra `fast`)."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        plain = asyncio.new_event_loop()
        plain.time = monotonic  # type: ignore[method-assign] # it goes on while a test holds the time still
        return plain
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class LoopThread:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = new_event_loop()
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="mockserver", daemon=True)
        self._thread.start()

    @property
    def is_here(self) -> bool:
        """Whether the thread is of this process, which may be forked from the one that started it."""
        return self._process == os.getpid()

    def _run(self) -> None:
        """Run the loop until it is stopped, and close it."""
        loop = self._loop
        loop.run_forever()
        # Here, not in the thread that stops it, where another loop may be running: two in one thread are not allowed.
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the loop and the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
