"""Recordings of real traffic, exported to other tools' formats and imported again: equal.

    python -m tests.recorded.test_recorded_exports

does so with all of them, in ten seconds; the suite takes every fifth.
"""

import sys
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.exported import UNKNOWN_UPSTREAM
from mockserver.cassette.exporters import export_exchanges
from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.importing.importer import import_file
from mockserver.cassette.load import read_cassette
from mockserver.cassette.redact import redact
from mockserver.conformance.drift_report import own_answers
from mockserver.conformance.resending import answer_in
from mockserver.model.recorded import RecordedExchange
from mockserver.script import load_fixtures
from tests.support.real_traffic import RECORDINGS

FILES = sorted(
    path
    for pattern in ("openai-dotnet/*/*.json", "pydantic-ai/*/*.yaml", "ai/*.txt", "ai/*.json", "agent-framework/*/*")
    for path in RECORDINGS.glob(pattern)
)


def kept(exchanges: list[RecordedExchange]) -> list[RecordedExchange]:
    """Exchanges as a cassette has them."""
    dumped = [dump_exchange(redact(exchange).exchange) for exchange in exchanges]
    files = {name: content for each in dumped for name, content in each.files.items()}
    raw = (dump_header(Header()) + "".join(each.text for each in dumped)).encode()
    return list(read_cassette(raw, file="recorded.yaml", payload=files.__getitem__).exchanges)


def departures(path: Path, folder: Path) -> list[str]:
    """How a recording differs after it has been in another format; nothing where it is equal.

    What was saved without its request has a place in the lines of events alone.
    """
    recorded = [replace(one, upstream=one.upstream or UNKNOWN_UPSTREAM) for one in kept(import_file(path))]
    whole = [one for one in recorded if one.request_body is not None or one.request_headers]
    found = []
    for name in ("har", "vcr") if whole else ():
        file = folder / f"exported.{name}"
        file.write_text(export_exchanges(whole, name).texts[0], encoding="utf-8")
        found += _differing(f"{path.name}, {name}", whole, kept(import_file(file)))
    file = folder / "exported.jsonl"
    streams = [exchange.events for exchange in recorded if exchange.events]
    for events, text in zip(streams, export_exchanges(recorded, "jsonl").texts, strict=True):
        file.write_text(text, encoding="utf-8")
        (back,) = import_file(file, "events")
        found += [] if back.events == list(events) else [f"{path.name}, jsonl: events"]
    return found


def _differing(where: str, recorded: list[RecordedExchange], back: list[RecordedExchange]) -> list[str]:
    if len(back) != len(recorded):
        return [f"{where}: {len(back)} exchanges instead of {len(recorded)}"]
    return [
        f"{where}, exchange {number}: {one.name}"
        for number, (old, new) in enumerate(zip(recorded, back, strict=True), start=1)
        for one in fields(old)
        if getattr(old, one.name) != getattr(new, one.name) and (one.name, old.started) != ("started", None)
    ]


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")
def test_recordings_come_back_equal_from_other_formats(tmp_path: Path):
    assert [line for path in FILES[::5] for line in departures(path, tmp_path)] == []


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")
def test_recordings_become_rules_that_load(tmp_path: Path):
    for path in FILES[::2]:
        for text in export_exchanges(import_file(path), "rules").texts:
            file = tmp_path / "rules.yaml"
            file.write_text(text, encoding="utf-8")
            assert load_fixtures([file]).rules, path


MADE = frozenset({"id", "call_id", "encrypted_content", "logprobs"})
"""What a server makes of an item; `logprobs` are empty where older recordings have none."""


def said(value: Any) -> Any:
    """An item without what the server makes."""
    if isinstance(value, dict):
        return {key: said(inner) for key, inner in value.items() if key not in MADE}
    return [said(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")
def test_rules_of_recordings_make_the_recorded_items(server: MockServer):
    items = 0
    for path in FILES[::3]:
        for one in own_answers(kept(import_file(path)), server):
            if one.recorded.method != "POST" or one.now is None or one.now.status != one.recorded.status:
                continue
            recorded, now = answer_in(one.recorded), answer_in(one.now)
            if isinstance(recorded, dict) and recorded.get("status") == "completed" and "output" in recorded:
                for old, new in zip(recorded["output"], now["output"], strict=True):
                    assert said(new) == {**said(new), **said(old)}, (path, one.number)
                    items += 1

    assert items > 60


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        lines = [line for each in FILES for line in departures(each, Path(made))]
    sys.stdout.write("".join(f"{line}\n" for line in lines) + f"{len(FILES)} recordings, {len(lines)} differences.\n")
    sys.exit(bool(lines))
