"""Which recording answers a request.

A request takes the recording whose canonical form is equal: of several, one that has not been used, whose ids are those
that this client uses, then the first. A recording answers once; only the last answer to a GET repeats, since how often a
client polls is a matter of speed. Used up is as loud as never recorded.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from mockserver.cassette.load import load
from mockserver.cassette.redact import redact
from mockserver.model.request import CreateRequest
from mockserver.model.tape import Body, Recorded
from mockserver.responders.canonical import CanonicalRequest, canonical_of, canonical_request, given_ids
from mockserver.responders.departures import departures
from mockserver.responders.paths import parsed_path
from mockserver.responders.rules import asked

_log = logging.getLogger("mockserver")

REPEATED = frozenset({"GET", "HEAD"})
NEAREST = 3
SAID = frozenset({"text", "delta", "arguments", "refusal", "logprobs", "input", "output_text", "encrypted_content"})
"""Keys of what a model said. An id of the client's in there stays as recorded: a stream cuts it into pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recorded exchange, and where it stands."""

    name: str
    """File and line."""
    exchange: Recorded


@dataclass(slots=True, kw_only=True)
class _Entry:
    recording: Recording
    request: CanonicalRequest
    used: int = 0


def recordings_of(paths: Sequence[str | Path]) -> list[Recording]:
    """The recordings in cassettes, or in all cassettes of folders, in order. Raises: CassetteError."""
    found: list[Recording] = []
    for path in (file for given in map(Path, paths) for file in _files(given)):
        cassette = load(path)
        for warning in cassette.warnings:
            _log.warning("%s", warning)
        rows = zip(cassette.lines, cassette.exchanges, strict=True)
        found += [Recording(name=f"{path}:{line}", exchange=exchange) for line, exchange in rows]
    return found


def _files(path: Path) -> Sequence[Path]:
    return sorted(path.rglob("*.yaml")) if path.is_dir() else [path]


class Replay:
    """Recordings of one session, and which of them have been used. May be asked from any thread."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        *,
        speed: float = 0.0,
        all_used: bool = False,
        ignore: Sequence[str] = (),
    ) -> None:
        self.speed = speed
        """How fast streams are told: 1 as recorded, 2 in half the time, 0 at once."""
        self.all_used = all_used
        """Whether a recording that was not used is a problem."""
        self._ignored = [parsed_path(path) for path in ignore]
        self._given = given_ids([each.exchange for each in recordings])
        self._entries = [
            _Entry(recording=each, request=canonical_of(each.exchange, given=self._given, ignored=self._ignored))
            for each in recordings
        ]
        self._by_key: dict[str, list[_Entry]] = {}
        for entry in self._entries:
            self._by_key.setdefault(entry.request.key, []).append(entry)
        self._lock = Lock()
        self._names: dict[str, str] = {}

    def fresh(self) -> "Replay":
        """The same recordings, unused."""
        made: Replay = object.__new__(Replay)
        made.speed, made.all_used = self.speed, self.all_used
        made._ignored, made._given = self._ignored, self._given
        made._entries = [_Entry(recording=each.recording, request=each.request) for each in self._entries]
        made._by_key = {}
        for entry, key in zip(made._entries, self._keys(), strict=True):
            made._by_key.setdefault(key, []).append(entry)
        made._lock, made._names = Lock(), {}
        return made

    def take(self, method: str, url_path: str, body: Body) -> Recording | None:
        """The recording that answers a request, with the client's own ids in it; None where there is none left."""
        request = self._canonical(method, url_path, body)
        with self._lock:
            entry = self._next(request)
            if entry is None:
                return None
            entry.used += 1
            pairs = zip(entry.request.volatile, request.volatile, strict=True)
            self._names.update({old.text: new.text for old, new in pairs if old.kind != "time"})
            changed = {old: new for old, new in self._names.items() if old != new}
        recording = entry.recording
        return replace(recording, exchange=_renamed(recording.exchange, changed)) if changed else recording

    def _next(self, request: CanonicalRequest) -> _Entry | None:
        entries = self._by_key.get(request.key, [])
        unused = [entry for entry in entries if not entry.used]
        if not unused and request.method in REPEATED:
            unused = entries[::-1]
        return min(unused, key=lambda entry: self._strangers(entry, request), default=None)

    def _strangers(self, entry: _Entry, request: CanonicalRequest) -> int:
        """How many values of a request are not those that stand for the recorded ones in this session."""
        pairs = zip(entry.request.volatile, request.volatile, strict=True)
        return sum(self._names.get(old.text, old.text) != new.text for old, new in pairs)

    def _canonical(self, method: str, url_path: str, body: Body) -> CanonicalRequest:
        """A request as the recorder would have kept it, so that what was redacted there is equal here."""
        seen = redact(Recorded(method=method, url_path=url_path, request_body=body)).exchange
        return canonical_of(seen, given=self._given, ignored=self._ignored)

    def unused(self) -> list[str]:
        """What was recorded and never asked for."""
        return [_title(entry) for entry in self._entries if not entry.used]

    def miss_message(self, method: str, url_path: str, body: Body) -> str:
        """Why no recording answers a request: the nearest ones with their differences, and what to do."""
        request = self._canonical(method, url_path, body)
        spoken = f", {asked(CreateRequest(body))}" if request.path.endswith("/responses") and _speaks(body) else ""
        near = sorted(
            ((departures(entry.request, request), entry) for entry in self._entries), key=lambda pair: len(pair[0])
        )
        lines = [
            f"No recording answers this request: {method} {url_path}{spoken}.",
            "Nearest recordings:" if near else "There are no recordings.",
        ]
        for number, (found, entry) in enumerate(near[:NEAREST], start=1):
            lines.append(f"  {number}. {_title(entry)}")
            lines += [f"       {difference}" for difference in found or ["equal, but used up: it came once"]]
        lines.append("Send what was recorded, or record again.")
        return "\n".join(lines)


