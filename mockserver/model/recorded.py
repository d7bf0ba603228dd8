"""What was recorded of the real API: data that a cassette keeps and replay hands out again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from mockserver.model.plan import Event
from mockserver.model.request import Channel

JSON_TYPE: Final = "application/json"
STREAM_TYPE: Final = "text/event-stream; charset=utf-8"
"""The content types of the API's replies, as recorded."""
RecordedBody: TypeAlias = dict[str, Any] | list[Any] | str | bytes | None
"""A body as recorded: a JSON object or array as its value, other text as it is, anything else as bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """One recorded exchange. Names of headers are lowercase."""

    method: str = "POST"
    url_path: str = "/v1/responses"
    """Path and query."""
    upstream: str = ""
    """Scheme and host that answered; empty where unknown."""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: RecordedBody = None
    any_request: bool = False
    """Whether the answer alone is known: it is for any request with this method and path, in which `*` stands for any
    text; a stream for those that ask for one, a response for the others."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: RecordedBody = None
    """The whole reply; None where it was a stream or empty."""
    events: Sequence[Event] | None = None
    """The events of a stream, verbatim and in order; None where the reply was not a stream."""
    other_frames: Sequence[tuple[int, str]] = ()
    """What a stream held besides events (comments, `[DONE]`): the number of events before it, and its text."""
    times: Sequence[float] = ()
    """Seconds after the request: of each event; of a whole reply its end alone."""
    started: float | None = None
    """When the request came, in unix seconds."""
    channel: Channel | None = None
    """Where it passed, if that was a WebSocket: then the request is what it would be over HTTP, with `stream: true` and
    with the `generate: false` of a warm-up, and its events have no `stream_id`."""
    steers: Sequence[tuple[int, Event]] = ()
    """What the client sent while the response was made: the number of events before it, and its event."""
    complete: bool = True
    """False where the upstream broke off."""


BeforeRecord: TypeAlias = Callable[[RecordedExchange], RecordedExchange | None]
"""Takes an exchange before it is recorded, and gives the one to record; None to record nothing."""
