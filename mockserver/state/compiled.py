"""Replies compiled once: the bytes of a run, cut where its ids and times stand.

The same request answered by the same step of the same rule differs only in ids and times. So it is told once, with
marks in their places; each further answer draws its ids, in the order in which they were drawn then, and joins the
bytes. This is the hot path of load tests: a stream of a hundred events costs about as much as one event told anew.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property

import orjson

from mockserver.events.sse import events_of
from mockserver.ids import Draws, ObjectIds
from mockserver.model.plan import Event, Pace, Response
from mockserver.state.telling import Telling

_OPEN, _CLOSE = "\ue000", "\ue001"
_TIME = 9_000_000_000_000_001  # stands for the time: a number that no reply has
_MARK = re.compile(rf"{_OPEN}(\d+){_CLOSE}|{_TIME}".encode())

SIZE_OF_VALUE = 90  # bytes in memory

Values = Sequence[bytes]
"""What stands at the marks: the time, then the ids in the order in which they were drawn."""


class MarkedIds(ObjectIds):
    """Gives marks instead of ids, and remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(Draws(b""), unix_seconds=0)
        self.asked: list[str | None] = []

    def new(self, prefix: str) -> str:
        """A mark for an id with this prefix."""
        return self._mark(prefix)

    def call_id(self) -> str:
        """A mark for a call id."""
        return self._mark(None)

    def _mark(self, prefix: str | None) -> str:
        self.asked.append(prefix)
        return f"{_OPEN}{len(self.asked)}{_CLOSE}"


class Template:
    """Bytes with marks, ready to be filled."""

    def __init__(self, marked: bytes) -> None:
        self._pieces: list[bytes] = []
        self._marks: list[tuple[int, int]] = []
        end = 0
        for mark in _MARK.finditer(marked):
            self._pieces.append(marked[end : mark.start()])
            self._marks.append((len(self._pieces), int(mark[1] or 0)))
            self._pieces.append(b"")
            end = mark.end()
        self._pieces.append(marked[end:])

    def filled(self, values: Values) -> bytes:
        """The bytes with `values` at the marks."""
        pieces = self._pieces.copy()
        for position, number in self._marks:
            pieces[position] = values[number]
        return b"".join(pieces)


class CompiledReply:
    """What one request is answered by one step of a rule, or by default, but for ids and times."""

    def __init__(self, tell: Callable[[ObjectIds, int], Telling], pace: Pace) -> None:
        self.pace = pace
        ids = MarkedIds()
        self._told = tell(ids, _TIME)
        self._asked = ids.asked
        self.body = Template(self._told.body())
        self.size = SIZE_OF_VALUE * (1 + len(self._asked))

    @cached_property
    def frames(self) -> Template:
        """All events as they stand on the wire."""
        return Template(self._told.frames())

    @cached_property
    def pieces(self) -> Sequence[Template]:
        """The same, one by one."""
        return [Template(piece) for piece in self._told.pieces(range(len(self.types)))]

    @cached_property
    def types(self) -> Sequence[str]:
        """The types of the events."""
        return tuple(self._told.types)

    def telling(self, ids: ObjectIds, time: int) -> "Filled":
        """The same with ids of its own, begun and completed at this time."""
        drawn = [ids.call_id() if prefix is None else ids.new(prefix) for prefix in self._asked]
        return Filled(self, drawn[0], (b"%d" % time, *map(str.encode, drawn)))


class Filled:
    """A compiled reply with its ids and times: bytes until somebody asks for more."""

    __slots__ = ("_reply", "_values", "id", "size")

    def __init__(self, reply: CompiledReply, response_id: str, values: Values) -> None:
        self.id = response_id
        self.size = reply.size
        """Bytes of ids and time, near enough: all the rest is there once."""
        self._reply = reply
        self._values = values

    def final(self) -> Response:
        """The finished response."""
        final: Response = orjson.loads(self.body())
        final.pop("billing", None)
        return final

    def body(self) -> bytes:
        """The finished response as a reply body."""
        return self._reply.body.filled(self._values)

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        return events_of(self.frames())

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        return self._reply.types

    @property
    def length(self) -> int:
        """How many events there are."""
        return len(self._reply.types)

    def frames(self) -> bytes:
        """All events as they stand on the wire."""
        return self._reply.frames.filled(self._values)

    def pieces(self, part: range) -> Sequence[bytes]:
        """The events with these numbers, each as it stands on the wire."""
        return [piece.filled(self._values) for piece in self._reply.pieces[part.start : part.stop]]

    def rest(self) -> None:
        """Nothing is kept that could be given up."""
