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

    Those that `may_go` denies (running ones) are passed over.
    """

    def __init__(self, *, max_count: int, max_bytes: int, may_go: Callable[[T], bool] | None = None) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._may_go = may_go
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes of all values, as they were stated."""
        return self._bytes

    def put(self, key: str, value: T, *, size: int) -> None:
        """Keep `value` and let the oldest go where it does not fit."""
        known = self._values.get(key)
        self._bytes += size if known is None else size - known[1]
        self._values[key] = (value, size)
        while len(self._values) > self._max_count or self._bytes > self._max_bytes:
            if not self._drop_oldest(other_than=key):
                return

    def _drop_oldest(self, *, other_than: str) -> bool:
        """Drop the oldest value that may go; whether there was one."""
        for key, (value, size) in self._values.items():
            if key != other_than and (self._may_go is None or self._may_go(value)):
                del self._values[key]
                self._bytes -= size
                return True
        return False

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
