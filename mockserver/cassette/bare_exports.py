"""Exchanges as parts of them: the events of streams, and command lines that send the requests again."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from shlex import quote

from mockserver.cassette.exported import Exported, Omissions, url_of
from mockserver.cassette.http_exports import wire_text
from mockserver.cassette.layout import flat
from mockserver.model.recorded import RecordedExchange

NOT_SENT = frozenset({"content-length", "host", "authorization", "user-agent", "accept-encoding", "connection"})
"""Headers that curl says itself, or that belong to one connection."""
KEY = "Authorization: Bearer $OPENAI_API_KEY"


def as_event_lines(exchanges: Sequence[RecordedExchange]) -> Exported:
    """A file for each stream, with the JSON of an event a line."""
    left_out = Omissions()
    texts = []
    for number, exchange in enumerate(exchanges, start=1):
        if exchange.events is None:
            left_out.note("an answer that is not a stream", number)
            continue
        left_out.note("the request, the status and the headers", number)
        if exchange.other_frames:
            left_out.note("what the stream held besides events", number)
        if exchange.times:
            left_out.note("the times of events", number)
        if not exchange.complete:
            left_out.note("that the upstream broke off", number)
        texts.append("".join(f"{flat(event)}\n" for event in exchange.events))
    return Exported(texts, left_out.lines())


def as_curl(exchanges: Sequence[RecordedExchange]) -> Exported:
    """A command for a POSIX shell for each request, with the API key of the shell's environment."""
    left_out = Omissions()
    lines = []
    for number, exchange in enumerate(exchanges, start=1):
        left_out.note("the answer", number)
        if exchange.channel is not None:
            left_out.note("that it passed over a WebSocket (it is sent over HTTP)", number)
        lines.append(_command(exchange))
    return Exported(["".join(f"{line}\n" for line in lines)], left_out.lines())


def _command(exchange: RecordedExchange) -> str:
    body = wire_text(exchange.request_body)
    before = f"printf %s {b64encode(body).decode()} | base64 -d | " if isinstance(body, bytes) else ""
    return before + " ".join(_arguments(exchange, body))


def _arguments(exchange: RecordedExchange, body: str | bytes) -> Iterator[str]:
    yield "curl"
    if exchange.events is not None:
        yield "--no-buffer"
    yield f"-X {quote(exchange.method)} {quote(url_of(exchange))}"
    yield f'-H "{KEY}"'
    for name, value in exchange.request_headers.items():
        if name not in NOT_SENT and not name.startswith("x-stainless-"):
            yield f"-H {quote(f'{name}: {value}')}"
    if isinstance(body, bytes):
        yield "--data-binary @-"
    elif body:
        yield f"--data-raw {quote(body)}"
