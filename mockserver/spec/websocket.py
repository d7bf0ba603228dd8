"""What is known of WebSocket mode: its limits, its events, and its errors.

Sources: PY = the types of openai 3.52.0 and the notes of its `lib/responses_websocket`; WSG = OpenAI's guide to
WebSocket mode, autumn 2026; MAG = its guide to multi-agent; CX = Codex CLI and its tests; our choice = no source.
"""

import re
from collections.abc import Mapping
from typing import Final

from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.multi_agent import INJECT, INJECT_CREATED, INJECT_FAILED
from mockserver.spec.steering import FAILED, PENDING, STEER

MAX_MESSAGE: Final = 1 << 24
"""Bytes of a client's message that are too many; it is answered by a close with code 1009. Source: public issues."""
MAX_IN_FLIGHT: Final = 16
"""Responses that a connection makes at once; more are accepted and wait. Source: WSG."""
MAX_LANES: Final = 32
"""Lanes with a name that a connection may use in its life. Source: WSG."""
LIFETIME_SECONDS: Final = 3600.0
"""How long a connection lives. Source: WSG."""

LANE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)
"""What a `stream_id` may be. Source: WSG."""

CONNECT: Final = "responses.connect"
"""The name of the handshake in scripts: that of the SDK's method."""
CREATE: Final = "response.create"
PROCESSED: Final = "response.processed"
CLIENT_EVENTS: Final = (CREATE, STEER)
"""What a client may send, as an error lists it. `response.processed` is ignored: Codex sends it, undocumented."""
ANSWERED: Final = frozenset({PENDING, FAILED, INJECT_CREATED, INJECT_FAILED})
"""Events after which nothing more comes for something that a client has sent for a response."""
BETA_EVENTS: Final = (*CLIENT_EVENTS, INJECT)
"""What it may send where the handshake asks for the beta."""
INVALID_INJECTION: Final = 1008
"""The code of the close after an injection that does not fit its schema; that there is one: MAG, the code: our choice.
"""

ENVELOPE: Final = frozenset({"type", "stream_id", "generate", "stream"})
"""Keys of `response.create` that are about the socket. `stream` says what is so anyway; clients send it. Source: PY."""

ERROR_HEADERS: Final = ("retry-after", "x-ratelimit-", "x-should-retry")
"""How headers begin that are about an error itself, wherever it stands. Source: CX reads them in a frame."""

SOCKET_ERRORS: Final[Mapping[str, ApiErrorRow]] = {
    "invalid_stream_id": ApiErrorRow(  # WSG
        text=(
            "The 'stream_id' field must be a non-empty string with at most 256 characters and may only contain letters,"
            " numbers, underscores, hyphens, and periods."
        ),
        when="A `stream_id` is not a valid name of a lane.",
        code="invalid_stream_id",
        param="stream_id",
    ),
    "websocket_stream_limit_reached": ApiErrorRow(  # WSG
        text=(
            "This WebSocket connection has reached its maximum number of distinct stream IDs (32). Reuse an existing"
            " stream_id or open a new WebSocket connection."
        ),
        when="A connection uses more than 32 lanes with a name.",
        code="websocket_stream_limit_reached",
        param="stream_id",
    ),
    "websocket_connection_limit_reached": ApiErrorRow(  # WSG
        text=(
            "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue."
        ),
        when="A connection is 60 minutes old.",
        code="websocket_connection_limit_reached",
    ),
    "background_over_websocket": ApiErrorRow(  # PY: not supported; the sentence is our choice
        text="Unsupported parameter: 'background' is not supported over WebSocket.",
        when="Background work is requested over a WebSocket.",
        code="unsupported_parameter",
        param="background",
    ),
    "binary_frame": ApiErrorRow(  # our choice: no real answer is known
        text="Invalid frame: expected a text frame with a JSON object, but got a binary frame instead.",
        when="A client sends a binary frame.",
        code="invalid_frame",
    ),
    "invalid_handshake": ApiErrorRow(  # our choice: no real answer is known
        text="Invalid WebSocket handshake: {reason}.",
        when="A request for an upgrade lacks a header that RFC 6455 requires.",
        code="invalid_handshake",
        example={"reason": "'sec-websocket-version' has to be 13"},
    ),
    "websocket_unavailable": ApiErrorRow(  # CX: a 426 makes it use HTTP at once; the sentence is our choice
        text="WebSocket connections are not available here. Use POST /v1/responses over HTTP.",
        when="The server was started with `--no-websocket`, or its profile's provider has no WebSocket mode.",
        code="websocket_unavailable",
        status=426,
    ),
}
