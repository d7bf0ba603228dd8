"""Redaction: what must not stand in a cassette is found and replaced, in one pass.

A secret may arrive cut into deltas, so the deltas of one text are joined first; the redacted text is cut again so that
deltas, done events and the finished response still agree. Tokens with log probabilities are treated the same way.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from mockserver.cassette.headers import LEADS_TO, kept
from mockserver.cassette.pointers import step
from mockserver.cassette.secret_names import KIND, Holder, holder_of, is_held_secret, is_secret
from mockserver.cassette.secret_values import MARK
from mockserver.cassette.secrets import SECRET_PATTERNS, SecretPatterns, Span, recut
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.model.request import Channel


class Finding(NamedTuple):
    """A secret: what kind, and where it was seen first."""

    path: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.path}"


class Redacted(NamedTuple):
    """An exchange without secrets, and those that it had."""

    exchange: RecordedExchange
    findings: Sequence[Finding]


def redact(exchange: RecordedExchange, patterns: SecretPatterns = SECRET_PATTERNS) -> Redacted:
    """`exchange` with every secret replaced, and without the headers that a cassette does not keep."""
    redactor = _Redactor(patterns)
    clean = replace(
        exchange,
        url_path=redactor.url(exchange.url_path, "request/url"),
        upstream=redactor.text(exchange.upstream, "upstream"),
        request_headers=redactor.headers(exchange.request_headers, "request/headers"),
        request_body=redactor.body(exchange.request_body, "request/body"),
        headers=redactor.headers(exchange.headers, "response/headers"),
        body=redactor.body(exchange.body, "response/body"),
        events=None if exchange.events is None else redactor.events(exchange.events, "response/events"),
        channel=redactor.channel(exchange.channel),
        steers=tuple((before, redactor.value(event, "request/steers")) for before, event in exchange.steers),
        other_frames=tuple(
            (before, redactor.text(text, "response/other_frames")) for before, text in exchange.other_frames
        ),
    )
    return Redacted(exchange=clean, findings=redactor.findings)


class _Redactor:
    """Cleans the values of one exchange and notes the secrets that it replaced."""

    def __init__(self, patterns: SecretPatterns) -> None:
        self.findings: list[Finding] = []
        self._patterns = patterns
        self._seen: set[tuple[str, str]] = set()
        self._clean: set[str] = set()  # the events of a stream say the same names and ids again and again

    def text(self, text: str, at: str) -> str:
        return "".join(recut([text], spans)) if (spans := self._spans(text, at)) else text

    def value(self, value: Any, at: str) -> Any:
        if isinstance(value, str):
            return self.text(value, at)
        if isinstance(value, dict):
            return {
                self.text(key, at): self._held(inner, holder, at + step(key))
                if (holder := holder_of(key, value))
                else self._member(key, inner, at + step(key))
                for key, inner in value.items()
            }
        if isinstance(value, list):
            if _are_tokens(value):
                return self._tokens(value, at)
            return [self.value(inner, at + step(index)) for index, inner in enumerate(value)]
        return value

    def body(self, body: RecordedBody, at: str) -> RecordedBody:
        if isinstance(body, bytes):
            return self.text(body.decode("latin-1"), at).encode("latin-1")  # bytes as characters and back, one to one
        clean: RecordedBody = self.value(body, at)
        return clean

    def headers(self, headers: Mapping[str, str], at: str) -> dict[str, str]:
        clean = {
            name: self.url(value, f"{at}/{name}") if name == LEADS_TO else self._member(name, value, f"{at}/{name}")
            for name, value in headers.items()
        }
        return {name: value for name, value in clean.items() if kept(name)}

    def channel(self, channel: Channel | None) -> Channel | None:
        if channel is None or channel.lane is None:
            return channel
        return channel._replace(lane=self.text(channel.lane, "request/websocket"))

    def url(self, url: str, at: str) -> str:
        return "".join(recut([url], self._spans(url, at, address=True)))

    def events(self, events: Sequence[Event], at: str) -> list[Event]:
        """Every event clean, deltas as chunks of their text."""
        joined = self._joined(events, at)
        clean: list[Event] = []
        for number, event in enumerate(events):
            later = {key: None for key, value in joined[number].items() if not isinstance(value, dict)}
            redacted = self.value({**event, **later}, f"{at}/{number}")
            for key, value in joined[number].items():
                redacted[key] = {**redacted[key], **value} if isinstance(value, dict) else value
            clean.append(redacted)
        return clean

    def _joined(self, events: Sequence[Event], at: str) -> Mapping[int, dict[str, Any]]:
        """What goes into the delta and the logprobs of each event, by its index in the stream."""
        texts: dict[Hashable, list[tuple[int, str, str]]] = defaultdict(list)
        tokens: dict[Hashable, list[tuple[int, Any]]] = defaultdict(list)
        for number, event in enumerate(events):
            for key, chunk in _texts_in(event):
                texts[_text_key(event), key].append((number, key, chunk))
            if isinstance(event.get("delta"), str) and _are_tokens(event.get("logprobs")):
                tokens[_text_key(event)] += [(number, entry) for entry in event["logprobs"]]
        joined: dict[int, dict[str, Any]] = defaultdict(dict)
        for chunks in texts.values():
            spans = self._spans("".join(chunk for _, _, chunk in chunks), f"{at}/{chunks[0][0]}/delta")
            redacted = recut([chunk for _, _, chunk in chunks], spans)
            for (number, key, _), text in zip(chunks, redacted, strict=True):
                joined[number]["delta"] = {**joined[number].get("delta", {}), key: text} if key else text
        for entries in tokens.values():
            clean = self._tokens([entry for _, entry in entries], f"{at}/{entries[0][0]}/logprobs")
            for (number, _), entry in zip(entries, clean, strict=True):
                joined[number].setdefault("logprobs", []).append(entry)
        return joined

    def _tokens(self, entries: list[Any], at: str) -> list[Any]:
        """Tokens of one text; those of a secret lose their bytes and their alternatives too."""
        chunks = [entry["token"] for entry in entries]
        redacted = recut(chunks, self._spans("".join(chunks), at))
        return [
            entry if token == entry["token"] else _with_token(entry, token)
            for entry, token in zip(entries, redacted, strict=True)
        ]

    def _member(self, name: str, value: Any, at: str) -> Any:
        if isinstance(value, str):
            return self._named(value, at) if is_secret(name, value) else self.text(value, at)
        if isinstance(value, list) and any(isinstance(inner, str) for inner in value):
            return [self._member(name, inner, at + step(index)) for index, inner in enumerate(value)]
        return self.value(value, at)

    def _held(self, value: Any, holder: Holder, at: str) -> Any:
        """What stands where the wire has secrets, whatever they look like."""
        if isinstance(value, list):
            return [self._held(inner, holder, at + step(index)) for index, inner in enumerate(value)]
        if not isinstance(value, dict):
            return self.value(value, at)
        return {
            name: self._named(inner, at + step(name))
            if isinstance(inner, str) and is_held_secret(holder, name, inner)
            else self._member(name, inner, at + step(name))
            for name, inner in value.items()
        }

    def _named(self, value: str, at: str) -> str:
        """A value that is secret by its name."""
        self._note(KIND, value, at)
        return MARK

    def _spans(self, text: str, at: str, *, address: bool = False) -> list[Span]:
        if text in self._clean and not address:
            return []
        spans = self._patterns.spans(text, address=address)
        for span in spans:
            self._note(span.kind, text[span.start : span.end], at)
        if not spans:
            self._clean.add(text)
        return spans

    def _note(self, kind: str, secret: str, at: str) -> None:
        if (kind, secret) not in self._seen:
            self._seen.add((kind, secret))
            self.findings.append(Finding(path=at, kind=kind))


def _texts_in(event: Event) -> Iterator[tuple[str, str]]:
    """The chunks of text in an event's delta, by their key there; a delta that is a text has an empty one."""
    delta = event.get("delta")
    if isinstance(delta, str):
        yield "", delta
    elif isinstance(delta, dict):
        yield from ((key, chunk) for key, chunk in delta.items() if isinstance(chunk, str))


def _text_key(event: Event) -> Hashable:
    """What the deltas of one text have in common; item ids are not, since gateways change them in mid-stream."""
    return repr(event.get("type")), *sorted(
        (key, repr(value)) for key, value in event.items() if key.endswith("_index")
    )


def _are_tokens(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and isinstance(entry.get("token"), str) for entry in value)
    )


def _with_token(entry: dict[str, Any], token: str) -> dict[str, Any]:
    changed = {"token": token, "bytes": list(token.encode("utf-8", "replace")), "top_logprobs": []}
    return {**entry, **{key: value for key, value in changed.items() if key in entry}}
