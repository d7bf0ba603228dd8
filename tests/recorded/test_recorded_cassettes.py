"""Every recording of real traffic through a cassette and back: nothing is lost but the letters of the padding."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.importing.importer import import_file
from mockserver.cassette.load import read_cassette
from mockserver.cassette.redact import redact
from mockserver.model.recorded import RecordedExchange
from tests.support.real_traffic import RECORDINGS

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

FILES = sorted(
    path
    for pattern in ("openai-dotnet/*/*.json", "pydantic-ai/*/*.yaml", "ai/*.txt", "ai/*.json", "agent-framework/*/*")
    for path in RECORDINGS.glob(pattern)
)

# Streams that are kept event by event, by file, with why folding does not give them back.
EVENT_BY_EVENT = {
    "github-copilot-id-rotation.1.chunks.txt": "a gateway that gives items other ids in each event",
    "openai-custom-tool.1.chunks.txt": "made by hand: no numbers",
    "openai-mcp-tool-approval.4.chunks.txt": "an event that emit does not tell shifts all after it",
    "openai-phase.1.chunks.txt": "made by hand: most deltas cut out",
    "programmatic-tool-calling.1.chunks.txt": "more than a quarter of its few events hold values encrypted anew",
    "test_background_mode_streaming_starting_after_vcr.yaml": "few events, and a quarter has keys in two orders",
    "test_openai_responses_model_mcp_list_tools_stream_backfills_missing_results.yaml": "items interleave",
    "test_openai_responses_raw_cot_stream_openrouter.yaml": "another server: items interleave",
}

# What is found in the recordings: headers that a cassette does not keep, and one token that its author calls `fake`.
WITH_FAKE_TOKEN = "test_openai_responses_model_mcp_server_tool_with_connector.yaml"
FOUND = {
    ("project id", "response/headers/openai-project"),
    ("secret by its name", "request/headers/cookie"),
    ("secret by its name", "request/body/tools/0/authorization"),
}


@cache
def imported() -> tuple[tuple[Path, RecordedExchange], ...]:
    return tuple((path, exchange) for path in FILES for exchange in import_file(path))


def comparable(exchange: RecordedExchange) -> str:
    """All of an exchange, as text: 1 is not 1.0, keys have an order; padding has to be there, whatever its letters."""
    events = exchange.events
    if events is not None:
        events = [{**event, "obfuscation": "…"} if "obfuscation" in event else event for event in events]
    fields = {name: getattr(exchange, name) for name in RecordedExchange.__dataclass_fields__} | {"events": events}
    return json.dumps(fields, default=repr)


def source(path: Path) -> str:
    return str(path.relative_to(RECORDINGS))


def test_recordings_are_all_imported():
    counts = Counter(source(path).partition("/")[0] for path, _ in imported())

    assert counts == {
        "agent-framework": 15,
        "ai": 38,
        "openai-dotnet": 114,
        "pydantic-ai": 92,
    }  # one is a document that the client fetched elsewhere
    assert len(FILES) == len({path for path, _ in imported()})
    assert sum(exchange.events is not None for _, exchange in imported()) == 39


def test_recorded_exchanges_come_back_from_a_cassette():
    dumped = [dump_exchange(exchange) for _, exchange in imported()]
    files = {name: content for each in dumped for name, content in each.files.items()}
    raw = (dump_header(Header()) + "".join(each.text for each in dumped)).encode()

    loaded = read_cassette(raw, file="all.yaml", payload=files.__getitem__)

    assert loaded.warnings == []
    assert len(loaded.exchanges) == len(imported())
    pairs = zip(imported(), loaded.exchanges, strict=True)
    assert [source(path) for (path, exchange), back in pairs if comparable(exchange) != comparable(back)] == []


def test_recorded_streams_fold_unless_they_are_listed():
    streams = [(path, exchange) for path, exchange in imported() if exchange.events]
    unfolded = [path.name for path, exchange in streams if "\n  stream:\n" not in dump_exchange(exchange).text]

    assert len(streams) == 39
    assert sorted(unfolded) == sorted(EVENT_BY_EVENT)


def test_recorded_streams_take_far_fewer_lines_than_they_have_events():
    folded = [
        (len(exchange.events), dump_exchange(redact(exchange).exchange).text.count("\n"))
        for path, exchange in imported()
        if exchange.events and len(exchange.events) >= 100 and path.name not in EVENT_BY_EVENT
    ]

    assert len(folded) == 8
    assert sum(lines for _, lines in folded) < 0.4 * sum(events for events, _ in folded)


def test_recorded_traffic_raises_no_false_alarm():
    findings = {(each.kind, each.path) for _, exchange in imported() for each in redact(exchange).findings}

    assert findings == FOUND


def test_redaction_changes_nothing_in_recorded_bodies_and_events():
    for path, exchange in imported():
        if path.name == WITH_FAKE_TOKEN:
            continue
        clean = redact(exchange).exchange
        assert (clean.request_body, clean.body, clean.events) == (
            exchange.request_body,
            exchange.body,
            exchange.events,
        ), path
