"""A provider's dialect at the edge: requests translated on the way in, replies on the way out."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from mockserver.codec import compact, pretty
from mockserver.errors import ApiError
from mockserver.model.plan import Event
from mockserver.web.call import Call, EventStream, JsonReply, Reply, json_reply
from mockserver.web.profile import Profile, ProfileStream, load_profile

profile_named = cache(load_profile)
"""A profile by name or path, read once."""


def heard(call: Call, profile: Profile) -> Call:
    """The call as a client of OpenAI would have made it. The exchange keeps the bytes that were sent beside.

    Raises: ApiError for a body that is no JSON.
    """
    exchange = call.exchange
    if exchange.raw:
        exchange.sent = exchange.raw
        exchange.raw = compact(profile.request_in(call.json()))
    return replace(call, params={name: profile.id_in(value) for name, value in call.params.items()})


def spoken(reply: Reply, profile: Profile, sent: Any) -> Reply:
    """A reply as the provider would give it; `sent` is the request's body as it came."""
    if isinstance(reply, EventStream):
        ending = f"data: {profile.stream_end}\n\n".encode() if profile.stream_end else b""
        return replace(reply, batches=_spoken_events(reply, profile, sent), ending=ending)
    body = orjson.loads(reply.body)
    if isinstance(body, dict) and body.get("object") == "response":
        return replace(reply, body=pretty(profile.response_out(body, sent)))
    return reply


def spoken_error(error: ApiError, profile: Profile) -> JsonReply:
    """An error as the provider would give it."""
    return json_reply(profile.error_out(error.error, error.status), status=error.status, headers=error.headers)


async def _spoken_events(reply: EventStream, profile: Profile, sent: Any) -> AsyncGenerator[Sequence[Event], None]:
    """The provider's events. Its numbers are its own, so a stream that is resumed is translated from its start."""
    stream = ProfileStream(profile, sent)
    source = reply.batches if reply.batches is not None and reply.after < 0 else reply.run.follow()
    async with aclosing(source) as batches:
        async for events in batches:
            shown = [told for event in events for told in stream.feed(event)]
            wanted = [event for event in shown if event.get("sequence_number", reply.after + 1) > reply.after]
            if wanted:
                yield wanted
