"""Who is calling: the API key names the workspace."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from mockserver.spec.api_errors import api_error, masked
from mockserver.workspace import Workspace


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


class Workspaces:
    """The workspaces of a server by API key; an unknown key gets a new one.

    Beyond `most` of them the one that has not been used for longest goes.
    """

    def __init__(self, make: Callable[[str], Workspace], *, most: int) -> None:
        self._make = make
        self._most = most
        self._by_key: OrderedDict[str, Workspace] = OrderedDict()
        self._newest: tuple[str, Workspace] | None = None
        """Who was asked for last: most requests ask for the same again."""
        self._lock = threading.Lock()

    def of(self, key: str) -> Workspace:
        """The workspace of `key`; may be asked from any thread."""
        newest = self._newest
        if newest is not None and newest[0] == key:
            return newest[1]
        with self._lock:
            workspace = self._by_key.get(key)
            if workspace is None:
                workspace = self._by_key[key] = self._make(key)
                if len(self._by_key) > self._most:
                    self._by_key.popitem(last=False)
            else:
                self._by_key.move_to_end(key)
            self._newest = key, workspace
            return workspace

    def discard(self, key: str) -> None:
        """Forget the workspace of `key`."""
        with self._lock:
            self._by_key.pop(key, None)
            self._newest = None
