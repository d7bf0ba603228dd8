"""One session in each format: it imports, and replays as it was."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.format import Header
from mockserver.cassette.importing.formats import FORMATS
from mockserver.cassette.importing.importer import Recordings
from mockserver.cassette.sse import read_stream
from mockserver.cassette.writer import CassetteWriter
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.support.http import send

FILES = Path(__file__).parents[1] / "formats"


def response(number: int, text: str | None) -> dict[str, Any]:
    parts: list[Any] = [{"type": "output_text", "annotations": [], "text": text}]
    said = {"id": f"msg_0{number}", "type": "message", "status": "completed", "role": "assistant", "content": parts}
    return {
        "id": f"resp_0{number}",
        "object": "response",
        "created_at": 1_767_225_600,
        "status": "in_progress" if text is None else "completed",
        "model": "gpt-5",
        "output": [] if text is None else [said],
    }


ASK = {"model": "gpt-5", "input": "Say hello."}
REPLY = response(1, "Hello!")
EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": response(2, None)},
    {
        "type": "response.output_text.delta",
        "sequence_number": 1,
        "item_id": "msg_02",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hé ",
    },
    {"type": "response.completed", "sequence_number": 2, "response": response(2, "Hé lo!")},
]
QUOTA = {
    "error": {
        "message": "You exceeded your current quota.",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }
}
SESSION = (
    RecordedExchange(request_body=ASK, body=REPLY),
    RecordedExchange(request_body={**ASK, "stream": True}, events=EVENTS),
    RecordedExchange(request_body={"model": "gpt-5", "input": "Once more."}, status=429, body=QUOTA),
)
REPLIED, STREAMED, REFUSED = SESSION


def alone(*exchanges: RecordedExchange) -> tuple[RecordedExchange, ...]:
    """Exchanges that were saved without their requests."""
    return tuple(replace(one, request_body=None, any_request=True) for one in exchanges)


EXPECTED: dict[str, tuple[str, tuple[RecordedExchange, ...]]] = {
    "bodies-stream.json": ("pairs", (STREAMED,)),
    "bodies.json": ("pairs", (REPLIED,)),
    "charles.har": ("har", SESSION),
    "chrome.har": ("har", SESSION),
    "error.json": ("reply", alone(REFUSED)),
    "events.json": ("events", alone(STREAMED)),
    "events.jsonl": ("events", alone(STREAMED)),
    "fiddler.har": ("har", SESSION),
    "folders": ("trace", (REPLIED, STREAMED)),
    "go-vcr-2.yaml": ("go-vcr", SESSION),
    "go-vcr-4.yaml": ("go-vcr", SESSION),
    "hoverfly-3.json": ("hoverfly", SESSION),
    "hoverfly.json": ("hoverfly", SESSION),
    "lists.json": ("lists", SESSION),
    "mitmproxy.flows": ("flows", SESSION),
    "mitmproxy.har": ("har", SESSION),
    "msw.json": ("pairs", SESSION),
    "nock-gzip.json": ("nock", SESSION),
    "nock.json": ("nock", SESSION),
    "ogx-reply.json": ("llama-stack", (REPLIED,)),
    "ogx.json": ("llama-stack", (STREAMED,)),
    "pairs.jsonl": ("pairs", SESSION),
    "playwright.har": ("har", SESSION),
    "polly-gzip.har": ("polly", SESSION),
    "polly.har": ("polly", SESSION),
    "r-vcr-1.yml": ("ruby-vcr", SESSION),
    "r-vcr.yml": ("ruby-vcr", SESSION),
    "replies.jsonl": ("reply", alone(REPLIED, REFUSED)),
    "reply.json": ("reply", alone(REPLIED)),
    "reply.json.zst": ("reply", alone(REPLIED)),
    "ruby-vcr.json": ("ruby-vcr", SESSION),
    "ruby-vcr.yml": ("ruby-vcr", SESSION),
    "stream.txt": ("sse", alone(STREAMED)),
    "stream.txt.gz": ("sse", alone(STREAMED)),
    "test-proxy.json": ("test-proxy", SESSION),
    "trace": ("trace", (REPLIED, STREAMED)),
    "vcr-base64.json": ("vcr", SESSION),
    "vcr-httpx.yaml": ("vcr", SESSION),
    "vcr-parsed.yaml": ("vcr", SESSION),
    "vcr-tags.yaml": ("vcr", SESSION),
    "vcr.json": ("vcr", SESSION),
    "vcr.yaml": ("vcr", SESSION),
    "wiremock-mapping.json": ("wiremock", (REPLIED,)),
    "wiremock.json": ("wiremock", SESSION),
}
RULES = {"aimock.json", "mockllm.yml"}
"""Fixtures of other doubles, which become rules."""


def essence(exchange: RecordedExchange) -> RecordedExchange:
    """What all formats keep."""
    return replace(exchange, upstream="", request_headers={}, headers={}, started=None, times=())


@pytest.mark.parametrize("name", EXPECTED)
def test_session_imports_and_replays_as_it_was(name: str, server: MockServer, tmp_path: Path):
    format_name, expected = EXPECTED[name]
    recordings = Recordings(FILES / name)
    imported = list(recordings.exchanges())

    assert recordings.format.name == format_name
    assert tuple(map(essence, imported)) == expected

    with CassetteWriter(tmp_path / "session.yaml", header=Header()) as writer:
        for exchange in imported:
            writer.add(exchange)
    workspace = server.workspace()
    workspace.replay(tmp_path / "session.yaml", all_used=True)
    for exchange in expected:
        anything = {"model": "gpt-4o", "input": "Anything.", "stream": exchange.events is not None}
        body = exchange.request_body or anything
        reply = send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)

        assert reply.status == exchange.status
        if exchange.events is None:
            assert reply.json == exchange.body
        else:
            assert read_stream(reply.body) == (exchange.events, ())
    workspace.assert_complete()
    server.discard(workspace)


@pytest.mark.parametrize("name", [name for name in EXPECTED if (FILES / name).is_file()])
def test_session_that_is_cut_off_is_refused_by_name_or_has_its_beginning(name: str, tmp_path: Path):
    """Wherever the file ends: what is imported is as it was, or a stream or an error that is known to be cut off."""
    raw, path = (FILES / name).read_bytes(), tmp_path / name
    for part in (0.3, 0.5, 0.7, 0.9):
        path.write_bytes(raw[: int(len(raw) * part)])
        imported: list[RecordedExchange] = []
        refused = str(path)
        try:
            imported += Recordings(path).exchanges()
        except CassetteError as error:
            refused = str(error)
        assert refused.startswith(str(path))
        changed = [one for one in map(essence, imported) if one not in EXPECTED[name][1]]
        assert [one for one in changed if one.complete and (one.status, one.body) != (429, None)] == []


def test_every_format_has_an_example_and_a_source():
    examples = {path.name for path in FILES.iterdir() if not path.name.startswith("__")}

    assert examples == EXPECTED.keys() | RULES
    assert {row.name for row in FORMATS if row.rules is None} == {name for name, _ in EXPECTED.values()}
    assert [row.name for row in FORMATS if not (row.sign and row.source)] == []


def test_page_about_moving_names_every_format():
    page = (Path(__file__).parents[3] / "docs" / "moving.md").read_text(encoding="utf-8")
    table = page.partition("## What can be imported")[2].partition("##")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == {row.name for row in FORMATS}


def test_examples_are_read_in_the_format_that_is_named():
    assert [essence(one) for one in Recordings(FILES / "chrome.har", format_name="har").exchanges()] == [*SESSION]


def test_what_surrounds_an_exchange_is_kept():
    first = next(Recordings(FILES / "chrome.har").exchanges())
    flow = next(Recordings(FILES / "mitmproxy.flows").exchanges())

    assert (first.upstream, first.times, first.started) == ("https://api.openai.com", (1.234,), 1_767_225_600.5)
    assert flow.request_headers == {"content-type": "application/json", "user-agent": "OpenAI/Python 3.57.0"}
    assert (flow.upstream, flow.started) == ("https://api.openai.com", 1_767_225_600.5)
    assert json.loads(json.dumps(flow.body)) == REPLY
