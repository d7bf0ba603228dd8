"""Exchanges of the list as one file, without secrets, made a piece at a time."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Final, NamedTuple

from mockserver.cassette.exported import Omissions
from mockserver.cassette.http_exports import HAR_LOG, har_entries
from mockserver.cassette.redact import redact
from mockserver.cassette.secrets import secret_patterns
from mockserver.model.recorded import JSON_TYPE, RecordedExchange
from mockserver.page.feed import Found
from mockserver.page.recorded import json_line, recorded_exchange

PIECE: Final = 1 << 16
"""Characters that a piece has at least, unless it is the last."""


class Export(NamedTuple):
    """One kind of file."""

    content_type: str
    file: str
    """The name under which it is saved."""
    head: str
    between: str
    tail: str
    parts: Callable[[Sequence[RecordedExchange]], Sequence[str]]
    """What exchanges are in it that belong together: one over HTTP, or all of a WebSocket connection."""


def _har_parts(exchanges: Sequence[RecordedExchange]) -> Sequence[str]:
    return [json.dumps(entry, indent=1) for entry in har_entries(exchanges, Omissions())]


def _lines(exchanges: Sequence[RecordedExchange]) -> Sequence[str]:
    return [*map(json_line, exchanges)]


_LOG: Final = indent(json.dumps({**HAR_LOG, "entries": []}, indent=1), " ").strip().removesuffix("]\n }")
EXPORTS: Final[Mapping[str, Export]] = {
    "har": Export(JSON_TYPE, "exchanges.har", f'{{\n "log": {_LOG}\n', ",\n", "\n  ]\n }\n}\n", _har_parts),
    "jsonl": Export("application/jsonl", "exchanges.jsonl", "", "", "", _lines),
}


def exported(found: Sequence[Found], export: Export) -> Iterator[bytes]:
    """The file with these exchanges, oldest first, in pieces."""
    text, between = export.head, ""
    for group in _groups(sorted(found, key=lambda one: one.entry.number)):
        for part in export.parts([*map(_clean, group)]):
            text += between + part
            between = export.between
        if len(text) >= PIECE:
            yield text.encode("utf-8", "surrogatepass")
            text = ""
    yield (text + export.tail).encode("utf-8", "surrogatepass")


def _clean(found: Found) -> RecordedExchange:
    return redact(recorded_exchange(found), secret_patterns(found.space.settings.redact)).exchange


def _groups(found: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """Each exchange over HTTP alone; all of a WebSocket connection where its first one is."""
    sockets: dict[tuple[int, int], list[Found]] = {}
    for one in found:
        if one.exchange.connection is not None:
            sockets.setdefault((one.entry.view.number, one.exchange.connection), []).append(one)
    for one in found:
        if one.exchange.connection is None:
            yield [one]
        else:
            yield sockets.pop((one.entry.view.number, one.exchange.connection), ())
