"""Who is calling: the API key names the workspace."""

from collections.abc import Callable, Collection

from mockserver.spec.answers import answer, masked
from mockserver.workspace import Workspace


def bearer_key(authorization: str | None, *, good: Collection[str]) -> str:
    """The key of an `Authorization` header; where `good` is empty, any key will do.

    Raises: ApiError 401.
    """
    scheme, _, key = (authorization or "").strip().partition(" ")
    key = key.strip()
    if scheme.lower() not in {"bearer", "basic"} or not key:
        raise answer("missing_api_key")
    if good and key not in good:
        raise answer("incorrect_api_key", key=masked(key))
    return key


class Workspaces:
    """The workspaces of a server by API key; an unknown key gets a new one."""

    def __init__(self, make: Callable[[str], Workspace]) -> None:
        self._make = make
        self._by_key: dict[str, Workspace] = {}

    def of(self, key: str) -> Workspace:
        """The workspace of `key`."""
        workspace = self._by_key.get(key)
        if workspace is None:
            workspace = self._by_key[key] = self._make(key)
        return workspace
