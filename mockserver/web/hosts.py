"""Which pages may use this server.

A page of any site can send requests to a server on its visitor's machine. If it points a name of its own there (DNS
rebinding), it can read the replies. The browser says which name it used, and which page asks.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from mockserver.errors import ApiError
from mockserver.settings import Settings
from mockserver.spec.api_errors import api_error

LOOPBACK: Final = "localhost"


class Hosts:
    """The names under which a server may be addressed: those of the loopback, addresses, `host` and `allow_host`."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = frozenset(name.lower() for name in (settings.host, *settings.allow_host))

    def refusal(self, headers: Mapping[str, str]) -> ApiError | None:
        """The error for a request that came under another name, or from a page of another site; None for others.

        `headers` are by lowercase name. Programs that are no browsers state no `origin`.
        """
        host, origin = headers.get("host", LOOPBACK), headers.get("origin")
        if not self._is_ours(_name_of(f"//{host}")):
            return api_error("host_not_allowed", host=host)
        if origin is None or _place_of(origin) == host.lower() or _name_of(origin) in self._allowed:
            return None
        return (
            api_error("null_origin_not_allowed") if origin == "null" else api_error("origin_not_allowed", origin=origin)
        )

    def _is_ours(self, name: str) -> bool:
        return name in self._allowed or name == LOOPBACK or name.endswith(f".{LOOPBACK}") or _is_address(name)


def _name_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:  # a bracket that is never closed
        return ""


def _place_of(origin: str) -> str:
    """The host and port of a page, as a request to where it came from states them."""
    return origin.partition("://")[2].lower()


def _is_address(name: str) -> bool:
    """Whether it is an IP address: no other site can have it for a name."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
