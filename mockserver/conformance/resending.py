"""Recorded requests, sent again: the ids that recorded answers gave are those of the new answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from mockserver.cassette.body import read_body
from mockserver.cassette.headers import kept
from mockserver.cassette.sse import read_stream
from mockserver.codec import dumps, loads
from mockserver.conformance.observed import final_response
from mockserver.errors import SettingsError
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.server import MockServer
from mockserver.spec.operations import API
from mockserver.spec.own_errors import OWN_ERRORS
from mockserver.web.paths import api_path

TIMEOUT: Final = 600.0  # seconds, as long as a recorder waits
REDACTED: Final = "REDACTED"
OPAQUE: Final = re.compile(r"id|.*_id|encrypted_content")
"""Keys of values that a server makes up, and a client only sends back."""
UNREACHABLE: Final = b'"upstream_unreachable"'
"""In the body of a recorder's own error, for an upstream that gives no answer."""
UNREACHABLE_STATUS: Final = OWN_ERRORS["upstream_unreachable"].status
STREAM: Final = "text/event-stream"
FORM: Final = frozenset({"accept", "content-type", "openai-beta"})
"""Headers of a request that say what it asks for; all others are about its client."""


MOST_POLLS: Final = 600
FAST_POLLS: Final = 3
"""Polls without a wait before them: work in the background of a mock server advances when it is polled."""
POLL_SECONDS: Final = 1.0
_POLL_WAIT: Final = Event()
UNFINISHED: Final = frozenset({"queued", "in_progress"})


class SentAgain(NamedTuple):
    """A recorded exchange, and what its request gets today."""

    number: int
    """Which of its cassette it is, from 1."""
    recorded: RecordedExchange
    now: RecordedExchange | None = None
    why_not: str = ""
    """Why the request was not sent."""


@contextmanager
def recorder(*, upstream: str, key: str | None, path: Path, redact: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """The base URL and the API key of a recorder, which passes requests on to an upstream and writes a cassette.

    Raises: SettingsError for an upstream that is not a valid URL.
    """
    with MockServer() as server:
        workspace = server.workspace()
        workspace.record(upstream=upstream, path=path, key=key, redact=redact)
        yield workspace.base_url, workspace.api_key
        server.discard(workspace)


def sent_again(exchanges: Sequence[RecordedExchange], *, base_url: str, key: str) -> Iterator[SentAgain]:
    """Each exchange with today's, in order.

    Raises: SettingsError where a recorder stands before an upstream that cannot be reached.
    """
    with Resending(base_url, key) as resending:
        for number, exchange in enumerate(exchanges, start=1):
            yield resending.send(number, exchange)


class Resending:
    """Sends requests, and maps the ids in them."""

    def __init__(self, base_url: str, key: str) -> None:
        place = urlsplit(base_url)
        self._base = place.path
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
        self._key = key
        self.names: dict[str, str] = {}
        """Ids of the new answers by those of the recorded ones."""
        self._given: dict[str, int] = {}
        """Every id of a recorded answer, with the number of its exchange."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def send(self, number: int, exchange: RecordedExchange) -> SentAgain:
        """Send one request, unless something that it needs is missing."""
        why_not = self._why_not(exchange)
        if why_not:
            self._note(number, exchange, None)
            return SentAgain(number, exchange, why_not=why_not)
        now = self._answer(exchange)
        for poll in range(MOST_POLLS):
            if exchange.method != "GET" or is_unfinished(exchange) or not is_unfinished(now):
                break
            _POLL_WAIT.wait(POLL_SECONDS if poll >= FAST_POLLS else 0.0)
            now = self._answer(exchange)
        self._note(number, exchange, now)
        return SentAgain(number, exchange, now)

    def _why_not(self, exchange: RecordedExchange) -> str:
        body = exchange.request_body
        if body is None and exchange.method == "POST" and not exchange.request_headers:
            return "its request was not recorded"
        if exchange.steers or (isinstance(body, dict) and body.get("generate") is False):
            return "it was sent over a WebSocket, and has no form over HTTP"
        texts = list(_sent_texts(exchange))
        if any(REDACTED in text for text in texts):
            return "a secret in its request was redacted"
        for text in texts:
            if text in self._given and text not in self.names:
                return f"it names {text} of exchange {self._given[text]}, which has no counterpart today"
        return ""

    def _answer(self, exchange: RecordedExchange) -> RecordedExchange:
        sent = _wire(self._mapped(exchange.request_body))
        headers = {name: value for name, value in exchange.request_headers.items() if name in FORM}
        headers.setdefault("content-type", "application/json")
        path = _ID.sub(lambda found: self.names.get(found[0], found[0]), exchange.url_path)
        target = self._base + api_path(path).removeprefix(API)
        self._connection.request(exchange.method, target, sent, {**headers, "authorization": f"Bearer {self._key}"})
        reply = self._connection.getresponse()
        raw = reply.read()
        got = {name.lower(): value for name, value in reply.getheaders() if kept(name)}
        if reply.status == UNREACHABLE_STATUS and UNREACHABLE in raw:
            raise SettingsError(loads(raw)["error"]["message"])
        return _answered(exchange, reply.status, got, raw)

    def _mapped(self, value: Any) -> Any:
        """`value` with the new ids in the place of the recorded ones."""
        if isinstance(value, str):
            return self.names.get(value, value)
        if isinstance(value, dict):
            return {key: self._mapped(inner) for key, inner in value.items()}
        return [self._mapped(inner) for inner in value] if isinstance(value, list) else value

    def _note(self, number: int, recorded: RecordedExchange, now: RecordedExchange | None) -> None:
        for opaque in _opaque(answer_in(recorded)):
            self._given.setdefault(opaque, number)
        if now is not None:
            for old, new in _pairs(answer_in(recorded), answer_in(now)):
                self.names.setdefault(old, new)


def needed_by(exchanges: Sequence[RecordedExchange], numbers: Iterable[int]) -> set[int]:
    """The exchanges, by their numbers from 1, whose answers gave what these requests name, directly or not."""
    given: dict[str, int] = {}
    for number, exchange in enumerate(exchanges, start=1):
        for opaque in _opaque(answer_in(exchange)):
            given.setdefault(opaque, number)
    found: set[int] = set()
    left = list(numbers)
    while left:
        number = left.pop()
        named = {given[text] for text in _sent_texts(exchanges[number - 1]) if text in given}
        new = {one for one in named if one < number} - found
        found |= new
        left += new
    return found


def unanswered(
    exchanges: Sequence[RecordedExchange], *, before: Sequence[RecordedExchange]
) -> Iterator[tuple[int, str]]:
    """What requests name that answers gave `before` and give no more, each with the number of its exchange."""
    given, still = ({one for each in some for one in _opaque(answer_in(each))} for some in (before, exchanges))
    for number, exchange in enumerate(exchanges, start=1):
        yield from ((number, text) for text in dict.fromkeys(_sent_texts(exchange)) if text in given - still)


def answer_in(exchange: RecordedExchange) -> Any:
    """What an answer shows in the end: its body, or the last response of its stream."""
    return exchange.body if exchange.events is None else final_response(exchange.events)


def is_unfinished(exchange: RecordedExchange) -> bool:
    """Whether an answer shows a response that goes on in the background."""
    answer = answer_in(exchange)
    return isinstance(answer, dict) and answer.get("status") in UNFINISHED


def _answered(exchange: RecordedExchange, status: int, headers: Mapping[str, str], raw: bytes) -> RecordedExchange:
    content_type = headers.get("content-type", "")
    got = replace(exchange, status=status, headers=headers, body=None, events=None, other_frames=(), times=())
    if content_type.startswith(STREAM):
        events, other_frames = read_stream(raw)
        return replace(got, events=events, other_frames=other_frames, channel=None)
    return replace(got, body=read_body(raw, content_type), channel=None)


def _wire(body: RecordedBody) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else dumps(body)


_ID = re.compile(r"[\w-]+")


def _sent_texts(exchange: RecordedExchange) -> Iterator[str]:
    return _texts([exchange.url_path, exchange.request_body])


def _texts(value: Any) -> Iterator[str]:
    """All strings in a value, and the words of those that are a path."""
    if isinstance(value, str):
        yield value
        if value.startswith("/"):
            yield from _ID.findall(value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _opaque(value: Any) -> Iterator[str]:
    """All that a server made up in a value."""
    yield from (old for old, _ in _pairs(value, value))


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """What a server made up, in pairs: of lists, elements of the same type in their order."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            if isinstance(old[key], str) and isinstance(new[key], str):
                if OPAQUE.fullmatch(key):
                    yield old[key], new[key]
            else:
                yield from _pairs(old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        rest = list(new)
        for one in old:
            other = next((each for each in rest if _kind(each) == _kind(one)), None)
            if other is not None:
                rest.remove(other)
                yield from _pairs(one, other)


def _kind(value: Any) -> Any:
    return value.get("type") if isinstance(value, dict) else type(value)
