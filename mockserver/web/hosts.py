"""Which pages may use this server.

A page of any site can send requests to a server on its visitor's machine. If it points a name of its own there (DNS
rebinding), it can read the replies. The browser says which name it used, and which page asks.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from mockserver.errors import ApiError
from mockserver.settings import Settings
from mockserver.spec.api_errors import api_error

LOOPBACK: Final = "localhost"
# Source: RFC 9110 section 7.2, less what no browser sends.
_PLACE: Final = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d*)?")


class Hosts:
    """The names under which a server may be addressed: those of the loopback, addresses, `host` and `allow_host`.

    Pages that are not the server's own may use it where `allow_host` names their host.
    """

    def __init__(self, settings: Settings) -> None:
        self._pages = frozenset(name.lower() for name in settings.allow_host)
        self._allowed = self._pages | {settings.host.lower()}

    def refusal(self, headers: Mapping[str, str]) -> ApiError | None:
        """The error for a request that came under another name, or from a page of another site; None for others.

        `headers` are by lowercase name. Programs that are no browsers state no `origin`.
        """
        host, origin = headers.get("host", LOOPBACK), headers.get("origin")
        if not self._is_ours(_name_of(host)):
            return api_error("host_not_allowed", host=host)
        if origin is None or _place_of(origin) == host.lower() or _name_of(_place_of(origin)) in self._pages:
            return None
        return (
            api_error("null_origin_not_allowed") if origin == "null" else api_error("origin_not_allowed", origin=origin)
        )

    def _is_ours(self, name: str) -> bool:
        return name in self._allowed or name == LOOPBACK or name.endswith(f".{LOOPBACK}") or _is_address(name)


def _name_of(place: str) -> str:
    """The host of `host` or `host:port`, in lowercase; empty for what is neither."""
    found = _PLACE.fullmatch(place)
    return "" if found is None else (found["address"] or found["name"]).lower().removesuffix(".")


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
