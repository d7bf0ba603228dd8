"""A recorded answer as a reply: its own status and headers, events verbatim, at once or as they came."""

from collections.abc import AsyncGenerator, Iterator

from multidict import CIMultiDict

from mockserver.clock import Clock
from mockserver.codec import pretty
from mockserver.events.sse import frames
from mockserver.model.plan import Event
from mockserver.model.tape import Body, Recorded
from mockserver.state.gate import Passage
from mockserver.state.journal import Exchange
from mockserver.state.run import Run
from mockserver.state.telling import Told
from mockserver.web.call import BrokenOffError, RawReply

NOT_REPLAYED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "date"})
"""Of recordings that keep all headers: what is told anew, since it is about one connection or one moment."""


def replayed(recorded: Recorded, *, clock: Clock, speed: float, passage: Passage | None = None) -> RawReply:
    """The reply that a recording gives: at `speed` times the speed of then, 0 for at once."""
    headers = CIMultiDict((name, value) for name, value in recorded.headers.items() if name not in NOT_REPLAYED)
    pieces = _pieces(recorded, clock=clock, speed=speed, passage=passage)
    length = len(_bytes(recorded.body)) if recorded.events is None and recorded.complete else None
    return RawReply(status=recorded.status, headers=headers, pieces=pieces, length=length)


async def _pieces(
    recorded: Recorded, *, clock: Clock, speed: float, passage: Passage | None
) -> AsyncGenerator[bytes, None]:
    start = clock.elapsed()
    waiting = b""
    for due, event, piece in _timed(recorded):
        deadline = start + (due / speed if speed else 0.0)
        if waiting and (passage or deadline > clock.elapsed()):
            yield waiting
            waiting = b""
        await clock.sleep_until(deadline)
        if passage and event:
            await passage.wait_for(event)
        waiting += piece
    if waiting:
        yield waiting
    if not recorded.complete:
        raise BrokenOffError


def _timed(recorded: Recorded) -> Iterator[tuple[float, Event | None, bytes]]:
    """The pieces of an answer, each with the second in which it came; what is no event comes with the event before."""
    if recorded.events is None:
        yield (recorded.times[-1] if recorded.times else 0.0), None, _bytes(recorded.body)
        return
    asides = list(recorded.asides)
    due = 0.0
    for place in range(len(recorded.events) + 1):
        while asides and asides[0][0] == place:
            yield due, None, f"{asides.pop(0)[1]}\n\n".encode()
        if place < len(recorded.events):
            event = recorded.events[place]
            due = recorded.times[place] if place < len(recorded.times) else due
            yield due, event, frames([event])


def _bytes(body: Body) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else pretty(body)


def note(exchange: Exchange, recorded: Recorded) -> None:
    """Let the journal see what was answered."""
    exchange.status = recorded.status
    if recorded.events is None:
        exchange.reply = _bytes(recorded.body) if isinstance(recorded.body, dict | list) else b""
        return
    final = next((event["response"] for event in reversed(recorded.events) if "response" in event), None)
    if isinstance(final, dict) and "id" in final:
        exchange.run = Run(Told(final, log=recorded.events), streamed=True)
