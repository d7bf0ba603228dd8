"""Which headers of requests and replies a cassette keeps; all others are left out."""

from collections.abc import Sequence

KEPT_HEADERS: Sequence[str] = (
    "accept",
    "content-type",
    "idempotency-key",
    "location",
    "openai-beta",
    "openai-model",
    "openai-poll-after-ms",
    "openai-processing-ms",
    "openai-version",
    "retry-after",
    "retry-after-ms",
    "user-agent",
    "www-authenticate",
    "x-client-request-id",
    "x-request-id",
    "x-should-retry",
)
KEPT_HEADER_STARTS = ("x-ratelimit-", "x-stainless-")
LEADS_TO = "location"
"""The header whose value is a URL."""


def kept(header: str) -> bool:
    """Whether a cassette keeps a header."""
    name = header.lower()
    return name in KEPT_HEADERS or name.startswith(KEPT_HEADER_STARTS)
