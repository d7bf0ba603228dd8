"""What a run tells: a finished response, as an object, as bytes, as events. Made when asked for, kept as bytes."""

from collections.abc import Sequence
from typing import Protocol

import orjson

from mockserver.codec import pretty
from mockserver.events.deltas import Padding, Splits
from mockserver.events.emit import emit
from mockserver.events.sse import Log, events_of, frames
from mockserver.ids import Draws
from mockserver.model.finish import billed
from mockserver.model.plan import Event, Response


class Telling(Protocol):
    """The views of one finished response."""

    @property
    def id(self) -> str:
        """The response's id."""
        ...

    @property
    def size(self) -> int:
        """Bytes that it takes at rest, near enough."""
        ...

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        ...

    @property
    def length(self) -> int:
        """How many events there are."""
        ...

    def final(self) -> Response:
        """The finished response."""
        ...

    def body(self) -> bytes:
        """The finished response as a reply body."""
        ...

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        ...

    def frames(self) -> bytes:
        """All events as they stand on the wire."""
        ...

    def pieces(self, part: range) -> Sequence[bytes]:
        """The events with these numbers, each as it stands on the wire."""
        ...

    def rest(self) -> None:
        """Give up what can be made again from bytes."""
        ...


class Told(Log):
    """A finished response, told by `emit`; with `log`, told by exactly these events."""

    __slots__ = ("_body", "_emitted", "_final", "_frames", "_log", "_padding", "_splits", "id")

    def __init__(
        self,
        final: Response,
        *,
        splits: Splits | None = None,
        padding: bytes | None = None,
        log: Sequence[Event] | None = None,
    ) -> None:
        self.id: str = final["id"]
        self._final: Response | None = final
        self._splits = splits
        self._padding = padding
        """Seed of the obfuscation; None: there is none."""
        self._emitted: Sequence[Event] | None = None
        self._log = log
        self._frames = b""
        """The log at rest."""
        self._body = b""

    @property
    def size(self) -> int:
        """Bytes of the body, and of a log of its own."""
        return len(self.body()) + len(self._frames if self._log is None else frames(self._log))

    def final(self) -> Response:
        """The finished response."""
        final = self._final  # may be given up meanwhile: tests read from threads of their own
        if final is None:
            final = orjson.loads(self._body)
            final.pop("billing", None)
        return final

    def body(self) -> bytes:
        """The finished response as a reply body; encoded once, the very bytes are kept."""
        if not self._body:
            self._body = pretty(billed(self.final()))
        return self._body

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        known = self._log or self._emitted
        if known is not None:
            return known
        if self._frames:
            return events_of(self._frames)
        final = self.final()
        padding = None if self._padding is None else Padding(Draws(self._padding))
        emitted = list(emit(final, splits=self._splits, padding=padding, queued=bool(final.get("background"))))
        if self._final is not None:  # not at rest
            self._emitted = emitted
        return emitted

    def frames(self) -> bytes:
        """All events as they stand on the wire."""
        return self._frames or frames(self.events())

    def rest(self) -> None:
        """Keep bytes instead of objects."""
        self.body()
        self._final = self._emitted = None
        if self._log is not None:
            self._frames = frames(self._log)
            self._log = None
