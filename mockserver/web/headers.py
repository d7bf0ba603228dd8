"""The headers that every reply carries, as recorded in 2026.

Left out on purpose: `alt-svc` and `strict-transport-security` (they would send clients elsewhere), cookies, and
`content-encoding` (a reply on loopback is sent faster than it is compressed).
"""

from collections.abc import Mapping
from typing import Final

from multidict import CIMultiDict

from mockserver.ids import Draws, fingerprint

JSON: Final = "application/json"
SSE: Final = "text/event-stream; charset=utf-8"

FIXED: Final = (
    ("openai-version", "2020-10-01"),
    ("access-control-expose-headers", "X-Request-ID"),
    ("access-control-expose-headers", "CF-Ray"),
    ("access-control-expose-headers", "CF-Ray"),
    ("x-content-type-options", "nosniff"),
    ("server", "cloudflare"),
    ("cf-cache-status", "DYNAMIC"),
)
KNOWN_CALLER: Final = (("openai-organization", "mock-organization"), ("openai-project", "proj_mockserver"))
"""Stand on every reply but a 401."""

UNAUTHORIZED: Final = (("www-authenticate", 'Bearer realm="OpenAI API"'),)

RATE_LIMITS: Final = (
    ("x-ratelimit-limit-requests", "5000"),
    ("x-ratelimit-limit-tokens", "4000000"),
    ("x-ratelimit-remaining-requests", "4999"),
    ("x-ratelimit-remaining-tokens", "3999969"),
    ("x-ratelimit-reset-requests", "12ms"),
    ("x-ratelimit-reset-tokens", "0s"),
)
"""On JSON replies of endpoints that use a model, never on streams."""

HTTP_UNAUTHORIZED: Final = 401
LONGEST_MS: Final = 900


def reply_headers(
    subject: bytes,
    *,
    content_type: str,
    status: int = 200,
    limited: bool = False,
    more: Mapping[str, str] | None = None,
) -> CIMultiDict[str]:
    """The headers of one reply; request id, ray and processing time follow from `subject`."""
    draws = Draws(fingerprint(subject))
    headers = CIMultiDict(FIXED)
    headers.extend(UNAUTHORIZED if status == HTTP_UNAUTHORIZED else KNOWN_CALLER)
    if limited:
        headers.extend(RATE_LIMITS)
    headers["content-type"] = content_type
    headers["x-request-id"] = f"req_{draws.hex(32)}"
    headers["openai-processing-ms"] = str(20 + draws.index(LONGEST_MS))
    headers["cf-ray"] = f"{draws.hex(16)}-MCK"
    headers.update(more or {})
    return headers
