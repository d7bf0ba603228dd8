"""Which recording answers a request.

A request takes the recording whose canonical form is equal: of several, one that has not been used, whose ids are
those that this client uses, then the first. Where none is left, one answers that was saved without its request, to the
same route, a stream to those who ask for one. A recording answers once; only the last answer to a GET repeats, since
how often a client polls is a matter of speed. A recording that is used up fails like one that never existed. With
`order`, a request that differs from recordings in the words of its prompt only takes the first of those that are left.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from mockserver.authoring.json_path import parse_path
from mockserver.cassette.body import read_body
from mockserver.cassette.format import Header
from mockserver.cassette.load import cassette_files, load
from mockserver.cassette.redact import redact as redact_exchange
from mockserver.cassette.secrets import secret_patterns
from mockserver.errors import ScriptError
from mockserver.events.pacing import recorded_schedule
from mockserver.events.steps import text_keys
from mockserver.ids import Draws
from mockserver.model.answer import Answer, Outcome
from mockserver.model.recorded import BeforeRecord, RecordedExchange
from mockserver.model.request import Asked, CheckedRequest
from mockserver.replay import no_match
from mockserver.replay.canonical import CanonicalRequest, GivenIds, Volatile, canonical_request
from mockserver.replay.differences import open_diff
from mockserver.replay.matching import PARTS, MatchFunction, Matching, call
from mockserver.replay.no_match import Near, SessionEntry
from mockserver.replay.recorded_response import Recording

_log = logging.getLogger("mockserver")

REPEATED = frozenset({"GET", "HEAD"})
REMEMBERED = 256
TEXT_KEYS = text_keys() | {"logprobs", "output_text", "encrypted_content"}
"""Keys that hold what a model said. An id of the client's in there stays as recorded: a stream cuts it into deltas."""


def recordings_of(paths: Sequence[str | Path], *, look: Callable[[Header, str], None] | None = None) -> list[Recording]:
    """The recordings in cassettes, or in all cassettes of folders, in order; `look` sees each header with its file.

    Raises: CassetteError, also for a folder without cassettes.
    """
    found: list[Recording] = []
    here = os.path.join(Path.cwd(), "")  # noqa: PTH118 - the start of a text
    for path in (file for given in map(Path, paths) for file in cassette_files(given)):
        cassette = load(path)
        shown = str(path).removeprefix(here)
        if look is not None:
            look(cassette.header, shown)
        for warning in cassette.warnings:
            _log.warning("%s", warning)
        rows = zip(cassette.lines, cassette.exchanges, strict=True)
        found += [Recording(name=f"{shown}:{line}", exchange=exchange) for line, exchange in rows]
    return found


class Replay:
    """Recordings of one session, and which of them have been used. May be asked from any thread."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        *,
        speed: float = 0.0,
        all_used: bool = False,
        ignore: Sequence[str] = (),
        redact: Sequence[str] = (),
        repeat: bool = False,
        order: bool = False,
        match_on: Sequence[str | MatchFunction] = PARTS,
        before_record: BeforeRecord | None = None,
    ) -> None:
        self._repeats = repeat
        self._by_position = order
        self._matching = Matching(match_on)
        self._before_record = before_record
        self.speed = speed
        """How fast recorded answers are sent: 1 as recorded, 2 in half the time, 0 at once."""
        self.all_used = all_used
        """Whether a recording that was not used is a problem."""
        self._patterns = secret_patterns(redact)
        self._ignored = [parse_path(path) for path in ignore]
        self._given = GivenIds([each.exchange for each in recordings])
        self._entries = [self._entry(each) for each in recordings]
        self._known: dict[tuple[str, str, str, tuple[bool, bool, bool], bytes], _Form] = {}
        """Requests that came before, byte for byte."""
        self._lock = Lock()
        self.rewind()

    def _entry(self, recording: Recording) -> SessionEntry:
        request = self._canonical(recording.exchange)
        return SessionEntry(recording=recording, request=request, key=self._matching.key(request))

    def _canonical(self, exchange: RecordedExchange) -> CanonicalRequest:
        return canonical_request(
            exchange.method, exchange.url_path, exchange.request_body, given=self._given, ignored=self._ignored
        )

    def _forms(self, asked: Asked) -> Iterator["_Form"]:
        """A request in each form in which it may have been recorded; an older recorder redacted less than this one."""
        for streamed in (True, False) if asked.head.channel is not None else (True,):
            for redacted in (False, True):
                yield self._seen(asked, streamed=streamed, redacted=redacted)

    def _seen(self, asked: Asked, *, streamed: bool = True, redacted: bool = True) -> "_Form":
        """A request as the recorder would have kept it, so that what was redacted in the recording is equal here.

        With `streamed` false, one that came on a WebSocket is seen as if it asked for no stream: what was recorded
        without a stream can be sent as one. With `redacted` false, it is seen as it came.
        """
        raw = asked.sent
        head = asked.head
        key = (head.method, head.target, head.headers.get("content-type", ""), (head.warms_up, streamed, redacted), raw)
        known = self._known.get(key)
        if known is None:
            recorded = _as_recorded(asked, streamed=streamed)
            if redacted:
                hook = self._before_record
                changed = call(hook, recorded, name="before_record") if hook else None
                if changed is not None and not isinstance(changed, RecordedExchange):
                    raise ScriptError(f"before_record gave {changed!r}; expected an exchange or None.")
                recorded = redact_exchange(changed or recorded, self._patterns).exchange
            request = self._canonical(recorded)
            known = _Form(request, self._matching.key(request), recorded)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known

    def rewind(self) -> None:
        """Begin the session again: nothing has been used."""
        with self._lock:
            self._entries = [replace(entry, used=0) for entry in self._entries]
            self._by_key: dict[str, list[SessionEntry]] = {}
            for entry in self._entries:
                if not entry.recording.exchange.any_request:
                    self._by_key.setdefault(entry.key, []).append(entry)
            self._left = {key: list(entries) for key, entries in self._by_key.items()}
            self._open = [entry for entry in self._entries if entry.recording.exchange.any_request]
            self._names: dict[str, str] = {}  # the client's own ids: as recorded, and as they are in this session

    def fresh(self) -> "Replay":
        """A new session with these recordings."""
        made = copy(self)
        made._lock = Lock()  # noqa: SLF001 - the same class
        made.rewind()
        return made

    def answer(
        self,
        asked: Asked,
        checked: CheckedRequest | None,  # noqa: ARG002 - a responder's arguments; a recording knows only bytes
        draws: Draws,  # noqa: ARG002
        *,
        counted: bool = True,
    ) -> Answer | None:
        """The recorded answer to a request: a response or a stream as a run, anything else as it is."""
        recording = self.take(asked, counted=counted)
        if recording is None:
            return None
        response = recording.response
        if response is None or (recording.exchange.events is None and not asked.head.creates):
            return Answer(content=recording.http_reply(speed=self.speed), outcome=Outcome(recording.name))
        schedule = partial(recorded_schedule, times=response.times, speed=self.speed) if self.speed else None
        return Answer(content=response, outcome=Outcome(recording.name), schedule=schedule)

    def take(self, asked: Asked, *, counted: bool = True) -> Recording | None:
        """The recording that answers a request, with the client's own ids in it; None where none is left.

        One that is not counted answers the next such request as well.
        """
        with self._lock:
            forms = list(self._forms(asked))
            tries = (self._next, self._next_in_order) if self._by_position else (self._next,)
            found = ((attempt(form, counted=counted), form) for attempt in tries for form in forms)
            entry, form = next(((entry, form) for entry, form in found if entry is not None), (None, None))
            if entry is None or form is None:
                return self._take_open(asked, counted=counted)
            entry.used += counted
            if form.request.method == "DELETE" and counted:
                self._stop_repeating(entry.recording.exchange.url_path)
            pairs = _volatile_pairs(entry, form.request)
            self._names.update({old.text: new.text for old, new in pairs if old.kind != "time"})
            changed = {old: new for old, new in self._names.items() if old != new}
        recording = entry.recording
        return replace(recording, exchange=_renamed(recording.exchange, changed)) if changed else recording

    def deleted(self, target: str) -> None:
        """What is at this path has been deleted without a recording of it: answers that have been given are over."""
        with self._lock:
            self._stop_repeating(target)

    def _stop_repeating(self, target: str) -> None:
        """Let no used recording about a path, or what is below it, answer again, but where all do."""
        if self._repeats:
            return
        path = target.partition("?")[0]
        for key, entries in self._by_key.items():
            self._by_key[key] = [one for one in entries if not (one.used and _is_within(one.recording, path))]

    def _next(self, form: "_Form", *, counted: bool) -> "SessionEntry | None":
        """The unused recording with the fewest unmapped ids, the first of several; it is used up if it is counted."""
        left = self._left.get(form.key, [])
        matching = [entry for entry in left if self._matching.accepts(entry.recording.exchange, form.exchange)]
        if not matching:
            repeats = self._repeats or form.request.method in REPEATED
            repeated = [
                entry
                for entry in (self._by_key.get(form.key, ()) if repeats else ())
                if self._matching.accepts(entry.recording.exchange, form.exchange)
            ]
            return min(reversed(repeated), key=lambda entry: self._unmapped_ids(entry, form.request), default=None)
        chosen, fewest = matching[0], -1
        for entry in matching:
            unmapped = self._unmapped_ids(entry, form.request)
            if fewest < 0 or unmapped < fewest:
                chosen, fewest = entry, unmapped
            if not fewest:
                break
        if counted:
            left.remove(chosen)
        return chosen

    def _next_in_order(self, form: "_Form", *, counted: bool) -> "SessionEntry | None":
        """The first unused recording of a request that differs in the words of its prompt only."""
        wanted = self._matching.key_without_prompt(form.request)
        for entry in self._entries:
            recorded = entry.recording.exchange
            left = not recorded.any_request and not entry.used
            same = left and self._matching.key_without_prompt(entry.request) == wanted
            if same and self._matching.accepts(recorded, form.exchange):
                if counted:
                    self._left[entry.key].remove(entry)
                return entry
        return None

    def _unmapped_ids(self, entry: SessionEntry, request: CanonicalRequest) -> int:
        """How many ids of a request are not those that stand for the recorded ones in this session."""
        return sum(self._names.get(old.text, old.text) != new.text for old, new in _volatile_pairs(entry, request))

    def _take_open(self, asked: Asked, *, counted: bool) -> Recording | None:
        """The first unused recording of an answer alone that may answer a request; a used one where they repeat."""
        if not self._open:
            return None
        request = self._seen(asked).request
        fitting = [entry for entry in self._open if not open_diff(entry.recording.exchange, entry.request, request)]
        repeats = self._repeats or request.method in REPEATED
        entry = next((one for one in fitting if not one.used), fitting[-1] if fitting and repeats else None)
        if entry is None:
            return None
        entry.used += counted
        return entry.recording

    def unused(self) -> list[str]:
        """The recordings that no request has used."""
        return [entry.title for entry in self._entries if not entry.used]

    def used(self) -> list[str]:
        """The file and line of each recording that a request has used."""
        return [entry.recording.name for entry in self._entries if entry.used]

    @property
    def uses(self) -> "Sequence[tuple[Recording, int]]":
        """Each recording, and how many requests it has answered."""
        return [(entry.recording, entry.used) for entry in self._entries]

    def recording(self, name: str) -> "Recording | None":
        """The recording with this file and line."""
        return next((entry.recording for entry in self._entries if entry.recording.name == name), None)

    def nearest(self, asked: Asked, *, count: int = no_match.NEAREST) -> list[Near]:
        """The recordings that differ least from a request, those of its own endpoint first."""
        request = self._seen(asked).request
        return no_match.nearest(self._entries, request, matching=self._matching, count=count)

    def miss_message(self, asked: Asked) -> str:
        """Why no recording answers a request: the nearest ones with their differences, and what to do."""
        return no_match.message(_as_recorded(asked), self.nearest(asked), by_position=self._by_position)


class _Form(NamedTuple):
    """A request as it may have been recorded."""

    request: CanonicalRequest
    key: str
    exchange: RecordedExchange
    """The same as a recorder keeps it."""


def _is_within(recording: Recording, path: str) -> bool:
    """Whether a recording is about a path, or what is below it."""
    own = recording.exchange.url_path.partition("?")[0]
    return own == path or own.startswith(f"{path}/")


def _volatile_pairs(entry: SessionEntry, request: CanonicalRequest) -> Iterator[tuple[Volatile, Volatile]]:
    """What changes from run to run, recorded and now; nothing where what need not be equal has more of it."""
    old, new = entry.request.volatile, request.volatile
    return zip(old, new, strict=True) if len(old) == len(new) else iter(())


def _as_recorded(asked: Asked, *, streamed: bool = True) -> RecordedExchange:
    """A request as a recorder sees it."""
    head = asked.head
    body = read_body(asked.sent, head.headers.get("content-type", ""))
    if head.warms_up and isinstance(body, dict):
        body = {**body, "generate": False}
    if not streamed and isinstance(body, dict):
        body = {key: value for key, value in body.items() if key != "stream"}
    return RecordedExchange(method=head.method, url_path=head.target, request_body=body)


def _renamed(exchange: RecordedExchange, names: Mapping[str, str]) -> RecordedExchange:
    """An exchange whose answer has other ids of the client's; what the model said stays as it is."""
    pattern = re.compile("|".join(map(re.escape, names)))

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: names[found[0]], value)
        if isinstance(value, dict):
            return {key: inner if key in TEXT_KEYS else renamed(inner) for key, inner in value.items()}
        return [renamed(inner) for inner in value] if isinstance(value, list) else value

    events = None if exchange.events is None else [renamed(event) for event in exchange.events]
    return replace(exchange, body=renamed(exchange.body), events=events)
