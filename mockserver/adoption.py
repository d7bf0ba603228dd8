"""Pointing clients that exist already at a workspace, and back again."""

from collections.abc import Callable
from typing import Any

from mockserver.errors import SettingsError

AZURE_ROOT = "/openai"
PROVIDERS = ("_api_key_provider", "_azure_ad_token", "_azure_ad_token_provider")
"""Where a client keeps what it sends instead of its key."""


def adopt(client: Any, *, base_url: str, api_key: str) -> Callable[[], None]:
    """Point a client of OpenAI's SDK, blocking, asynchronous or Azure's, at this server; call the result to undo it.

    Source: openai 3.52.0. A client reads these anew for each request; one that asks a provider for its key or its token
    would send that instead of `api_key`.

    Raises: SettingsError for an object that has no base URL and key.
    """
    if not (hasattr(client, "base_url") and hasattr(client, "api_key")):
        raise SettingsError(f"adopt: expected a client of OpenAI's SDK, with base_url and api_key, got {client!r}.")
    is_azure = hasattr(client, "_azure_ad_token")
    changes: dict[str, str | None] = dict.fromkeys(PROVIDERS)
    changes |= {"base_url": base_url.removesuffix("/v1") + AZURE_ROOT if is_azure else base_url, "api_key": api_key}
    before = {name: getattr(client, name) for name in changes if hasattr(client, name)}
    for name in before:
        setattr(client, name, changes[name])

    def undo() -> None:
        for name, value in before.items():
            setattr(client, name, value)

    return undo
