"""Sixty kinds of secrets in all places of an exchange are left out of a cassette; innocent texts stay as they are."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from mockserver.cassette.check import check
from mockserver.cassette.format import Dumped, Header, dump_exchange, dump_header
from mockserver.cassette.redact import redact
from mockserver.cassette.secrets import SECRET_PATTERNS, recut, secret_patterns
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.cassette.planted_secrets import (
    KINDS,
    PLACES,
    WORD,
    Place,
    as_json,
    called,
    cut,
    joined,
    said,
    secret_part,
)
from tests.cassette.streams import streamed

INNOCENT = (Path(__file__).parent / "innocent_texts.txt").read_text(encoding="utf-8").splitlines()
ESCAPE = re.compile(r"\\u00([0-9a-f]{2})")
BASE64 = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")


def readings(dumped: Dumped) -> Iterator[str]:
    """A document and its files as somebody may read them: as they are, without escapes, decoded."""
    for text in (dumped.text, *(content.decode("latin-1") for content in dumped.files.values())):
        plain = ESCAPE.sub(lambda found: chr(int(found[1], 16)), text.replace("\\\\", "\\"))
        yield text
        yield plain
        yield unquote(plain)
        for found in BASE64.findall(text):
            yield b64decode(found + "=" * (-len(found) % 4)).decode("latin-1")


def left(place: Place) -> list[str]:
    """The secrets that are still in a cassette when they were planted in a place."""
    kept = []
    for name, secret in KINDS:
        clean = redact(place(name, secret)).exchange
        if any(secret_part(secret) in text for text in readings(dump_exchange(clean))):
            kept.append(f"{name}: {secret}")
    return kept


def test_sixty_kinds_are_planted_in_more_than_twelve_places():
    assert len(KINDS) == len(set(KINDS)) == 60
    assert len(PLACES) == 23


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_no_planted_secret_is_left(place: Place):
    assert left(place) == []


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_redacting_again_finds_nothing(place: Place):
    twice = [redact(redact(place(name, secret)).exchange).findings for name, secret in KINDS]

    assert [findings for findings in twice if findings] == []


def test_planted_secrets_are_seen_where_nothing_is_redacted():
    place = PLACES["arguments in deltas"]
    found = [
        any(secret_part(secret) in text for text in readings(dump_exchange(place(name, secret))))
        for name, secret in KINDS
    ]

    assert all(found)


def test_check_finds_what_the_recorder_leaves_out(tmp_path: Path):
    path = tmp_path / "tape.yaml"
    dumped = [dump_exchange(place(name, secret)) for place in PLACES.values() for name, secret in KINDS]
    path.write_text(dump_header(Header()) + "".join(each.text for each in dumped), encoding="utf-8")
    for name, content in ((name, content) for each in dumped for name, content in each.files.items()):
        (tmp_path / "tape.yaml.files").mkdir(exist_ok=True)
        (tmp_path / "tape.yaml.files" / name).write_bytes(content)

    lines = {problem.line for problem in check(path, now=0) if problem.kind == "secret"}

    assert len(lines) == len(dumped) == 60 * 23


def test_deltas_events_and_the_finished_response_agree_on_arguments():
    text = as_json("password", "hunter2hunter2")

    clean = redact(called(text, cut(text, "hunter2hunter2"))).exchange.events or ()

    expected = as_json("password", "REDACTED")
    assert "".join(event["delta"] for event in clean if "delta" in event) == expected
    assert {event["arguments"] for event in clean if event["type"].endswith("arguments.done")} == {expected}
    assert clean[-1]["response"]["output"][0]["arguments"] == expected


def test_long_key_of_the_letters_of_base64_is_no_payload():
    assert SECRET_PATTERNS.spans(joined("fm2_", WORD * 80))


def test_stream_with_a_secret_still_folds():
    text = f'Set {{"api_key": "{WORD}"}} there.'

    assert "\n  stream:\n" in dump_exchange(redact(streamed(cut(text, WORD))).exchange).text


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_texts_stay(text: str):
    assert redact(said(text)).findings == []
    assert redact(RecordedExchange(request_body={"input": text, "metadata": {"note": text}})).findings == []
    assert redact(called(json.dumps({"text": text}))).findings == []


def test_more_than_a_hundred_texts_are_innocent():
    assert len(INNOCENT) == len(set(INNOCENT)) > 100


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": {"cookie": "chocolate chip", "token": "blue", "secret": "ingredient"}},
        {
            "tools": [
                {
                    "type": "mcp",
                    "server_label": "m",
                    "headers": {"Accept": "text/event-stream; q=0.9", "X-Team": "blue"},
                }
            ]
        },
        {"headers": {"x-request-id": "req_0123456789abcdef"}, "domain_secrets": []},
        {"logprobs": [{"token": "a1b2c3d4e5f6", "logprob": -0.1}]},
        {"password": {"type": "string"}, "token": None, "api_key": 5, "secret": True},
    ],
    ids=repr,
)
def test_objects_without_secrets_stay(body: dict[str, object]):
    assert redact(RecordedExchange(request_body=body)).exchange.request_body == body


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'{{"api_key": "{joined("sk-", "proj-", WORD)}"}}', '{"api_key": "sk-proj-REDACTED"}'),
        ("DB_PASSWORD='it is long'", "DB_PASSWORD='REDACTED'"),
        ("export DB_PASSWORD=p@ss,w0rd;1\nmake", "export DB_PASSWORD=REDACTED\nmake"),
        ("https://x.example/?token=abcdefgh#top", "https://x.example/?token=REDACTED#top"),
        ("<password>hunter2hunter2</password>", "<password>REDACTED</password>"),
        ("{'password': 'swordfish'}", "{'password': 'REDACTED'}"),
        ("mysql --password=hunter2hunter2 -h db", "mysql --password=REDACTED -h db"),
        ("curl -u ann:hunter2hunter2 https://x.example", "curl -u ann:REDACTED https://x.example"),
        ("**API key:** abcd1234efgh5678", "**API key:** REDACTED"),
        ('Set-Cookie: sid=abc123def456; Path=/"', 'Set-Cookie: REDACTED"'),
        ("kind: Secret\ntype: Opaque\ndata:\n  a: YWRtaW5h\n", "kind: Secret\ntype: Opaque\ndata:\n  REDACTED\n"),
        ('{"domain_secrets": [{"value": "opaque"}]}', '{"domain_secrets": [{"value": "REDACTED"}]}'),
        ("postgres%3A%2F%2Fann%3Ahunter2%40db", "postgres%3A%2F%2FREDACTED%40db"),
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_what_is_not_secret_stays_around_what_is(text: str, clean: str):
    assert "".join(recut([text], SECRET_PATTERNS.spans(text))) == clean


@pytest.mark.parametrize(
    ("tool", "clean"),
    [
        ({"X-Tenant": "aB3dE5gH7jK9", "Accept": "text/html"}, {"X-Tenant": "REDACTED", "Accept": "text/html"}),
        ({"X-Access": "Key 0a1b2c3d"}, {"X-Access": "REDACTED"}),
        ({"X-Custom-Token": "opaque"}, {"X-Custom-Token": "REDACTED"}),
    ],
    ids=repr,
)
def test_headers_of_an_mcp_tool_go_whatever_they_are_called(tool: dict[str, str], clean: dict[str, str]):
    bodies = [{"tools": [{"server_label": "m", "headers": headers}]} for headers in (tool, clean)]

    assert redact(RecordedExchange(request_body=bodies[0])).exchange.request_body == bodies[1]


def test_location_loses_every_parameter_with_the_name_of_a_secret():
    exchange = redact(RecordedExchange(headers={"location": "/v1/files?key=abc&page=2"})).exchange

    assert exchange.headers == {"location": "/v1/files?key=REDACTED&page=2"}


def test_addresses_go_when_they_are_percent_encoded():
    text = "?to=me%40example.com"

    assert "".join(recut([text], secret_patterns(["email"]).spans(text))) == "?to=REDACTED"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call +49 30 1234567 now.", "Call REDACTED now."),
        ("tel:+14155552671", "tel:REDACTED"),
        ("(415) 555-2671 or 415-555-2671", "REDACTED or REDACTED"),
        ("1767225600 2026-01-01 resp_415555267112345 1.234.567 415-555-26710", None),
    ],
)
def test_phone_numbers_go_when_they_are_named(text: str, expected: str | None):
    assert SECRET_PATTERNS.redacted(text)[0] == text
    assert secret_patterns(["phone"]).redacted(text)[0] == (expected or text)


def test_own_patterns_are_read_as_they_are_written():
    assert (
        "".join(recut(["Zoë met Zoë."], secret_patterns([r"(\w)oë"]).spans("Zoë met Zoë."))) == "REDACTED met REDACTED."
    )


def test_files_beside_a_cassette_have_no_secrets(tmp_path: Path):
    path = tmp_path / "tape.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(PLACES["a file beside the cassette"]("DB_PASSWORD", "hunter2hunter2"))

    (file,) = (tmp_path / "tape.yaml.files").iterdir()
    assert file.read_text().startswith("Use DB_PASSWORD=REDACTED\n")
