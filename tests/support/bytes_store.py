"""A store that keeps nothing but bytes, as one outside this process would: nobody gets back what they gave."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

from mockserver.ids import Counts
from mockserver.settings import Settings
from mockserver.state.conversations import Conversation
from mockserver.state.journal import Journal
from mockserver.state.stored import StoredResponse
from mockserver.state.table import MemoryCounts, MemoryTable, Table


class Storable(Protocol):
    """What can be kept as bytes."""

    @property
    def size(self) -> int: ...

    def dumps(self) -> bytes: ...

    @classmethod
    def loads(cls, stored: bytes) -> Self: ...


T = TypeVar("T", bound=Storable)


class Row(NamedTuple):
    """A value as bytes, and the size that it states."""

    stored: bytes
    size: int


class BytesTable(Generic[T]):
    """A table of bytes, within the bounds of a table in memory."""

    def __init__(self, kind: type[T], **bounds: Any) -> None:
        self._kind = kind
        self._rows: MemoryTable[Row] = MemoryTable(**bounds)

    def put(self, key: str, value: T) -> None:
        sent = bytes(memoryview(value.dumps()))  # a copy, as over a socket
        self._rows.put(key, Row(sent, value.size))

    def get(self, key: str) -> T | None:
        row = self._rows.get(key)
        return None if row is None else self._kind.loads(row.stored)

    def newest_first(self) -> Iterator[T]:
        return (self._kind.loads(row.stored) for row in self._rows.newest_first())


class BytesStore:
    """Responses and conversations as bytes; counts and the journal in memory."""

    def __init__(self, settings: Settings, *, may_go: Callable[[str], bool], dropped: Callable[[str], None]) -> None:
        self.responses: Table[StoredResponse] = BytesTable(
            StoredResponse,
            max_count=settings.max_responses,
            max_bytes=settings.max_bytes,
            may_go=may_go,
            dropped=dropped,
        )
        self.conversations: Table[Conversation] = BytesTable(
            Conversation, max_count=settings.max_conversations, max_bytes=settings.max_bytes
        )
        self.counts: Counts = MemoryCounts()
        self.journal = Journal(max_count=settings.max_requests, max_bytes=settings.max_bytes)
