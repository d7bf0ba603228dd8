"""From the bytes of a request's body to JSON, or the wire's `invalid_json`."""

from typing import Any, Final

import orjson

from mockserver.spec.checks.invalid import Invalid

# Deeper nesting than any request needs is refused here, so that nothing behind has to fear for its stack.
MAX_DEPTH: Final = 100
_NESTING: Final = frozenset({dict, list})


def parse_body(raw: bytes, *, content_type: str) -> Any:
    """The JSON value of a body; of duplicate keys the last one counts.

    `content_type` is the header's value, empty where the client sent none.

    Raises:
        ApiError: no JSON content type, or `invalid_json`: malformed, not UTF-8, NaN or Infinity, a lone surrogate, an
            empty body, nesting deeper than `MAX_DEPTH`.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise Invalid("unsupported_content_type", content_type=content_type).error
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid("invalid_json").error from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _is_deep(body):
        raise Invalid("invalid_json").error
    return body


def _is_deep(body: Any) -> bool:
    level = [body]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _NESTING
        ]
        if not level:
            return False
    return True
