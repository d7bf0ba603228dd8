"""A provider's dialect at the edge: requests are adapted on the way in, replies on the way out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mockserver.codec import compact, pretty
from mockserver.errors import ApiError
from mockserver.events.sse import frame
from mockserver.web.call import Call, EventStream, JsonReply, Reply, json_reply
from mockserver.web.profiles.profile import Profile, ProfileStream


def adapt_request(call: Call, profile: Profile) -> Call:
    """The call as a client of OpenAI would have made it. The exchange keeps the bytes that were sent beside.

    Raises: ApiError for a body that is no JSON.
    """
    exchange = call.exchange
    if exchange.raw:
        exchange.sent = exchange.raw
        exchange.raw = compact(profile.request_in(call.json()))
    return replace(call, params={name: profile.id_in(value) for name, value in call.params.items()})


def adapt_reply(reply: Reply, profile: Profile, sent: Any) -> Reply:
    """A reply as the provider would give it; `sent` is the request's body as it came."""
    if isinstance(reply, EventStream):
        parts = reply.parts if reply.after < 0 or reply.run.done else reply.run.follow()
        return AdaptedStream(run=reply.run, after=reply.after, parts=parts, profile=profile, sent=sent)
    body = orjson.loads(reply.body)
    if isinstance(body, dict) and body.get("object") == "response":
        return replace(reply, body=pretty(profile.response_out(body, sent)))
    return reply


def adapt_error(error: ApiError, profile: Profile) -> JsonReply:
    """An error as the provider would give it."""
    return json_reply(profile.error_out(error.error, error.status), status=error.status, headers=error.headers)


@dataclass(slots=True, kw_only=True)
class AdaptedStream(EventStream):
    """A stream as the provider would send it. Its numbers are its own, so all of it is translated, from its start."""

    profile: Profile
    sent: Any
    """The request's body as it came."""
    _stream: ProfileStream = field(init=False)
    _consumed: int = 0
    """How many of the run's events have been translated."""

    def __post_init__(self) -> None:
        self._stream = ProfileStream(self.profile, self.sent)

    def pieces(self, part: range) -> Sequence[bytes]:
        """What the provider makes of the events with these numbers; of that, what comes after `after`."""
        events = self.run.events()[self._consumed : part.stop]
        self._consumed = part.stop
        adapted = [one for event in events for one in self._stream.feed(event)]
        pieces = [frame(event) for event in adapted if event.get("sequence_number", self.after + 1) > self.after]
        if self.profile.stream_end and self.run.done and part.stop == self.run.length:
            pieces.append(f"data: {self.profile.stream_end}\n\n".encode())
        return pieces

    def whole(self) -> bytes:
        """All of a run that is done."""
        return self.together(range(self.run.length))
