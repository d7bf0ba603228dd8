"""Faults of the transport: replies that break off, stall, trickle, or are no replies at all."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from aiohttp import web

from mockserver.clock import Clock
from mockserver.model.fault import Fault
from mockserver.web.context import EventStream, JsonReply
from mockserver.web.headers import Head

GARBAGE = b"\x00\xff\xfenot an event{\n\n"
SLOW_CHUNKS = 20
"""How many frames a slow body is cut into."""

COUNTING = ("cut_after", "stall_after", "half_event", "garbage_after")
TRANSPORT = (*COUNTING, "content_length", "slow_body")
"""The fields of a fault that are carried out here."""


def breaks_transport(fault: Fault) -> bool:
    """Whether a fault is one of transport."""
    return any(getattr(fault, name) is not None for name in TRANSPORT)


class _Closed(Exception):  # noqa: N818 - not an error: the fault's end
    """The socket is to be closed now."""


def write_broken(
    request: web.BaseRequest, head: Head, reply: JsonReply | EventStream, *, fault: Fault, clock: Clock
) -> Coroutine[Any, Any, web.StreamResponse]:
    """Write a reply as `fault` says."""
    if isinstance(reply, JsonReply):
        return break_body(request, head, reply.body, fault=fault, clock=clock)
    return _write_frames(request, _started(head), _single_frames(reply), fault=fault, clock=clock)


async def break_body(
    request: web.BaseRequest, head: Head, body: bytes, *, fault: Fault, clock: Clock
) -> web.StreamResponse:
    """Write a body as `fault` says: whatever counts events breaks it in its middle."""
    response = _started(head)
    response.content_length = len(body) + (fault.content_length or 0)
    return await _write_frames(request, response, body_frames(body, fault), fault=in_the_middle(fault), clock=clock)


def _started(head: Head) -> web.StreamResponse:
    return web.StreamResponse(status=head.status, headers=head.headers)


async def all_at_once(reply: EventStream) -> AsyncGenerator[range, None]:
    """All events of a run that is done that its client asks for, in one batch."""
    yield range(reply.events.after + 1, len(reply.events.run.types))


async def _single_frames(reply: EventStream) -> AsyncGenerator[bytes, None]:
    async with aclosing(reply.batches or all_at_once(reply)) as batches:
        async for batch in batches:
            for frame in reply.events.frames(batch):
                yield frame


async def _write_frames(
    request: web.BaseRequest,
    response: web.StreamResponse,
    frames: AsyncIterator[bytes],
    *,
    fault: Fault,
    clock: Clock,
) -> web.StreamResponse:
    """Write a reply, given as one frame an event, as `fault` says."""
    pause = 0.0
    if fault.content_length is not None or fault.slow_body is not None:  # these need to know how much will come
        known = [frame async for frame in frames]
        frames = _again(known)
        pause = (fault.slow_body or 0) / max(1, len(known))
        if fault.content_length is not None:
            response.content_length = max(0, sum(map(len, known)) + fault.content_length)
    await response.prepare(request)
    deadline = clock.elapsed()
    try:
        async for frame in _broken(frames, fault):
            await response.write(frame)
            deadline += pause
            await clock.sleep_until(deadline)
    except _Closed:
        close(request)
        return response
    if fault.content_length is not None:
        close(request)
    else:
        await response.write_eof()
    return response


def close(request: web.BaseRequest) -> None:
    """Close the connection after what has been written, without an end of the reply."""
    if request.transport is not None:
        request.transport.close()


async def _broken(frames: AsyncIterator[bytes], fault: Fault) -> AsyncGenerator[bytes, None]:
    """The bytes to write; ends by `_Closed` where the socket closes, and never where it stalls."""
    count = 0
    if fault.garbage_after == 0:
        yield GARBAGE
    async for frame in frames:
        if count == fault.cut_after:
            raise _Closed
        if count == fault.stall_after:
            await asyncio.Event().wait()
        count += 1
        if count == fault.half_event:
            yield frame[: len(frame) // 2]
            raise _Closed
        yield frame
        if count == fault.garbage_after:
            yield GARBAGE
    if fault.stall_after is not None:
        await asyncio.Event().wait()
    if fault.cut_after is not None or fault.half_event is not None:
        raise _Closed


async def _again(frames: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
    for frame in frames:
        yield frame


async def body_frames(body: bytes, fault: Fault) -> AsyncGenerator[bytes, None]:
    """A JSON body as frames, so that what counts events breaks it in its middle."""
    if fault.slow_body is not None:
        size = max(1, -(-len(body) // SLOW_CHUNKS))
        for start in range(0, len(body), size):
            yield body[start : start + size]
        return
    yield body[: len(body) // 2]
    yield body[len(body) // 2 :]


def in_the_middle(fault: Fault) -> Fault:
    """The fault for a body of two frames: whatever number of events it counts means its middle."""
    changes: dict[str, Any] = {name: 1 for name in COUNTING if getattr(fault, name) is not None}
    return replace(fault, **changes)
