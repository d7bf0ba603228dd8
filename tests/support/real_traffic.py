"""Reading the real traffic in ``../shared/recordings``: four formats, one shape.

Every file becomes a list of `RecordedExchange` exchanges. Tests that need them skip where the folder is absent.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """One recorded exchange; `request` is None where the format keeps no requests."""

    source: str
    method: str = "POST"
    path: str = "/v1/responses"
    host: str = "api.openai.com"
    request: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    events: list[dict[str, Any]] | None = None


def parse_sse(text: str) -> list[dict[str, Any]]:
    """The data objects of an SSE body, in order; ``[DONE]`` and comments are left out."""
    datas = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    return [json.loads(data) for data in datas if data and data != "[DONE]"]


def _split_uri(uri: str) -> tuple[str, str]:
    rest = uri.split("://", 1)[-1]
    host, _, path = rest.partition("/")
    return host, "/" + path


def _dotnet(path: Path) -> Iterator[RecordedExchange]:
    for entry in json.loads(path.read_text(encoding="utf-8"))["Entries"]:
        body = entry.get("ResponseBody")
        host, uri = _split_uri(entry["RequestUri"])
        stream = isinstance(body, list)
        yield RecordedExchange(
            source=path.name,
            method=entry["RequestMethod"],
            path=uri,
            host=host,
            request=entry.get("RequestBody"),
            status=entry["StatusCode"],
            headers=entry["ResponseHeaders"],
            body=None if stream else body,
            events=parse_sse("\n".join(body)) if stream else None,
        )


def _vcr(path: Path) -> Iterator[RecordedExchange]:
    for exchange in yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)["interactions"]:  # noqa: S506
        request, response = exchange["request"], exchange["response"]
        text = (response.get("body") or {}).get("string") or ""
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        headers = {k.lower(): v[0] for k, v in response["headers"].items()}
        stream = "text/event-stream" in headers.get("content-type", "") or text.startswith(("event:", "data:"))
        host, uri = _split_uri(request["uri"])
        body = response.get("parsed_body")
        if body is None and text and not stream and "json" in headers.get("content-type", ""):
            body = json.loads(text)
        sent = request.get("parsed_body")
        if sent is None and request.get("body"):
            sent = request["body"]
        yield RecordedExchange(
            source=path.name,
            method=request["method"],
            path=uri,
            host=host,
            request=sent,
            status=response["status"]["code"],
            headers=headers,
            body=None if stream else body,
            events=parse_sse(text) if stream else None,
        )


def _chunks(path: Path) -> Iterator[RecordedExchange]:
    lines = path.read_text(encoding="utf-8").splitlines()
    yield RecordedExchange(source=path.name, events=[json.loads(line) for line in lines if line.strip()])


def _whole(path: Path) -> Iterator[RecordedExchange]:
    yield RecordedExchange(source=path.name, body=json.loads(path.read_text(encoding="utf-8")))


def _trace(path: Path) -> Iterator[RecordedExchange]:
    """An agent-framework trace: ``X_request.json`` beside ``X_response.json`` or ``X_response.txt``."""
    for request in sorted(path.glob("*request.*")):
        stem = request.name.rsplit("request.", 1)[0]
        raw = request.read_text(encoding="utf-8")
        yield from _trace_answer(path, stem, json.loads(raw) if request.suffix == ".json" else raw)
    if not list(path.glob("*request.*")):
        yield from _trace_answer(path, "", None)


def _trace_answer(path: Path, stem: str, sent: Any) -> Iterator[RecordedExchange]:
    for answer in sorted(path.glob(f"{stem}response.*")):
        text = answer.read_text(encoding="utf-8")
        name = f"{path.parent.name}/{path.name}/{answer.name}"
        if answer.suffix == ".txt":
            yield RecordedExchange(source=name, request=sent, events=parse_sse(text))
        else:
            yield RecordedExchange(source=name, request=sent, body=json.loads(text))


@cache
def recorded_files() -> tuple[tuple[str, tuple[RecordedExchange, ...]], ...]:
    """Every recorded file with its exchanges, in a stable order; empty where the folder is absent."""
    readers: list[tuple[str, Callable[[Path], Iterator[RecordedExchange]]]] = [
        ("openai-dotnet/*/*.json", _dotnet),
        ("pydantic-ai/*/*.yaml", _vcr),
        ("ai/*.chunks.txt", _chunks),
        ("ai/*.json", _whole),
        ("agent-framework/*/*", _trace),
    ]
    return tuple(
        (path.name if path.is_file() else f"{path.parent.name}/{path.name}", tuple(read(path)))
        for pattern, read in readers
        for path in sorted(RECORDINGS.glob(pattern))
    )
