"""Faults of the transport: replies that break off, stall, trickle, or are no replies at all."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from mockserver.clock import Clock
from mockserver.model.fault import BrokenOff, CutAfter, Ending, Fault, GarbageAfter, HalfEvent, StallAfter
from mockserver.web.context import EventStream, JsonReply
from mockserver.web.headers import Head

GARBAGE = b"\x00\xff\xfenot an event{\n\n"
SLOW_CHUNKS = 20
"""How many frames a slow body is cut into."""

Frames = AsyncIterator[bytes]


class Closed(Exception):  # noqa: N818 - not an error: the fault's end
    """The socket is to be closed now."""

    def __init__(self, *, half_of: bytes = b"", code: int | None = None) -> None:
        super().__init__()
        self.half_of = half_of
        """The frame in whose middle it is closed."""
        self.code = code
        """With what code a WebSocket is closed; None: without a close."""


async def _cut_after(frames: Frames, ending: CutAfter, _garbage: bytes) -> AsyncGenerator[bytes, None]:
    async for number, frame in _numbered(frames):
        if number > ending.at:
            break
        yield frame
    raise Closed(code=ending.code)


async def _stall_after(frames: Frames, ending: StallAfter, _garbage: bytes) -> AsyncGenerator[bytes, None]:
    async for number, frame in _numbered(frames):
        if number > ending.at:
            break
        yield frame
    await asyncio.Event().wait()


async def _half_event(frames: Frames, ending: HalfEvent, _garbage: bytes) -> AsyncGenerator[bytes, None]:
    async for number, frame in _numbered(frames):
        if number == ending.at:
            raise Closed(half_of=frame)
        yield frame
    raise Closed


async def _garbage_after(frames: Frames, ending: GarbageAfter, garbage: bytes) -> AsyncGenerator[bytes, None]:
    if ending.at == 0:
        yield garbage
    async for number, frame in _numbered(frames):
        yield frame
        if number == ending.at:
            yield garbage


BREAKS: Final[Mapping[type, Callable[[Frames, Any, bytes], AsyncGenerator[bytes, None]]]] = {
    CutAfter: _cut_after,
    StallAfter: _stall_after,
    HalfEvent: _half_event,
    GarbageAfter: _garbage_after,
}


async def _numbered(frames: Frames) -> AsyncGenerator[tuple[int, bytes], None]:
    number = 0
    async for frame in frames:
        number += 1
        yield number, frame


def broken(frames: Frames, ending: Ending | None, *, garbage: bytes = GARBAGE) -> Frames:
    """The frames of a reply, one for each event, as they leave with this ending.

    They raise `Closed` where the socket is to be closed, and never end where the reply stalls.
    """
    return BREAKS[type(ending)](frames, ending, garbage) if isinstance(ending, BrokenOff) else frames


async def spread(frames: Frames, seconds: float, clock: Clock) -> AsyncGenerator[bytes, None]:
    """The frames of a reply, which trickle over so many seconds."""
    known = [frame async for frame in frames]
    deadline = clock.elapsed()
    for frame in known:
        yield frame
        deadline += seconds / len(known)
        await clock.sleep_until(deadline)


def breaks_transport(fault: Fault) -> bool:
    """Whether a fault is one of transport."""
    return isinstance(fault.ending, BrokenOff) or fault.content_length is not None or fault.slow_body is not None


def write_broken(
    request: web.BaseRequest, head: Head, reply: JsonReply | EventStream, *, fault: Fault, clock: Clock
) -> Coroutine[Any, Any, web.StreamResponse]:
    """Write a reply as `fault` says."""
    if isinstance(reply, JsonReply):
        return break_body(request, head, reply.body, fault=fault, clock=clock)
    return _write_frames(request, _started(head), _single_frames(reply), fault=fault, ending=fault.ending, clock=clock)


async def break_body(
    request: web.BaseRequest, head: Head, body: bytes, *, fault: Fault, clock: Clock
) -> web.StreamResponse:
    """Write a body as `fault` says: whatever counts events breaks it in its middle."""
    response = _started(head)
    response.content_length = len(body) + (fault.content_length or 0)
    frames, ending = body_frames(body, fault), in_the_middle(fault.ending)
    return await _write_frames(request, response, frames, fault=fault, ending=ending, clock=clock)


def _started(head: Head) -> web.StreamResponse:
    return web.StreamResponse(status=head.status, headers=head.headers)


async def all_at_once(reply: EventStream) -> AsyncGenerator[range, None]:
    """All events of a run that is done that its client asks for, in one batch."""
    yield reply.events.numbers


async def _single_frames(reply: EventStream) -> AsyncGenerator[bytes, None]:
    async with aclosing(reply.batches or all_at_once(reply)) as batches:
        async for batch in batches:
            for frame in reply.events.frames(batch):
                yield frame


async def _write_frames(
    request: web.BaseRequest,
    response: web.StreamResponse,
    frames: Frames,
    *,
    fault: Fault,
    ending: Ending | None,
    clock: Clock,
) -> web.StreamResponse:
    """Write a reply, given as one frame an event: it ends by `ending`, its length and speed are those of `fault`."""
    if fault.content_length is not None:  # which needs to know how much will come
        known = [frame async for frame in frames]
        frames = _again(known)
        response.content_length = max(0, sum(map(len, known)) + fault.content_length)
    if fault.slow_body is not None:
        frames = spread(frames, fault.slow_body, clock)
    await response.prepare(request)
    try:
        async for frame in broken(frames, ending):
            await response.write(frame)
    except Closed as closed:
        await response.write(closed.half_of[: len(closed.half_of) // 2])
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


def in_the_middle(ending: Ending | None) -> Ending | None:
    """The ending for a body of two frames: whatever number of events it counts means its middle."""
    return replace(ending, at=1) if isinstance(ending, BrokenOff) else ending
