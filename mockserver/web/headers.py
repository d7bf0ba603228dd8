"""The heads of replies: status and headers, as recorded in 2026.

Left out on purpose: `alt-svc` and `strict-transport-security` (they would send clients elsewhere), cookies, and
`content-encoding` (a reply on loopback is sent faster than it is compressed).
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Final, NamedTuple

from multidict import CIMultiDict

from mockserver.ids import fingerprint
from mockserver.model.answer import RecordedHead
from mockserver.model.recorded import JSON_TYPE, STREAM_TYPE

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

OWN: Final = {"x-request-id": "req_%s", "openai-processing-ms": "%s", "cf-ray": "%s-MCK"}
"""Differ from reply to reply."""

HTTP_UNAUTHORIZED: Final = 401
SHORTEST_MS: Final = 20


def _block(*rows: tuple[tuple[str, str], ...]) -> CIMultiDict[str]:
    return CIMultiDict([row for block in rows for row in block])


# What a reply starts from, by whether its endpoint is limited.
_BLOCKS: Final = {False: _block(FIXED, KNOWN_CALLER), True: _block(FIXED, KNOWN_CALLER, RATE_LIMITS)}
_UNAUTHORIZED_BLOCK: Final = _block(FIXED, UNAUTHORIZED)


class ReplyKind(NamedTuple):
    """What kind of reply it is."""

    content_type: str
    limited: bool = False
    """Whether its endpoint counts against rate limits and says so."""


PLAIN: Final = ReplyKind(JSON_TYPE)
LIMITED: Final = ReplyKind(JSON_TYPE, limited=True)
STREAM: Final = ReplyKind(STREAM_TYPE)


class Head:
    """The status and the headers of a reply, all but those that are about one moment or one connection."""

    def __init__(self, status: int, headers: CIMultiDict[str]) -> None:
        self.status = status
        self.headers = headers

    def with_headers(self, more: Mapping[str, str]) -> "Head":
        """This head with more headers, which replace those of the same name."""
        headers = self.headers.copy()
        headers.update(more)
        return Head(self.status, headers)

    @cached_property
    def encoded(self) -> bytes:
        """The status line and the headers as they stand on the wire, each with its line end.

        Raises: ValueError for a header that would end its line.
        """
        reason = HTTPStatus(self.status).phrase if self.status in _STATUSES else ""
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers.items())]
        for line in lines:
            if "\r" in line or "\n" in line:
                raise ValueError(f"{line!r} is not a valid header: it has a line end inside.")
        return "\r\n".join([*lines, ""]).encode(errors="surrogateescape")  # other bytes of an upstream, as they came


def recorded_head(recorded: RecordedHead) -> Head:
    """The head of a recorded reply; made once."""
    if recorded.encoded is None:
        recorded.encoded = Head(recorded.status, CIMultiDict(recorded.headers))
    head: Head = recorded.encoded
    return head


_STATUSES: Final = frozenset(HTTPStatus)


@lru_cache(maxsize=64)
def _block_of(kind: ReplyKind, status: int) -> Head:
    """What the heads of all replies of a kind have in common; `%s` stands where they differ."""
    headers = (_UNAUTHORIZED_BLOCK if status == HTTP_UNAUTHORIZED else _BLOCKS[kind.limited]).copy()
    headers["content-type"] = kind.content_type
    headers.update(OWN)
    return Head(status, headers)


class ReplyHead(Head):
    """The head of one reply: what its kind has, with request id, processing time and ray of its own."""

    def __init__(self, block: Head, digest: str) -> None:
        self.status = block.status
        self._block = block
        self._values = digest, SHORTEST_MS + int(digest[:2], 16), digest[8:24]
        self.encoded = block.encoded % tuple(str(value).encode() for value in self._values)

    @cached_property
    def headers(self) -> CIMultiDict[str]:  # type: ignore[override] # made only for what leaves by aiohttp
        """Its headers."""
        own = {name: value % mine for (name, value), mine in zip(OWN.items(), self._values, strict=True)}
        return self._block.with_headers(own).headers


@lru_cache(maxsize=256)
def reply_head(key: bytes, path: str, kind: ReplyKind, status: int) -> Head:
    """The head of one reply; request id, ray and processing time follow from the request's `key` and path."""
    return ReplyHead(_block_of(kind, status), fingerprint(key + path.encode()).hex())
