import json
import re
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.authoring.yaml_source import MAX_BYTES
from mockserver.cassette.format import Header, dump_exchange, dump_header
from mockserver.cassette.load import read_cassette
from mockserver.cassette.payloads import payload_name
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.cassette.streams import message, padded_events, response, streamed, unpadded

HEADER = Header(upstream="https://api.openai.com", recorded_at=1_767_225_600, client="OpenAI/Python 3.52.0")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(), VALUES, max_size=4)
UNKNOWN_EVENTS = st.lists(
    st.builds(lambda kind, rest: {**rest, "type": kind}, st.text(), st.dictionaries(st.text(), VALUES, max_size=3)),
    max_size=4,
)


def written(*exchanges, header=HEADER):
    dumped = [dump_exchange(exchange, upstream=header.upstream) for exchange in exchanges]
    files = {name: content for each in dumped for name, content in each.files.items()}
    return (dump_header(header) + "".join(each.text for each in dumped)).encode(), files


def read(raw, files=None):
    return read_cassette(raw, file="tape.yaml", payload=(files or {}).__getitem__)


def back(exchange):
    return read(*written(exchange)).exchanges[0]


def test_header_is_what_a_person_expects_to_read():
    assert dump_header(HEADER) == (
        "format: 1\n"
        "upstream: https://api.openai.com\n"
        'recorded_at: "2026-01-01T00:00:00Z"\n'
        "client: OpenAI/Python 3.52.0\n"
        "...\n"
    )
    assert read(dump_header(HEADER).encode()).header == HEADER


def test_exchange_is_what_a_person_expects_to_read():
    exchange = RecordedExchange(
        url_path="/v1/responses?x=1",
        request_headers={"content-type": "application/json"},
        request_body={"model": "gpt-5", "instructions": "Be brief.\n  Be kind.\n", "input": "Ä 🙂"},
        headers={"content-type": "text/plain"},
        body="Sorry,\nnot now.",
        status=503,
        times=(0.25,),
        started=1_767_225_600.5,
    )

    assert dump_exchange(exchange).text == (
        "---\n"
        "request:\n"
        "  method: POST\n"
        "  url: /v1/responses?x=1\n"
        "  at: 1767225600.5\n"
        '  headers: {"content-type": "application/json"}\n'
        "  json: |-\n"
        '    {"model": "gpt-5", "instructions": "↓", "input": "Ä 🙂"}\n'
        "  texts:\n"
        "    /instructions: |\n"
        "      Be brief.\n"
        "        Be kind.\n"
        "response:\n"
        "  status: 503\n"
        '  headers: {"content-type": "text/plain"}\n'
        "  text: |-\n"
        "    Sorry,\n"
        "    not now.\n"
        "  times: >-\n"
        "    0.25\n"
        "...\n"
    )


@given(body=BODIES)
def test_any_json_body_comes_back_with_its_key_order(body):
    found = back(RecordedExchange(request_body=body, body=body))

    assert json.dumps(found.request_body) == json.dumps(body)
    assert json.dumps(found.body) == json.dumps(body)


def sequence_first(event):
    """An event with its number before all else but its type, as older recordings have it."""
    return {"type": event["type"], "sequence_number": event["sequence_number"], **event}


def parts_backwards(event):
    """An event whose part has its keys the other way round."""
    return {**event, "part": dict(reversed(event["part"].items()))} if "part" in event else event


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(sequence_first, "    keys: {\n", id="events"),
        pytest.param(parts_backwards, "    others:\n", id="inside-events"),
    ],
)
def test_stream_keeps_the_order_of_its_keys(change, expected):
    stream = streamed(["one", " two", " three", " four", " five", " six"])
    events = [change(event) for event in stream.events]
    exchange = replace(stream, events=events)

    assert expected in dump_exchange(exchange).text
    assert json.dumps(unpadded(back(exchange).events)) == json.dumps(unpadded(events))


@given(events=UNKNOWN_EVENTS)
def test_any_events_come_back(events):
    found = back(RecordedExchange(events=events))

    assert json.dumps(found.events) == json.dumps(events)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain", id="one line"),
        pytest.param("one\ntwo\n", id="line end at the end"),
        pytest.param("one\ntwo\n\n\n", id="line ends at the end"),
        pytest.param("\n\none\ntwo", id="line ends first"),
        pytest.param("   deep\nless", id="spaces first"),
        pytest.param("\n  deep\nless", id="spaces after a line end"),
        pytest.param("\tone\n\ttwo", id="tabs"),
        pytest.param("one \ntwo", id="space before a line end"),
        pytest.param("one\r\ntwo", id="carriage return"),
        pytest.param("...\n---\n# no comment\nkey: value", id="looks like yaml"),
        pytest.param("a\x85b\u2028c\ufeff\n\x7f", id="characters that yaml takes for line ends"),
        pytest.param("↓", id="the mark"),
        pytest.param("\n", id="nothing but a line end"),
        pytest.param("𝄞\n🙂", id="beyond the basic plane"),
        pytest.param("true", id="a word of yaml"),
    ],
)
def test_text_comes_back_character_by_character(text):
    found = back(RecordedExchange(request_body=text, body={"a": [{"b/c~d": text}]}))

    assert found.request_body == text
    assert found.body == {"a": [{"b/c~d": text}]}


def test_json_keeps_what_yaml_and_fast_parsers_lose():
    raw = '{"big": 123456789012345678901234567890, "half": "\\ud83d", "float": 1.0, "int": 1, "1e2": -0.0}'

    assert json.dumps(back(RecordedExchange(body=json.loads(raw))).body) == raw


@pytest.mark.parametrize("body", [b"\xff\x00", b"\xff" * 10_000, None, {}, []], ids=repr)
def test_body_that_is_no_text_comes_back(body):
    assert back(RecordedExchange(body=body)).body == body


def test_large_payloads_stand_beside_the_cassette_under_their_hash():
    picture = b64encode(PICTURE).decode()
    exchange = RecordedExchange(
        request_body={"input": [{"image_url": f"data:image/png;base64,{picture}"}]}, body={"output": [picture]}
    )
    dumped = dump_exchange(exchange)
    name = payload_name(PICTURE)

    assert dumped.files == {name: PICTURE}
    assert name.endswith(".png")
    assert len(dumped.text) < 700
    found = back(exchange)
    assert (found.request_body, found.body) == (exchange.request_body, exchange.body)


def test_changed_payload_is_an_error():
    raw, files = written(RecordedExchange(body=b"\xff" * 10_000))

    with pytest.raises(CassetteError, match=r"tape\.yaml, line 12: .* has been changed"):
        read(raw, dict.fromkeys(files, b"other"))


def test_stream_of_a_hundred_deltas_takes_about_forty_lines():
    deltas = [f"word{number} " for number in range(100)]
    events = 8 + len(deltas)
    exchange = streamed(deltas, times=tuple(round(0.3 + number * 0.017, 3) for number in range(events)))

    dumped = dump_exchange(exchange, upstream="")

    assert len(exchange.events) == events
    assert 35 <= dumped.text.count("\n") <= 45
    assert max(len(line) for line in dumped.text.splitlines()) < 1000  # the text itself is the longest
    found = back(exchange)
    assert unpadded(found.events) == unpadded(exchange.events)
    assert found.times == exchange.times


def test_loaded_stream_has_padding_again_and_the_same_each_time():
    exchange = streamed(["Hel", "lo"])
    raw, _ = written(exchange)

    deltas = [event for event in read(raw).exchanges[0].events if "obfuscation" in event]

    assert [(len(event["delta"]) + len(event["obfuscation"])) % 16 for event in deltas] == [0, 0]
    assert read(raw).exchanges == read(raw).exchanges


def test_stream_that_emit_tells_in_another_way_keeps_its_own_events():
    events = padded_events(
        response(message("Hello there, how are you?")), ["Hello", " there,", " how", " are", " you?"]
    )
    events[2]["item"] = {**events[2]["item"], "phase": "commentary"}
    dumped = dump_exchange(RecordedExchange(events=events))

    assert dumped.text.count('"phase": "commentary"') == 1
    assert "  stream:\n" in dumped.text
    assert unpadded(back(RecordedExchange(events=events)).events) == unpadded(events)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda events: events[:-1], id="broken off"),
        pytest.param(lambda events: list(reversed(events)), id="out of order"),
        pytest.param(lambda events: [event for event in events if "delta" not in event], id="without deltas"),
        pytest.param(lambda events: [{"type": "other", "n": 1.0}, *events], id="another event first"),
        pytest.param(lambda events: [{**event, "sequence_number": 0} for event in events], id="numbers of its own"),
        pytest.param(lambda events: events[:1], id="opening alone"),
        pytest.param(lambda _: [], id="empty"),
    ],
)
def test_stream_of_another_shape_is_kept_event_by_event(change):
    events = change(padded_events(response(message("Hello")), ["Hel", "lo"]))
    dumped = dump_exchange(RecordedExchange(events=events, complete=False))

    assert "  events:\n" in dumped.text
    found = back(RecordedExchange(events=events, complete=False))
    assert json.dumps(found.events) == json.dumps(events)
    assert not found.complete


def test_fold_tells_whole_numbers_from_floats():
    events = padded_events(response(message("Hello"), temperature=1.0), ["Hello"])
    events[0]["response"] = {**events[0]["response"], "temperature": 1}

    found = back(RecordedExchange(events=events))

    assert [json.dumps(event["response"]["temperature"]) for event in (found.events[0], found.events[1])] == [
        "1",
        "1.0",
    ]


def test_text_that_a_person_has_edited_is_told_to_its_end():
    raw, _ = written(streamed(["It is ", "cold."]))

    events = read(raw.replace(b"It is cold.", b"It is rather warm.")).exchanges[0].events

    assert [event["delta"] for event in events if "delta" in event] == ["It is ", "rather warm."]
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "It is rather warm."


def test_asides_and_upstream_come_back():
    exchange = RecordedExchange(
        upstream="https://openrouter.ai",
        events=[{"type": "response.created"}],
        other_frames=((0, ": hello"), (1, "data: [DONE]")),
    )

    found = back(exchange)

    assert (found.upstream, found.other_frames) == (exchange.upstream, exchange.other_frames)
    assert back(RecordedExchange(upstream=HEADER.upstream)).upstream == HEADER.upstream


# What a person may break, and what the error says.
TAPE, _ = written(streamed(["Hel", "lo"]), RecordedExchange(body={"ok": True}), RecordedExchange(body={"ok": True}))
BROKEN = [
    pytest.param(TAPE.replace(b'{"ok": true}', b'{"ok": tru}', 1), 44, "`json` is not valid JSON", id="json"),
    pytest.param(TAPE.replace(b"status: 200", b"status: ok", 1), 14, "`status` should be a whole number", id="type"),
    pytest.param(TAPE.replace(b"padded:", b"padding:", 1), 32, "unknown key `padding`", id="key"),
    pytest.param(
        TAPE.replace(b'"status": "completed", "background"', b'"status": "odd", "background"', 1),
        16,
        "the stream does not unfold (KeyError('odd'))",
        id="response that is not finished",
    ),
    pytest.param(TAPE.replace(b'"output": [', b'"output_": [', 1), 16, "(KeyError('output'))", id="no output"),
    pytest.param(TAPE.replace(b'"text": "Hello"', b'"text": null', 1), 16, "no text at", id="text that was cut"),
    pytest.param(TAPE.replace(b"  method: POST\n", b"", 1), 7, "`method` is missing", id="missing key"),
    pytest.param(TAPE.replace(b"  url: /v1", b"  url: {/v1", 1), 10, "invalid YAML", id="yaml"),
    pytest.param(
        TAPE.replace(
            b"  method: POST\n  url: /v1/responses", b"  {method: GET,\n  method: POST, url: /v1/responses}", 1
        ),
        9,
        "request.method: given twice, first in line 8; keep one.",
        id="twice",
    ),
    pytest.param(
        TAPE.replace(b"  method: POST\n  url: /v1", b"  {method: POST, url: &a /v1}\n  #", 1),
        8,
        "request.url: anchors and aliases are not allowed, got 'a'",
        id="anchor",
    ),
    pytest.param(
        TAPE.replace(b"3 2\n", b"3 two\n", 1), 34, "`response.output_text.delta 0 0` should be numbers", id="cuts"
    ),
    pytest.param(
        TAPE.replace(b"...\n---", b"---", 2).replace(b"---", b"...\n---", 1),
        36,
        "a second document begins",
        id="end line",
    ),
    pytest.param(
        TAPE.replace(b"    padded: true\n", b'    padded: true\n    keys: {"error": "type"}\n', 1),
        33,
        "`keys` should hold lists of keys by the type of event, not 'type' for error",
        id="keys",
    ),
    pytest.param(TAPE.replace(b"Say it", b"Say \xff", 1), 12, "not UTF-8", id="encoding"),
    pytest.param(TAPE.replace(b"format: 1", b"format: 2", 1), 1, "this version reads format 1", id="newer format"),
    pytest.param(b"", 1, "not a cassette", id="empty file"),
    pytest.param(b"interactions: []\n", 1, "mockserver import", id="another tool's file"),
]


@pytest.mark.parametrize(("raw", "line", "cause"), BROKEN)
def test_broken_cassette_names_file_line_and_cause(raw, line, cause):
    assert raw != TAPE
    with pytest.raises(CassetteError) as caught:
        read(raw)

    assert str(caught.value).startswith(f"tape.yaml, line {line}: ")
    assert cause in str(caught.value)


@given(data=st.data())
def test_damage_anywhere_is_an_error_of_ours_or_does_no_harm(data):
    """Lines lost, doubled or swapped, as merges leave them."""
    lines = TAPE.splitlines(keepends=True)
    places = st.integers(0, len(lines) - 1)
    first, second = data.draw(places), data.draw(places)
    change = data.draw(st.sampled_from(["lose", "double", "swap", "indent", "clear"]))
    if change == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    else:
        line = lines[first]
        lines[first] = {"lose": b"", "double": line * 2, "indent": b"  " + line, "clear": b"  json: 0\n"}[change]

    try:
        found = read(b"".join(lines))
        events = [[*each.events] for each in found.exchanges if each.events is not None]
    except CassetteError as error:
        assert re.match(r"tape\.yaml, line \d+: .", str(error))  # noqa: PT017 - not every change does harm
    else:
        assert len(found.exchanges) + len(found.warnings) >= 2
        assert all(event["type"] for row in events for event in row)


def test_stream_that_cannot_be_told_is_an_error_when_it_is_asked_for():
    raw, _ = written(streamed(["Hel", "lo"]))
    [exchange] = read(raw.replace(b"    padded: true\n", b"    others:\n      json: '[[99, {}]]'\n")).exchanges

    with pytest.raises(CassetteError, match=r"tape\.yaml, line 16: the stream does not unfold \(IndexError"):
        list(exchange.events)


def test_recorded_body_may_be_larger_than_what_people_write():
    exchange = RecordedExchange(body=f"{'words' * (MAX_BYTES // 5 + 1)}\nand more")
    raw = (dump_header(Header()) + dump_exchange(exchange).text).encode()

    loaded = read_cassette(raw, file="tape.yaml", payload=lambda _: b"")

    assert loaded.exchanges == [exchange]
