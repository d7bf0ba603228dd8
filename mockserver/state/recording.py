"""Recording: where a workspace's requests go, and the cassette that they and their answers are kept in."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from mockserver.cassette.format import Header
from mockserver.cassette.secrets import shapes_with
from mockserver.cassette.writer import CassetteWriter
from mockserver.clock import RealClock
from mockserver.errors import SettingsError
from mockserver.model.tape import Recorded
from mockserver.state.turn import Turn

T = TypeVar("T")

KEY_VARIABLE = "MOCKSERVER_UPSTREAM_KEY"
CALM_SECONDS = 600.0  # the official SDKs wait as long
LAST_SECONDS = 30.0


class RecordingSession:
    """One upstream and one cassette; several workspaces may share it.

    The cassette is made, and locked against other processes, when the first request comes.

    Raises:
        SettingsError: the upstream is no URL.
    """

    def __init__(
        self,
        *,
        upstream: str,
        path: str | Path,
        key: str | None = None,
        redact: Sequence[str] = (),
        timeout: float = CALM_SECONDS,
    ) -> None:
        parts = urlsplit(upstream)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise SettingsError(f"upstream is {upstream!r}; expected a base URL like https://api.openai.com/v1.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.base_path = parts.path.rstrip("/")
        self.path = Path(path)
        self.key = key or os.environ.get(KEY_VARIABLE)
        """What goes upstream in place of the caller's key."""
        self.timeout = timeout
        """Seconds without a byte after which the upstream counts as gone."""
        self.clock = RealClock()
        self._shapes = shapes_with(redact)
        self._turn: Turn | None = None
        self._anew = False
        self._lock = asyncio.Lock()
        self._writer: CassetteWriter | None = None
        self._disk: ThreadPoolExecutor | None = None
        self._closed = False
        self._open = 0
        self._idle = threading.Event()
        self._idle.set()

    def hold(self, turn: Turn, *, anew: bool = False) -> None:
        """Keep a turn to the end; with `anew`, what is in the cassette goes when the first request comes."""
        self._turn = turn
        self._anew = anew

    async def begin(self, *, client: str) -> None:
        """An exchange begins: whatever ended before is on disk.

        Raises:
            CassetteError: the cassette is broken, or another process writes it.
        """
        async with self._lock:
            if self._writer is None:
                header = Header(upstream=self.origin, recorded_at=self.clock.now(), client=client)
                if self._anew:
                    self._anew = False
                    self.path.unlink(missing_ok=True)
                self._writer = await self._apart(partial(CassetteWriter, self.path, header=header, shapes=self._shapes))
            self._open += 1
            self._idle.clear()

    async def settle(self) -> None:
        """An exchange comes to its end: until it is on disk, by `end`, no other begins."""
        await self._lock.acquire()

    async def end(self, exchange: Recorded | None) -> None:
        """The exchange that settles goes on disk; None: it was lost. Raises: CassetteError."""
        try:
            if exchange is not None and self._writer is not None:
                await self._apart(partial(self._writer.add, exchange))
        finally:
            self._open -= 1
            if not self._open:
                self._rest()
            self._lock.release()

    async def _apart(self, work: Callable[[], T]) -> T:
        """Do work for the disk in a thread, so that other streams go on."""
        if self._disk is None:
            self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mockserver-cassette")
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _rest(self) -> None:
        """Nothing is under way."""
        if self._closed and self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._closed and self._disk is not None:
            self._disk.shutdown(wait=False)
            self._disk = None
        if self._closed and self._turn is not None:
            self._turn.end()
        self._idle.set()

    def close(self) -> None:
        """Give the cassette free when the last exchange is in it; a later request opens it again.

        In a thread of its own the caller waits for that, for half a minute at most: an answer whose client has gone is
        still recorded to its end.
        """
        self._closed = True
        if self._idle.is_set():
            self._rest()
        elif not _in_event_loop():
            self._idle.wait(LAST_SECONDS)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
