"""Who is calling: the API key names the workspace."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Final

from mockserver.space import Space
from mockserver.spec.api_errors import api_error, masked

_log = logging.getLogger("mockserver")

SINGLE: Final = "sk-mock-single-workspace"
"""The key of the workspace that all clients share, where they do."""
KEY_HEADERS: Final = ("authorization", "api-key")
"""Where keys are, the first one first: OpenAI's header, which Azure takes for Entra's tokens, and Azure's own."""


def has_key(headers: Mapping[str, str]) -> bool:
    """Whether a request tries to say who is calling."""
    return any(name in headers for name in KEY_HEADERS)


def key_of(headers: Mapping[str, str], *, good: Collection[str]) -> str:
    """The key that a request's headers, by lowercase name, state; where `good` is empty, any key will do.

    Raises: ApiError 401.
    """
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    key = key.strip() if scheme.lower() in {"bearer", "basic"} else ""
    key = key or headers.get("api-key", "").strip()
    if not key:
        raise api_error("missing_api_key")
    if good and key not in good:
        raise api_error("incorrect_api_key", key=masked(key))
    return key


class Spaces(OrderedDict[str, Space]):
    """The spaces of a server by API key, the one used last at the end; an unknown key gets a new one.

    Beyond `most` of them the one that has not been used for longest goes; one that somebody looks after only where
    there are no others, which is logged. May be asked from any thread.
    """

    def __init__(self, make: Callable[[str], Space], *, most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most
        self._claimed: set[str] = set()
        self._lock = threading.Lock()

    def __missing__(self, key: str) -> Space:
        with self._lock:
            space = self.get(key)
            if space is None:
                space = self[key] = self._make(key)
                if len(self) > self._most:
                    self._drop_one(spared=key)
            return space

    def snapshot(self) -> dict[str, Space]:
        """All spaces that there are now, by API key; asked from the server's thread."""
        with self._lock:
            return dict(self)

    def _drop_one(self, *, spared: str) -> None:
        keys = [key for key in tuple(self) if key != spared]  # other threads note meanwhile which are used
        dropped = next((key for key in keys if key not in self._claimed), keys[0])
        if dropped in self._claimed:
            _log.warning(
                "The workspace of the key %s was dropped, with its rules: there are more than max_workspaces (%d) that "
                "somebody has set up. Discard those that are done with, or set it higher.",
                masked(dropped),
                self._most,
            )
        self._claimed.discard(dropped)
        self.pop(dropped)

    def claim(self, key: str) -> Space:
        """The space of `key`, for somebody who looks after it: who holds its workspace, or has set it up over HTTP."""
        self._claimed.add(key)
        return self[key]

    def use(self, key: str) -> None:
        """Note that the space of `key` is used."""
        try:  # noqa: SIM105 - once for each request, where a context manager costs as much as the rest of this
            self.move_to_end(key)
        except KeyError:  # discarded meanwhile, by another thread
            pass

    def discard(self, key: str) -> None:
        """Forget the space of `key`."""
        with self._lock:
            self._claimed.discard(key)
            self.pop(key, None)

    def take_unclaimed(self) -> list[Space]:
        """The spaces that requests alone have made; they are forgotten."""
        with self._lock:
            return [self.pop(key) for key in [*self] if key not in self._claimed]
