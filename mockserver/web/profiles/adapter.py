"""A provider's dialect at the edge: requests are adapted on the way in, replies on the way out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from mockserver.codec import dumps, dumps_indented
from mockserver.errors import ApiError
from mockserver.model.request import Asked
from mockserver.spec.checks.body import parse_body
from mockserver.state.run import Run
from mockserver.web.context import EventStream, JsonReply, PassedOn, WebReply, json_reply
from mockserver.web.profiles.profile import Profile, ProfileStream
from mockserver.web.sse import SseStream, frame


def adapt_request(asked: Asked, profile: Profile) -> Asked:
    """The request as a client of OpenAI would have made it; the bytes that were sent stand beside.

    Raises: ApiError for a body that is not valid JSON.
    """
    if not asked.raw:
        return asked
    body = parse_body(asked.raw, content_type=asked.head.headers.get("content-type", ""))
    return Asked(asked.head, dumps(profile.request_in(body)), sent=asked.raw)


def adapt_reply(reply: WebReply, profile: Profile, sent: Any) -> WebReply:
    """A reply as the provider would give it; `sent` is the request's body as it came. What was recorded stays."""
    if isinstance(reply, PassedOn) or reply.head is not None:
        return reply
    if isinstance(reply, EventStream):
        run, after = reply.events.run, reply.events.after
        batches = reply.batches if after < 0 or run.done else run.follow()
        return replace(reply, events=AdaptedStream(run, after=after, profile=profile, sent=sent), batches=batches)
    body = orjson.loads(reply.body)
    if isinstance(body, dict) and body.get("object") == "response":
        return replace(reply, body=dumps_indented(profile.response_out(body, sent)))
    return reply


def adapt_error(error: ApiError, profile: Profile) -> JsonReply:
    """An error as the provider would give it."""
    return json_reply(profile.error_out(error.error, error.status), status=error.status, headers=error.headers)


class AdaptedStream(SseStream):
    """A stream as the provider would send it. Its numbers are its own, so all of it is translated, from its start."""

    def __init__(self, run: Run, *, after: int, profile: Profile, sent: Any) -> None:
        super().__init__(run, after=after)
        self._profile = profile
        self._stream = ProfileStream(profile, sent)
        self._consumed = 0
        """How many of the run's events have been translated."""

    def frames(self, batch: range) -> Sequence[bytes]:
        """What the provider makes of the events with these numbers; of that, what comes after `after`."""
        events = self.run.events()[self._consumed : batch.stop]
        self._consumed = batch.stop
        adapted = [one for event in events for one in self._stream.feed(event)]
        frames = [frame(event) for event in adapted if event.get("sequence_number", self.after + 1) > self.after]
        if self._profile.stream_end and self.run.done and batch.stop == len(self.run.types):
            frames.append(f"data: {self._profile.stream_end}\n\n".encode())
        return frames

    def whole(self) -> bytes:
        """All of a run that is done."""
        return b"".join(self.frames(range(len(self.run.types))))
