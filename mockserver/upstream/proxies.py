"""The proxy that the environment names for a request to an upstream.

Not aiohttp's `trust_env`: it looks into `~/.netrc` as well, and refuses requests that have an API key where that names
the host.
"""

from urllib.request import getproxies, proxy_bypass

from yarl import URL

SCHEMES = {"ws": "http", "wss": "https"}
"""Whose proxy a WebSocket goes through."""


def proxy_of(url: URL) -> URL | None:
    """The proxy of HTTP_PROXY or HTTPS_PROXY, in either spelling, unless NO_PROXY has the host."""
    address = getproxies().get(SCHEMES.get(url.scheme, url.scheme))
    if not address or url.host is None or proxy_bypass(url.host):
        return None
    return URL(address)
