"""Recordings of other tools, read: a row per format, recognised by what a file holds.

Each reader gives exchanges as they were recorded, with all their headers and whatever secrets the other tool left in;
redaction is the writer's part.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.cassette import bare_recordings, http_recordings
from mockserver.cassette.body import read_json
from mockserver.cassette.source import RecordingFile
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of recording."""

    name: str
    sign: str
    """What makes a file one of these, for people."""
    sniff: Callable[[RecordingFile], object]
    read: Callable[[RecordingFile], list[RecordedExchange]]


def _holding(pattern: str) -> Callable[[RecordingFile], object]:
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda source: compiled.search(source.text)


def _starts_with_event(source: RecordingFile) -> bool:
    """Whether the first line is an object by itself, and one with a type as only events have it at their top."""
    try:
        first = read_json(source.text.lstrip().partition("\n")[0])
    except ValueError:
        return False
    return isinstance(first, dict) and "type" in first and "object" not in first


FORMATS: Sequence[Format] = (  # the first that fits is taken
    Format(
        name="trace",
        sign="a folder with files called response.json or response.txt",
        sniff=lambda source: source.path.is_dir() and any(source.path.glob("*response.*")),
        read=bare_recordings.read_trace,
    ),
    Format(
        name="vcr",
        sign="YAML or JSON with `interactions`",
        sniff=_holding(r'^interactions:|\A\s*\{[^{\[]*"interactions"\s*:'),
        read=http_recordings.read_vcr,
    ),
    Format(
        name="har",
        sign="JSON with `log` and `entries`",
        sniff=_holding(r'\A\s*\{\s*"log"\s*:\s*\{'),
        read=http_recordings.read_har,
    ),
    Format(
        name="test-proxy",
        sign="JSON with `Entries`",
        sniff=_holding(r'\A\s*\{[^{\[]*"Entries"\s*:\s*\['),
        read=http_recordings.read_test_proxy,
    ),
    Format(
        name="sse",
        sign="text that starts with `event:`, `data:` or a comment",
        sniff=_holding(r"\A\s*(?:event:|data:|id:|retry:|:)"),
        read=bare_recordings.read_sse,
    ),
    Format(
        name="events",
        sign="a line per event, each an object with a `type`",
        sniff=_starts_with_event,
        read=bare_recordings.read_event_lines,
    ),
    Format(name="reply", sign="a JSON object", sniff=_holding(r"\A\s*\{"), read=bare_recordings.read_reply),
)


def import_file(path: Path, format: str | None = None) -> list[RecordedExchange]:  # noqa: A002 - the word of the command line
    """The exchanges in a file or folder of another tool, in a format of `FORMATS` or in the one that it looks like.

    Raises:
        CassetteError: it is in no known format, or does not read as one of its format.
    """
    source = RecordingFile(path)
    if format is not None:
        return _named(format).read(source)
    for row in FORMATS:
        if row.sniff(source):
            return row.read(source)
    known = "; ".join(f"{row.name}: {row.sign}" for row in FORMATS)
    raise CassetteError(f"{path}: in no known format. Known are {known}")


def _named(name: str) -> Format:
    for row in FORMATS:
        if row.name == name:
            return row
    raise CassetteError(f"no format {name!r}; known are {', '.join(row.name for row in FORMATS)}")
