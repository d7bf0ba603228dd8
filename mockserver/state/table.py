"""Values within bounds, and counts: what a store is made of."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T", bound="Sized")

COUNTED = 20_000  # fingerprints


class Sized(Protocol):
    """Something that knows how many bytes it takes, approximately."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...


class Bounded(dict[K, V], Generic[K, V]):
    """A dictionary that lets its oldest entry go where there are too many; `dropped` is called with it."""

    def __init__(self, most: int, *, dropped: Callable[[V], None] = lambda _: None) -> None:
        super().__init__()
        self._most = most
        self._dropped = dropped

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            self._dropped(self.pop(next(iter(self))))


class Table(Protocol[T]):
    """Values by id, oldest first."""

    def put(self, key: str, value: T) -> None:
        """Keep `value`; a key that is there already keeps its age."""
        ...

    def get(self, key: str) -> T | None:
        """The value of `key`, or None."""
        ...

    def newest_first(self) -> Iterator[T]:
        """All values."""
        ...


class MemoryTable(Generic[T]):
    """A table in memory: beyond `max_count` values or `max_bytes` bytes the oldest go first.

    Those that `may_go` denies (running ones) are passed over; `dropped` is called with each that went.
    """

    def __init__(
        self,
        *,
        max_count: int,
        max_bytes: int,
        may_go: Callable[[str], bool] = lambda _: True,
        dropped: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._may_go = may_go
        self._dropped = dropped
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes of all values, as they were stated."""
        return self._bytes

    def put(self, key: str, value: T) -> None:
        """Keep `value` and let the oldest go where it does not fit."""
        size = value.size
        known = self._values.get(key)
        self._bytes += size if known is None else size - known[1]
        self._values[key] = (value, size)
        while len(self._values) > self._max_count or self._bytes > self._max_bytes:
            if not self._drop_oldest(other_than=key):
                return

    def _drop_oldest(self, *, other_than: str) -> bool:
        """Drop the oldest value that may go; whether there was one."""
        for key, (_, size) in self._values.items():
            if key != other_than and self._may_go(key):
                del self._values[key]
                self._bytes -= size
                self._dropped(key)
                return True
        return False

    def get(self, key: str) -> T | None:
        """The value of `key`, or None."""
        found = self._values.get(key)
        return found[0] if found else None

    def newest_first(self) -> Iterator[T]:
        """All values that are there now; another thread may go on putting."""
        return (value for value, _ in list(reversed(self._values.values())))

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)


class MemoryCounts:
    """Counts in memory; those of the keys that came first are dropped beyond `most`."""

    def __init__(self, *, most: int = COUNTED) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._most = most

    def add(self, key: bytes) -> int:
        """Count `key` once more; how often it has come by now."""
        seen = self._seen
        count = seen[key] = seen.get(key, 0) + 1
        if len(seen) > self._most:
            seen.popitem(last=False)
        return count
