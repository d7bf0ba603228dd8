"""Recording: where a workspace's requests go, and the cassette that they and their answers are kept in."""

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from mockserver.cassette.format import Header
from mockserver.cassette.redact import Finding
from mockserver.cassette.secrets import secret_patterns
from mockserver.cassette.writer import CassetteWriter
from mockserver.clock import RealClock
from mockserver.errors import CassetteError, SettingsError
from mockserver.model.recorded import BeforeRecord, RecordedExchange
from mockserver.settings import MAX_RECORDED
from mockserver.spec.api_errors import masked
from mockserver.upstream.file_lock import FileLock

UNDECODED = "surrogateescape"
T = TypeVar("T")

_log = logging.getLogger("mockserver")

REQUEST_HEADERS = "request/headers/"
MOST_PLACES = 3
LISTED_LOSSES = 100
"""So many are listed one by one; of those before them only the number."""
KEY_VARIABLE = "MOCKSERVER_UPSTREAM_KEY"
IDLE_TIMEOUT_SECONDS = 600.0  # the official SDKs wait as long
CLOSE_TIMEOUT_SECONDS = 30.0


class Losses:
    """The exchanges that were not recorded, or not in whole."""

    def __init__(self) -> None:
        self.count = 0
        self._newest: deque[str] = deque(maxlen=LISTED_LOSSES)

    def add(self, why: str) -> None:
        """Note one."""
        self.count += 1
        self._newest.append(why)

    def listed(self) -> Sequence[str]:
        """Why each was lost, newest last."""
        more = self.count - len(self._newest)
        return [*([f"{more} exchanges before these were not recorded either."] if more else []), *self._newest]


class RecordingSession:
    """One upstream and one cassette; several workspaces may share it.

    The cassette is made, and locked against other processes, when the first request comes.

    Raises:
        SettingsError: the upstream is not a valid URL, or has a user name or a password in it.
    """

    def __init__(
        self,
        *,
        upstream: str,
        path: str | Path,
        key: str | None = None,
        redact: Sequence[str] = (),
        before_record: BeforeRecord | None = None,
        timeout: float = IDLE_TIMEOUT_SECONDS,
        max_bytes: int = MAX_RECORDED,
    ) -> None:
        parts = urlsplit(upstream)
        if "@" in parts.netloc:
            raise SettingsError(
                f"upstream has a user name or a password in it, which would be recorded; use {KEY_VARIABLE} for a key."
            )
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise SettingsError(f"upstream is {upstream!r}; expected a base URL like https://api.openai.com/v1.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.base_path = parts.path.rstrip("/")
        self.path = Path(path)
        self.key = key or os.environ.get(KEY_VARIABLE)
        """What goes upstream instead of the caller's key."""
        self.timeout = timeout
        """Seconds without a byte after which the upstream counts as gone."""
        self.max_bytes = max_bytes
        """What a reply may have; a larger one is broken off and not recorded."""
        self.clock = RealClock()
        self._patterns = secret_patterns(redact)
        self._before_record = before_record
        self._file_lock: FileLock | None = None
        self._anew = False
        self._lock = asyncio.Lock()
        self._writer: CassetteWriter | None = None
        self._disk: ThreadPoolExecutor | None = None
        self._closed = False
        self._under_way = 0
        self.losses = Losses()
        self._idle = threading.Event()
        self._idle.set()

    def without_key(self, answer: bytes) -> bytes:
        """What an upstream answers, with stars in the key that is not the client's; as long as it was."""
        return answer.replace(self.key.encode(), masked(self.key).encode()) if self.key else answer

    def headers_without_key(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The headers of an upstream's answer in the same way; they may have bytes that are not UTF-8."""
        for name, value in headers.items():
            yield name, self.without_key(value.encode("utf-8", UNDECODED)).decode("utf-8", UNDECODED)

    def hold(self, lock: FileLock, *, anew: bool = False) -> None:
        """Keep a lock to the end; with `anew`, what is in the cassette goes when the first request comes."""
        self._file_lock = lock
        self._anew = anew

    @asynccontextmanager
    async def exchange(self, *, client: str) -> AsyncIterator["ExchangeUnderWay"]:
        """One exchange: whatever ended before it is on disk when it begins, and it is when the block is left.

        Raises:
            CassetteError: the cassette is broken, another process writes it, or the exchange could not be written.
        """
        async with self._lock:
            await self._open(client)
            self._under_way += 1
            self._idle.clear()
        exchange = ExchangeUnderWay(self._lock)
        try:
            yield exchange
        finally:
            await exchange.settle()
            try:
                recorded = None if exchange.recorded is None else self._to_record(exchange.recorded)
                if recorded is not None:
                    writer = await self._open(client)
                    _log_recorded(self.path, recorded, await self._on_disk(partial(writer.add, recorded)))
            except CassetteError:
                self._close_writer()  # the next exchange looks at the file anew
                raise
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._on_idle()
                self._lock.release()

    def _to_record(self, exchange: RecordedExchange) -> RecordedExchange | None:
        """What the test's author records of an exchange. Raises: CassetteError where their function fails."""
        if self._before_record is None:
            return exchange
        try:
            recorded = self._before_record(exchange)
        except Exception as error:
            raise CassetteError(
                f"{self.path}: before_record failed, so an exchange is not recorded: {error!r}"
            ) from error
        if recorded is not None and not isinstance(recorded, RecordedExchange):
            raise CassetteError(f"{self.path}: before_record gave {recorded!r}; expected an exchange or None")
        return recorded

    async def _open(self, client: str) -> CassetteWriter:
        """The open cassette."""
        if self._writer is not None:
            return self._writer
        header = Header(upstream=self.origin, recorded_at=self.clock.now(), client=client)
        if self._anew:
            self._anew = False
            self.path.unlink(missing_ok=True)
        self._writer = await self._on_disk(partial(CassetteWriter, self.path, header=header, patterns=self._patterns))
        return self._writer

    async def _on_disk(self, work: Callable[[], T]) -> T:
        """Do work for the disk in a thread, so that other streams go on."""
        if self._disk is None:
            self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mockserver-cassette")
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _on_idle(self) -> None:
        """Close what a closed session holds, and wake the thread that waits for it."""
        if self._closed:
            self._close_writer()
        if self._closed and self._disk is not None:
            self._disk.shutdown(wait=False)
            self._disk = None
        if self._closed and self._file_lock is not None:
            self._file_lock.release()
        self._idle.set()

    def close(self) -> None:
        """Release the cassette when the last exchange is in it; a later request opens it again.

        In a thread of its own the caller waits for that, for half a minute at most: an answer whose client has gone is
        still recorded to its end.
        """
        self._closed = True
        if self._idle.is_set():
            self._on_idle()
        elif not _in_event_loop():
            self._idle.wait(CLOSE_TIMEOUT_SECONDS)


class ExchangeUnderWay:
    """An exchange on its way into a cassette."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self.recorded: RecordedExchange | None = None
        """What goes on disk; None where it was lost."""
        self._lock = lock
        self._settled = False

    async def settle(self) -> None:
        """Let no other exchange begin until this one is on disk. Idempotent."""
        if not self._settled:
            self._settled = True
            await self._lock.acquire()


def _log_recorded(path: Path, exchange: RecordedExchange, findings: Sequence[Finding]) -> None:
    """Log what was recorded, and where secrets stood: not the query, which may hold some, nor the caller's own key."""
    places = [finding.path for finding in findings if not finding.path.startswith(REQUEST_HEADERS)]
    more = f", {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    listed = ", ".join(places[:MOST_PLACES]) + more
    left_out = f", without {len(places)} secret{'s' * (len(places) > 1)} ({listed})" if places else ""
    broken = "" if exchange.complete else ", broken off"
    _log.info("%s: recorded %s %s%s%s.", path, exchange.method, exchange.url_path.partition("?")[0], broken, left_out)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
