"""Asks the control API of a server that runs elsewhere, for commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mockserver.codec import loads
from mockserver.errors import ServerError, SettingsError

UNAUTHORIZED = 401
PATIENCE = 30.0
"""Seconds without a byte after which a server counts as gone; a log without requests has a line every ten."""


def fetch(url: str, key: str, path: str) -> Any:
    """The JSON of a call. `url` may end in `/v1`; an empty `key` is left out. Raises: ServerError, SettingsError."""
    with _opened(url, key, path) as reply:
        return loads(reply.read())


def follow(url: str, key: str, how: Mapping[str, str | bool]) -> Iterator[bytes]:
    """The lines of a server's log from now on, until it stops; `how` is the query; false values are dropped.

    Raises: ServerError, SettingsError.
    """
    from urllib.parse import urlencode  # noqa: PLC0415 - for one command

    with _opened(url, key, f"log?{urlencode({name: value for name, value in how.items() if value})}") as reply:
        yield from (line for line in reply if line.strip(b"\n"))  # an empty line only shows that the server is there


@contextmanager
def _opened(url: str, key: str, path: str) -> Iterator[Any]:
    from http.client import HTTPException  # noqa: PLC0415 - no server needs what asks one
    from urllib.request import Request, urlopen  # noqa: PLC0415

    called = f"{url.rstrip('/').removesuffix('/v1')}/_mock/{path}"
    if not called.startswith(("http://", "https://")):
        raise SettingsError(f"the URL is {url!r}; expected that of a server, such as http://127.0.0.1:8080.")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with urlopen(Request(called, headers=headers), timeout=PATIENCE) as reply:  # noqa: S310 - it is http
            yield reply
    except (OSError, HTTPException, ValueError) as error:
        if getattr(error, "code", None) == UNAUTHORIZED:
            raise ServerError(f"{url} needs an API key that the server accepts: state it with --key.") from error
        raise ServerError(f"{url} {_cause(error)}. Is that a mock server, with its control API?") from error


def _cause(error: Exception) -> str:
    """Why a call failed, for a sentence that begins with the server."""
    status = getattr(error, "code", None)
    if status is not None:
        return f"answered {status}"
    reason = getattr(error, "reason", error)
    said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"cannot be reached: {said}"
