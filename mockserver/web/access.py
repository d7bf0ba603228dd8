"""Who is calling: the API key names the workspace."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from mockserver.space import Space
from mockserver.spec.api_errors import api_error, masked


def bearer_key(authorization: str | None, *, good: Collection[str]) -> str:
    """The key of an `Authorization` header; where `good` is empty, any key will do.

    Raises: ApiError 401.
    """
    scheme, _, key = (authorization or "").strip().partition(" ")
    key = key.strip()
    if scheme.lower() not in {"bearer", "basic"} or not key:
        raise api_error("missing_api_key")
    if good and key not in good:
        raise api_error("incorrect_api_key", key=masked(key))
    return key


class Spaces(OrderedDict[str, Space]):
    """The spaces of a server by API key, the one used last at the end; an unknown key gets a new one.

    Beyond `most` of them the one that has not been used for longest goes. May be asked from any thread.
    """

    def __init__(self, make: Callable[[str], Space], *, most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most
        self._lock = threading.Lock()

    def __missing__(self, key: str) -> Space:
        with self._lock:
            space = self.get(key)
            if space is None:
                space = self[key] = self._make(key)
                if len(self) > self._most:
                    self.popitem(last=False)
            return space

    def discard(self, key: str) -> None:
        """Forget the space of `key`."""
        with self._lock:
            self.pop(key, None)
