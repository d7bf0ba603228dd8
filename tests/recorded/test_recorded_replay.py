"""Every recording of real traffic, imported, put into a cassette, and asked for again over real HTTP."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.format import Header
from mockserver.cassette.importing.importer import import_file
from mockserver.cassette.sse import read_stream
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedBody, RecordedExchange
from tests.support.http import Connection
from tests.support.real_traffic import RECORDINGS

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

FILES = sorted(
    path
    for pattern in ("openai-dotnet/*/*.json", "pydantic-ai/*/*.yaml", "ai/*.txt", "ai/*.json", "agent-framework/*/*")
    for path in RECORDINGS.glob(pattern)
)


def asked(exchange: RecordedExchange) -> bytes | None:
    """The body that an exchange answers; of an answer that was saved alone, any of its kind."""
    if exchange.any_request:
        return json.dumps({"model": "gpt-5", "input": "Any.", "stream": exchange.events is not None}).encode()
    return sent_bytes(exchange.request_body)


def sent_bytes(body: RecordedBody) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def heard(exchange: RecordedExchange, content_type: str | None, status: int, raw: bytes) -> dict[str, Any]:
    """What a client has got, to compare with `told`."""
    found: dict[str, Any] = {"status": status, "type": content_type}
    if exchange.events is not None:
        events, other_frames = read_stream(raw)
        return found | {"events": unpadded(events), "other_frames": other_frames}
    return found | {"body": json.loads(raw) if isinstance(exchange.body, dict | list) else raw}


def told(exchange: RecordedExchange) -> dict[str, Any]:
    found: dict[str, Any] = {"status": exchange.status, "type": exchange.headers.get("content-type")}
    if exchange.events is not None:
        return found | {"events": unpadded(exchange.events), "other_frames": tuple(exchange.other_frames)}
    return found | {"body": exchange.body if isinstance(exchange.body, dict | list) else sent_bytes(exchange.body)}


def unpadded(events: Any) -> list[dict[str, Any]]:
    """Events with their padding told but not spelt."""
    return [{**event, "obfuscation": "…"} if "obfuscation" in event else event for event in events]


@cache
def imported(path: Path) -> list[RecordedExchange]:
    return import_file(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RECORDINGS)))
def test_recorded_answers_come_back_to_the_recorded_requests(path: Path, server: MockServer, tmp_path: Path):
    cassette = tmp_path / "recorded.yaml"
    with CassetteWriter(cassette, header=Header()) as writer:
        for exchange in imported(path):
            writer.add(exchange)
    workspace = server.workspace()
    workspace.replay(cassette, all_used=True)
    with Connection(workspace.base_url) as connection:
        for exchange in imported(path):
            headers = {"content-type": exchange.request_headers.get("content-type")}
            sent = asked(exchange)
            connection.request(exchange.method, exchange.url_path, sent, key=workspace.api_key, headers=headers)
            reply = connection.reply()

            assert heard(exchange, reply.header("content-type"), reply.status, reply.body) == told(exchange)
    workspace.assert_complete()
    server.discard(workspace)
