"""A file that another tool has recorded: its text, and errors that say where in it something is wrong."""

import gzip
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.cassette.body import read_json
from mockserver.cassette.sse import read_stream
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedBody, RecordedExchange

JSON_HEADERS: Mapping[str, str] = {"content-type": "application/json"}
STREAM_HEADERS: Mapping[str, str] = {"content-type": "text/event-stream; charset=utf-8"}
"""What formats that keep no headers leave unsaid."""

GZIP = b"\x1f\x8b"


class RecordingFile:
    """One file, or one folder whose files belong together."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def text(self) -> str:
        """The file's text, unpacked; empty for a folder."""
        if self.path.is_dir():
            return ""
        try:
            raw = self.path.read_bytes()
            return (gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8-sig")
        except OSError as error:
            raise CassetteError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        except (UnicodeDecodeError, EOFError) as error:
            raise CassetteError(f"{self.path}: cannot be read: {error}") from error

    def json(self) -> Any:
        """The file as JSON."""
        return self.json_of(self.text)

    def json_of(self, text: str, line: int = 1) -> Any:
        """JSON text that starts on a line of the file."""
        try:
            return read_json(text)
        except json.JSONDecodeError as error:
            raise self.error(f"invalid JSON: {error.msg}", line + error.lineno - 1) from error
        except ValueError as error:
            raise self.error(f"invalid JSON: {error}", line) from error

    def yaml(self) -> Any:
        """The file as YAML."""
        import yaml  # noqa: PLC0415 - takes 20 ms to import

        try:
            return yaml.load(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.error(f"invalid YAML: {error.problem}", line) from error
        except yaml.YAMLError as error:
            raise self.error(f"invalid YAML: {error}", 1) from error

    def error(self, cause: str, line: int | None = None) -> CassetteError:
        """What is wrong, and where."""
        return CassetteError(f"{self.path}, line {line}: {cause}" if line else f"{self.path}: {cause}")


def recorded(
    *,
    method: str,
    url: str,
    status: int,
    headers: Mapping[str, str],
    answer: RecordedBody,
    times: tuple[float, ...] = (),
    **rest: Any,
) -> RecordedExchange:
    """An exchange from what an HTTP recording has; an answer that is an event stream becomes events."""
    parsed = urlsplit(url)
    known = {
        "method": method.upper(),
        "url_path": (parsed.path or "/") + (f"?{parsed.query}" if parsed.query else ""),
        "upstream": f"{parsed.scheme}://{parsed.netloc}",
        "status": status,
        "headers": headers,
        "started": _date(headers),
        **rest,
    }
    if isinstance(answer, str) and headers.get("content-type", "").startswith("text/event-stream"):
        events, other_frames = read_stream(answer)
        return RecordedExchange(**known, events=events, other_frames=other_frames)
    return RecordedExchange(**known, body=answer, times=times)


def _date(headers: Mapping[str, str]) -> float | None:
    """When a server says it answered."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
