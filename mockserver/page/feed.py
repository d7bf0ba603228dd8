"""The exchanges of all API keys as one list that grows.

Nothing is written for it: it reads the journals, when somebody looks. So a server that nobody looks at does no work for
the page, and an exchange is kept no longer than its journal keeps it.
"""

from collections import OrderedDict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import NamedTuple, Protocol
from weakref import ref

from mockserver.clock import ManualClock, monotonic, wall_time
from mockserver.codec import JsonObject, dumps
from mockserver.model.headers import shown_key
from mockserver.page.rows import is_open, row
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.state.exchange import Exchange
from mockserver.state.journal import Journal


class KnownSpaces(Protocol):
    """The spaces of a server by API key."""

    def snapshot(self) -> Mapping[str, Space]:
        """All that there are now."""
        ...

    def get(self, key: str, /) -> Space | None:
        """The one of a key, where there is one."""
        ...


class View:
    """A workspace as the page sees it: under a number of its own, so that no API key has to reach the browser."""

    def __init__(self, number: int, key: str, journal: Journal) -> None:
        self.number = number
        self.key = key
        self.journal = ref(journal)
        """The page keeps no workspace alive."""
        self.last = 0
        """The number of its newest exchange that is in the list."""
        self.entries: deque[Listed] = deque()

    @property
    def name(self) -> str:
        """Its key as people may see it."""
        return shown_key(self.key) if self.key else "without a key"


class Listed:
    """An exchange in the list."""

    __slots__ = ("encoded", "number", "own", "time", "view")

    def __init__(self, number: int, view: View, own: int, time: int) -> None:
        self.number = number
        """Its number among the exchanges of all keys."""
        self.view = view
        self.own = own
        """Its number in its workspace."""
        self.time = time
        """When it came, in milliseconds of unix time; under a manual clock, when it was first seen."""
        self.encoded = b""
        """Its row as JSON, once that has no more changes."""


class Found(NamedTuple):
    """An exchange, and whose it is."""

    space: Space
    exchange: Exchange
    entry: Listed

    @property
    def row(self) -> JsonObject:
        """Its line in the list."""
        return row(self.exchange, number=self.entry.number, view=self.entry.view.number, time=self.entry.time)


class Feed:
    """The list. Every change in it has a number, so a page that lost its connection gets what it has missed."""

    def __init__(self, spaces: KnownSpaces) -> None:
        self._spaces = spaces
        self._views: dict[str, View] = {}
        self._entries: dict[int, Listed] = {}
        self._changes: OrderedDict[int | str, int] = OrderedDict()
        """Number of an exchange, or `gone` and a view -> number of its last change, the newest last."""
        self._open: dict[int, int] = {}
        """Exchanges whose answers have not ended -> how many events had been shown."""
        self._view_number = self._entry_number = self._change_number = 0
        self.began = round(wall_time(monotonic()) * 1000)
        """Distinguishes this list from that of a server that ran before: unix time in milliseconds."""

    @property
    def newest(self) -> int:
        """The number of the last change."""
        return self._change_number

    def __len__(self) -> int:
        """How many exchanges are in it."""
        return len(self._entries)

    def refresh(self) -> None:
        """Take over what the journals have got since the last time."""
        spaces = self._spaces.snapshot()
        for key, view in [*self._views.items()]:
            space = spaces.get(key)
            if space is None or space.journal is not view.journal():
                self._forget(view)
        came: list[tuple[float, View, Exchange]] = []
        now = monotonic()
        for key, space in spaces.items():
            view = self._view_of(key, space)
            newer = space.journal.since(view.last)
            stopped = isinstance(space.clock, ManualClock)
            came += [(now if stopped else exchange.began_at, view, exchange) for exchange in newer]
            self._drop_before(view, space.journal.first)
        for moment, view, exchange in sorted(came, key=lambda one: one[0]):
            self._add(view, exchange, round(wall_time(moment) * 1000))
        for number, shown in [*self._open.items()]:
            self._follow(number, shown)

    def _view_of(self, key: str, space: Space) -> View:
        view = self._views.get(key)
        if view is None:
            self._view_number += 1
            view = self._views[key] = View(self._view_number, key, space.journal)
        return view

    def _add(self, view: View, exchange: Exchange, time: int) -> None:
        view.last = exchange.number
        self._entry_number += 1
        entry = Listed(self._entry_number, view, exchange.number, time)
        self._entries[entry.number] = entry
        view.entries.append(entry)
        self._change(entry.number)
        if is_open(exchange):
            self._open[entry.number] = -1

    def _follow(self, number: int, shown: int) -> None:
        """Note how far an answer has come."""
        exchange = self._exchange(self._entries[number])
        run = None if exchange is None else exchange.run
        if run is None or run.done:
            del self._open[number]
            self._change(number)
        elif run.shown_count != shown:
            self._open[number] = run.shown_count
            self._change(number)

    def _change(self, what: int | str) -> None:
        self._change_number += 1
        self._changes[what] = self._change_number
        self._changes.move_to_end(what)

    def _forget(self, view: View) -> None:
        """Drop a workspace that was reset or is gone; its key gets a new view if it has another."""
        self._drop_before(view, view.last + 1)
        del self._views[view.key]
        self._change(f"gone {view.number}")

    def _drop_before(self, view: View, own: int) -> None:
        """Drop the exchanges that the journal keeps no longer."""
        while view.entries and view.entries[0].own < own:
            number = view.entries.popleft().number
            del self._entries[number]
            self._changes.pop(number, None)
            self._open.pop(number, None)

    def changes(self, *, after: int, limit: int) -> tuple[list[bytes], list[int], int]:
        """Rows as JSON that came or changed after a change, oldest first; the views that are gone; the last change."""
        newer = takewhile(lambda change: change[1] > after, reversed(self._changes.items()))
        wanted = [*newer][::-1][:limit]
        rows = [self._encoded(self._entries[what]) for what, _ in wanted if isinstance(what, int)]
        gone = [int(what.partition(" ")[2]) for what, _ in wanted if isinstance(what, str)]
        return rows, gone, wanted[-1][1] if wanted else after

    def ended(self, *, after: int) -> tuple[list[tuple[str, Exchange]], int]:
        """The exchanges whose answers have ended since a change, each with its API key; the last change."""
        newer = takewhile(lambda change: change[1] > after, reversed(self._changes.items()))
        entries = [self._entries[what] for what, _ in [*newer][::-1] if isinstance(what, int)]
        found = [(entry.view.key, self._exchange(entry)) for entry in entries]
        return [(key, one) for key, one in found if one is not None and not is_open(one)], self._change_number

    def page(self, *, before: int | None, limit: int) -> tuple[list[bytes], bool]:
        """Rows as JSON of exchanges that came before one, newest first; whether there are more."""
        older = (entry for number, entry in reversed(self._entries.items()) if before is None or number < before)
        found = [*islice(older, limit + 1)]
        return [self._encoded(entry) for entry in found[:limit]], len(found) > limit

    def find(self, number: int) -> Found:
        """The exchange with this number. Raises: ApiError 404 for one that is no longer kept."""
        entry = self._entries.get(number)
        exchange = None if entry is None else self._exchange(entry)
        space = None if entry is None else self._spaces.get(entry.view.key)
        if entry is None or exchange is None or space is None:
            raise api_error("unknown_exchange", number=number)
        return Found(space, exchange, entry)

    def those(self, numbers: Collection[int] | None) -> list[Found]:
        """The exchanges with these numbers that are still kept; None for all."""
        wanted = self._entries if numbers is None else [number for number in numbers if number in self._entries]
        entries = [self._entries[number] for number in wanted]
        found = [(self._spaces.get(entry.view.key), self._exchange(entry), entry) for entry in entries]
        return [Found(space, one, entry) for space, one, entry in found if space is not None and one is not None]

    def space(self, number: int) -> Space:
        """The space of the view with this number. Raises: ApiError 404."""
        key = next((view.key for view in self._views.values() if view.number == number), None)
        space = None if key is None else self._spaces.get(key)
        if space is None:
            raise api_error("unknown_workspace", number=number)
        return space

    def views(self) -> Sequence[JsonObject]:
        """The workspaces that have had a request, or that somebody has set up."""
        return [*self._shown_views()]

    def _shown_views(self) -> Iterator[JsonObject]:
        for view in self._views.values():
            space = self._spaces.get(view.key)
            if space is None:
                continue
            count = len(space.journal)
            if view.key or count:
                yield {"view": view.number, "name": space.name or view.name, "requests": count, "gates": [*space.gates]}

    def _exchange(self, entry: Listed) -> Exchange | None:
        journal = entry.view.journal()
        return None if journal is None else journal.find(entry.own)

    def _encoded(self, entry: Listed) -> bytes:
        if entry.encoded:
            return entry.encoded
        exchange = self._exchange(entry)
        if exchange is None:  # dropped since the last refresh
            return b"null"
        encoded = dumps(row(exchange, number=entry.number, view=entry.view.number, time=entry.time))
        if not is_open(exchange):
            entry.encoded = encoded
        return encoded
