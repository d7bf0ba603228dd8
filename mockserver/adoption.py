"""Pointing clients that exist already at a workspace, and back again."""

from collections.abc import Callable
from typing import Any

from mockserver.errors import SettingsError

AZURE_ROOT = "/openai"
INSTEAD = ("_api_key_provider", "_azure_ad_token", "_azure_ad_token_provider", "websocket_base_url")
"""Where a client keeps what it would use instead of its key, or of its base URL."""
KEY_HEADERS = frozenset({"authorization", "api-key"})


def adopt(client: Any, *, base_url: str, api_key: str) -> Callable[[], None]:
    """Point a client of OpenAI's SDK, blocking, asynchronous or Azure's, at this server; call the result to undo it.

    Source: openai 3.57.0. A client reads these anew for each request. One that asks a provider for its key or its
    token, or has a key among its default headers, would send that instead of `api_key`. Azure's client for one
    deployment has an endpoint beside its base URL, and sends to that.

    Raises: SettingsError for an object that has no base URL and key.
    """
    if isinstance(client, type) or not (hasattr(client, "base_url") and hasattr(client, "api_key")):
        raise SettingsError(
            f"adopt: expected a client of OpenAI's SDK, with base_url and api_key, got {client!r}. Several clients are "
            "several arguments: adopt(one, other)."
        )
    root = base_url.removesuffix("/v1")
    was_default = "_base_url_was_default"  # which setting the base URL changes
    is_azure = hasattr(client, "_azure_ad_token")
    changes: dict[str, Any] = dict.fromkeys(INSTEAD)
    address = root + _azure_path(client) if is_azure else base_url
    # The module `openai` adds no slash, as its clients do.
    changes |= {"base_url": f"{address}/", "api_key": api_key, was_default: False}
    headers = getattr(client, "_custom_headers", {})
    changes["_custom_headers"] = {name: text for name, text in headers.items() if name.lower() not in KEY_HEADERS}
    if endpoint := getattr(client, "_azure_endpoint", None):
        changes["_azure_endpoint"] = type(endpoint)(root)
    before = {name: getattr(client, name) for name in changes if hasattr(client, name)}
    for name in before:
        setattr(client, name, changes[name])

    def undo() -> None:
        for name, value in before.items():
            setattr(client, name, value)

    return undo


def _azure_path(client: Any) -> str:
    """What stands below the endpoint: `/openai`, `/openai/v1`, or `/openai/deployments/NAME`."""
    _, root, rest = str(client.base_url).rstrip("/").rpartition(AZURE_ROOT + "/")
    return root + rest if root else AZURE_ROOT
