"""Keeping things within bounds: an interface, and the store in memory that is its default."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Store(Protocol[T]):
    """What the engine asks of a store: values by id, oldest first."""

    def put(self, key: str, value: T, *, size: int) -> None:
        """Keep `value`, which takes `size` bytes; a key that is there already keeps its age."""
        ...

    def get(self, key: str) -> T | None:
        """The value of `key`, or None."""
        ...

    def remove(self, key: str) -> T | None:
        """Drop `key`; its value, or None where it was not there."""
        ...

    def newest_first(self) -> Iterator[T]:
        """All values."""
        ...

    def __len__(self) -> int:
        """How many values there are."""
        ...


class MemoryStore(Generic[T]):
    """A store in memory: beyond `max_count` values or `max_bytes` bytes the oldest go first.

    `keeps` names values that must stay for now (running ones); they are passed over.
    """

    def __init__(self, *, max_count: int, max_bytes: int, keeps: Callable[[T], bool] | None = None) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._keeps = keeps
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes of all values, as they were stated."""
        return self._bytes

    def put(self, key: str, value: T, *, size: int) -> None:
        """Keep `value` and let the oldest go where it does not fit."""
        self._bytes += size - self._values.get(key, (None, 0))[1]
        self._values[key] = (value, size)
        while len(self._values) > self._max_count or self._bytes > self._max_bytes:
            oldest = self._oldest(other_than=key)
            if oldest is None:
                return
            self._bytes -= self._values.pop(oldest)[1]

    def _oldest(self, *, other_than: str) -> str | None:
        """The key of the oldest value that may go, or None where all must stay."""
        for key, (value, _) in self._values.items():
            if key != other_than and not (self._keeps and self._keeps(value)):
                return key
        return None

    def get(self, key: str) -> T | None:
        """The value of `key`, or None."""
        found = self._values.get(key)
        return found[0] if found else None

    def remove(self, key: str) -> T | None:
        """Drop `key`; its value, or None where it was not there."""
        found = self._values.pop(key, None)
        if found is None:
            return None
        self._bytes -= found[1]
        return found[0]

    def newest_first(self) -> Iterator[T]:
        """All values that are there now; another thread may go on putting."""
        return (value for value, _ in list(reversed(self._values.values())))

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)
