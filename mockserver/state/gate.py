"""A gate: holds runs, so that a test lets their events out one by one."""

import asyncio
import threading
from typing import Final

_ONE: Final = "one event"
_ALL: Final = "all events"


class Gate:
    """Holds every run that starts while it is active.

    Each run follows the commands of a test from the first one on, at its own speed, so they may be given before the
    request or after it. They may come from any thread and never block.

    >>> with mock.gate() as gate:                                       # doctest: +SKIP
    ...     stream = client.responses.create(model="gpt-4o", input="hi", stream=True)
    ...     gate.until("response.output_text.delta")
    """

    def __init__(self) -> None:
        self._commands: list[tuple[str, int]] = []
        """What lets events out, and how often."""
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()

    def step(self, count: int = 1) -> None:
        """Let `count` more events out of each run."""
        if count > 0:
            self._command(_ONE, count)

    def until(self, event_type: str) -> None:
        """Let events out up to and including the next one of this type."""
        self._command(event_type)

    def open(self) -> None:
        """Let everything out, from now on."""
        self._command(_ALL)

    def _command(self, command: str, times: int = 1) -> None:
        with self._lock:
            self._commands.append((command, times))
            waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():  # a run that ended meanwhile may have taken its loop with it
                future.get_loop().call_soon_threadsafe(_wake, future)

    async def _command_at(self, number: int) -> tuple[str, int]:
        """Command `number` and how often it counts, once it has been given."""
        while True:
            with self._lock:
                if number < len(self._commands):
                    return self._commands[number]
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
            await future

    def cursor(self) -> "GateCursor":
        """A cursor for one more run."""
        return GateCursor(self)


class GateCursor:
    """How far one run has come through a gate."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._number = 0
        self._passed = 0
        """Events that the current command has let out."""

    async def wait_for(self, event_type: str) -> None:
        """Return when an event of this type may pass."""
        command, times = await self._gate._command_at(self._number)  # noqa: SLF001 - the other half of the gate
        if command not in (_ONE, event_type):
            return
        self._passed += 1
        if self._passed == times:
            self._number, self._passed = self._number + 1, 0


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
