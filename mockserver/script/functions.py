"""Calling the functions of test authors that make replies, where they belong, with errors that name them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from inspect import isawaitable, iscoroutinefunction
from typing import Any, Final

from mockserver.errors import ScriptError
from mockserver.model.request import CreateRequest

BLOCKED_SECONDS: Final = 5.0
"""How long an event loop may take to begin an async function before it is taken for blocked."""


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@dataclass(frozen=True, slots=True)
class ReplyFunction:
    """A function of the request, plain or async, whose result is whatever a reply may be.

    What is async runs in the event loop in which the rule was written, as that is where the author's own clients, locks
    and queues belong; in the server's loop where there was none, or where it runs no longer. What is not async is
    called in the server's thread.
    """

    make: Callable[[CreateRequest], Any]
    home: asyncio.AbstractEventLoop | None = field(default_factory=_running_loop)
    """The event loop in which the rule was written."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(getattr(self.make, "__qualname__", repr(self.make)))

    async def call(self, request: CreateRequest) -> Any:
        """What it returns for a request. Raises: ScriptError with what it raised, or why it could not be run."""
        try:
            if iscoroutinefunction(self.make):
                return await self._at_home(self.make, request)
            made = self.make(request)
            return await self._at_home(_itself, made) if isawaitable(made) else made
        except _BlockedError as error:
            raise ScriptError(
                f"The reply function {self.name} did not begin within {BLOCKED_SECONDS:g} seconds: the event loop in "
                "which its rule was written is blocked, perhaps by a client that is not async. Use an async client, "
                "or call the client in a thread: `await asyncio.to_thread(…)`."
            ) from error
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise  # the client has gone, or the server stops
            raise ScriptError(f"The reply function {self.name} was cancelled. Has its event loop ended?") from error
        except Exception as error:
            raise ScriptError(f"The reply function {self.name} raised {error!r}.") from error

    async def _at_home(self, make: Callable[[Any], Awaitable[Any]], argument: Any) -> Any:
        home = self.home
        if home is None or home is asyncio.get_running_loop() or not home.is_running():
            return await make(argument)
        return await _elsewhere(home, make, argument)


class _BlockedError(Exception):
    """Raised where a loop does not begin what it is given."""


async def _elsewhere(home: asyncio.AbstractEventLoop, make: Callable[[Any], Awaitable[Any]], argument: Any) -> Any:
    """What an async function returns that runs in another loop than this one; cancelled as this is."""
    here, begun = asyncio.get_running_loop(), asyncio.Event()

    async def run() -> Any:
        here.call_soon_threadsafe(begun.set)
        return await make(argument)

    future = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), home))
    try:
        await _within(BLOCKED_SECONDS, begun)
        return await future
    finally:
        future.cancel()


async def _within(seconds: float, begun: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await begun.wait()
    except TimeoutError as error:
        raise _BlockedError from error


async def _itself(made: Awaitable[Any]) -> Any:
    return await made
