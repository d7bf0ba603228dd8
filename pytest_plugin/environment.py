"""The environment variables through which clients find a workspace."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

NAMES = ("openai", "azure")
"""Whose clients find a workspace: those of `OpenAI()`, those of `AzureOpenAI()`."""
API_VERSION = "2025-04-01-preview"
_OWN_KEY = pytest.StashKey[str]()
_KEYS = pytest.StashKey[set[str]]()
"""The API keys that the plugin has set."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Where clients look for authorities to trust: OpenSSL and httpx, requests, Node.js."""


def variables(base_url: str, api_key: str, names: tuple[str, ...], *, ca_file: Path | None = None) -> Mapping[str, str]:
    """The variables through which these clients find a workspace, directly, whatever proxy is set.

    Python's `AzureOpenAI` takes the endpoint even while OPENAI_BASE_URL is set. Node's refuses to be made then: for
    its sake the variables of one kind can be set without those of the other.

    Variables that a client asks before these are set where they are there already. Source: langchain-openai 1.7.4
    (OPENAI_API_BASE), openai-agents 0.24.0 (OPENAI_WEBSOCKET_BASE_URL), openai 3.57.0 (AZURE_OPENAI_AD_TOKEN).
    """
    found = {
        "openai": {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": api_key},
        "azure": {
            "AZURE_OPENAI_ENDPOINT": base_url.removesuffix("/v1"),
            "AZURE_OPENAI_API_KEY": api_key,
            "OPENAI_API_VERSION": API_VERSION,
        },
    }
    instead = {
        "openai": {"OPENAI_API_BASE": base_url, "OPENAI_WEBSOCKET_BASE_URL": base_url.replace("http", "ws", 1)},
        "azure": {"AZURE_OPENAI_AD_TOKEN": api_key},
    }
    for name, values in instead.items():
        found[name] |= {key: value for key, value in values.items() if key in os.environ}
    trusted = dict.fromkeys(TRUST, str(ca_file)) if ca_file else {}
    return {key: value for name in names for key, value in found[name].items()} | trusted | _no_proxy()


def set_variables(config: pytest.Config, patch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    """Set these until `patch` is undone, and remember the API key that is replaced."""
    key = upstream_key(config)
    if key is not None:
        config.stash[_OWN_KEY] = key
    config.stash.setdefault(_KEYS, set()).add(values.get("OPENAI_API_KEY", ""))
    for name, value in values.items():
        patch.setenv(name, value)


def upstream_key(config: pytest.Config) -> str | None:
    """The user's API key, to record with: not the one that clients find a workspace with."""
    now = os.environ.get("OPENAI_API_KEY")
    return config.stash.get(_OWN_KEY, None) if now in config.stash.get(_KEYS, set()) else now


def _no_proxy() -> dict[str, str]:
    """NO_PROXY in both spellings, with the addresses of this machine added to what it says."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    value = ",".join([*hosts, *(host for host in LOOPBACK if host not in hosts)])
    return {"NO_PROXY": value, "no_proxy": value}
