"""A recorded answer as a reply: its own status and headers, events verbatim, at once or as they came."""

from collections.abc import AsyncGenerator
from functools import lru_cache

from multidict import CIMultiDict

from mockserver.clock import Clock
from mockserver.model.tape import Recorded
from mockserver.responders.taped import Recording, pieces
from mockserver.state.gate import Passage
from mockserver.state.journal import Exchange
from mockserver.state.run import Delivery, Run
from mockserver.web.call import BrokenOffError, RawReply
from mockserver.web.headers import Head

NOT_REPLAYED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "date"})
"""Of recordings that keep all headers: what is told anew, since it is about one connection or one moment."""


def replayed(
    recording: Recording, *, clock: Clock, speed: float, passage: Passage | None = None, breaks: bool = False
) -> RawReply:
    """The reply that a recording gives: at `speed` times the speed of then, 0 for at once.

    `breaks` gives it event by event, for a fault that counts them.
    """
    recorded = recording.exchange
    head = _head(recording)
    streamed = recorded.events is not None
    if not speed and passage is None and not breaks and recorded.complete:
        return RawReply(head=head, whole=recording.whole, chunked=streamed)
    length = None if streamed or not recorded.complete else len(recording.whole)
    singly = breaks or passage is not None
    paced = _pieces(recorded, clock=clock, speed=speed, passage=passage, singly=singly)
    return RawReply(head=head, pieces=paced, length=length)


@lru_cache(maxsize=256)
def _head(recording: Recording) -> Head:
    recorded = recording.exchange
    kept = ((name, value) for name, value in recorded.headers.items() if name not in NOT_REPLAYED)
    return Head(recorded.status, CIMultiDict(kept))


async def _pieces(
    recorded: Recorded, *, clock: Clock, speed: float, passage: Passage | None, singly: bool
) -> AsyncGenerator[bytes, None]:
    start = clock.elapsed()
    waiting = b""
    for due, event, piece in pieces(recorded):
        deadline = start + (due / speed if speed else 0.0)
        if waiting and (singly or deadline > clock.elapsed()):
            yield waiting
            waiting = b""
        await clock.sleep_until(deadline)
        if passage and event:
            await passage.wait_for(event["type"])
        waiting += piece
    if waiting:
        yield waiting
    if not recorded.complete:
        raise BrokenOffError


def note(exchange: Exchange, recording: Recording) -> None:
    """Let the journal see what was answered."""
    exchange.status = recording.exchange.status
    if recording.exchange.events is None:
        body = recording.exchange.body
        exchange.reply = recording.whole if isinstance(body, dict | list) else b""
    elif recording.tape is not None:
        exchange.run = Run(recording.tape, Delivery(streamed=True))
