"""`POST /v1/responses` as bytes: order of keys, indentation, framing, headers."""

import json
import re

import pytest

from tests.support.bodies import BODIES, ask

KEYS = [
    "id",
    "object",
    "created_at",
    "status",
    "background",
    "billing",
    "completed_at",
    "error",
    "frequency_penalty",
    "incomplete_details",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "model",
    "moderation",
    "output",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tool_usage",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "usage",
    "user",
    "metadata",
]

HEAD = """\
{
  "id": "resp_<id>",
  "object": "response",
  "created_at": 1767225600,
  "status": "completed",
  "background": false,
  "billing": {
    "payer": "developer"
  },
  "completed_at": 1767225600,
  "error": null,
  "frequency_penalty": 0.0,
  "incomplete_details": null,
  "instructions": null,
  "max_output_tokens": null,
  "max_tool_calls": null,
  "model": "gpt-4o-2024-08-06",
  "moderation": null,
  "output": [
    {
      "id": "msg_<id>",
      "type": "message",
      "status": "completed",
      "content": [
        {
          "type": "output_text",
          "annotations": [],
          "logprobs": [],
          "text": "Mock reply to """

TAIL = """
  "service_tier": "default",
  "store": true,
  "temperature": 1.0,
  "text": {
    "format": {
      "type": "text"
    },
    "verbosity": "medium"
  },
  "tool_choice": "auto","""

FRAME = re.compile(rb"event: ([a-z_.]+)\ndata: (\{[^\n]*\})\n\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def test_json_body_is_indented_by_two_without_a_line_end(raw):
    body = re.sub(r"_[0-9a-f]{50}", "_<id>", raw("POST", "/v1/responses", ask()).body.decode())

    assert body.startswith(HEAD)
    assert TAIL in body
    assert body.endswith('  "user": null,\n  "metadata": {}\n}')


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_json_body_has_the_keys_of_the_wire_in_its_order(raw, body):
    reply = raw("POST", "/v1/responses", body)

    assert (reply.status, list(reply.json)) == (200, KEYS)
    assert reply.body == json.dumps(reply.json, indent=2, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("more", "after", "key"),
    [
        pytest.param({"prompt": {"id": "pmpt_1"}}, "previous_response_id", "prompt", id="prompt"),
        pytest.param({"prompt_cache_options": {}}, "prompt_cache_key", "prompt_cache_options", id="cache-options"),
    ],
)
def test_key_that_only_some_requests_have_stands_in_its_place(raw, more, after, key):
    keys = list(raw("POST", "/v1/responses", ask(**more)).json)

    assert keys[keys.index(after) + 1] == key


def test_headers_of_a_json_reply(raw):
    headers = raw("POST", "/v1/responses", ask()).headers

    assert [(name, _stable(name, value)) for name, value in headers] == [
        ("openai-version", "2020-10-01"),
        ("access-control-expose-headers", "X-Request-ID"),
        ("access-control-expose-headers", "CF-Ray"),
        ("access-control-expose-headers", "CF-Ray"),
        ("x-content-type-options", "nosniff"),
        ("server", "cloudflare"),
        ("cf-cache-status", "DYNAMIC"),
        ("openai-organization", "mock-organization"),
        ("openai-project", "proj_mockserver"),
        ("x-ratelimit-limit-requests", "5000"),
        ("x-ratelimit-limit-tokens", "4000000"),
        ("x-ratelimit-remaining-requests", "4999"),
        ("x-ratelimit-remaining-tokens", "3999969"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-reset-tokens", "0s"),
        ("content-type", "application/json"),
        ("x-request-id", "req_<32 hex>"),
        ("openai-processing-ms", "<number>"),
        ("cf-ray", "<16 hex>-MCK"),
        ("content-length", "<number>"),
        ("date", "<date>"),
    ]


def test_headers_of_a_stream(raw):
    headers = raw("POST", "/v1/responses", ask(stream=True)).headers

    assert [(name, _stable(name, value)) for name, value in headers] == [
        ("openai-version", "2020-10-01"),
        ("access-control-expose-headers", "X-Request-ID"),
        ("access-control-expose-headers", "CF-Ray"),
        ("access-control-expose-headers", "CF-Ray"),
        ("x-content-type-options", "nosniff"),
        ("server", "cloudflare"),
        ("cf-cache-status", "DYNAMIC"),
        ("openai-organization", "mock-organization"),
        ("openai-project", "proj_mockserver"),
        ("content-type", "text/event-stream; charset=utf-8"),
        ("x-request-id", "req_<32 hex>"),
        ("openai-processing-ms", "<number>"),
        ("cf-ray", "<16 hex>-MCK"),
        ("transfer-encoding", "chunked"),
        ("date", "<date>"),
    ]


STABLE = {
    "x-request-id": (r"^req_[0-9a-f]{32}$", "req_<32 hex>"),
    "cf-ray": (r"^[0-9a-f]{16}-MCK$", "<16 hex>-MCK"),
    "openai-processing-ms": (r"^\d{2,3}$", "<number>"),
    "content-length": (r"^\d+$", "<number>"),
    "date": (r"^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$", "<date>"),
}


def _stable(name, value):
    pattern, name_of_it = STABLE.get(name, (r"^\b$", ""))
    return re.sub(pattern, name_of_it, value)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_stream_is_frames_of_event_and_compact_data_and_nothing_else(raw, body):
    reply = raw("POST", "/v1/responses", {**body, "stream": True})
    frames = FRAME.findall(reply.body)

    assert reply.body == b"".join(b"event: %b\ndata: %b\n\n" % frame for frame in frames)
    for name, data in frames:
        event = json.loads(data)
        assert event["type"] == name.decode()
        assert list(event) == ["type", *sorted(key for key in event if key != "type")]
        assert data == compact(event)


def test_stream_numbers_its_events_from_zero(raw):
    events = raw("POST", "/v1/responses", ask(stream=True)).events

    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "response.completed"


def test_opening_snapshot_has_every_echo_and_nothing_yet_unknown(raw):
    created, *_, completed = raw("POST", "/v1/responses", ask(stream=True, metadata={"a": "b"})).events
    opened, done = created["response"], completed["response"]

    assert list(opened) == list(done) == [key for key in KEYS if key != "billing"]
    assert {key for key in done if opened[key] != done[key]} == {
        "status",
        "completed_at",
        "output",
        "service_tier",
        "usage",
    }
    assert (opened["status"], opened["output"], opened["service_tier"]) == ("in_progress", [], "auto")


def test_text_beyond_ascii_is_sent_as_it_is(raw):
    reply = raw("POST", "/v1/responses", ask("Grüße 👩‍👩‍👧", stream=True))

    assert "Grüße".encode() in reply.body
    assert b"\\u" not in reply.body


def test_deltas_never_cut_a_cluster(raw):
    events = raw("POST", "/v1/responses", ask("👩‍👩‍👧🇩🇪", stream=True)).events
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]

    assert "👩‍👩‍👧" in deltas
    assert "🇩🇪" in deltas


def test_padding_fills_each_delta_to_a_multiple_of_sixteen(raw):
    events = raw("POST", "/v1/responses", ask(stream=True)).events
    lengths = {len(event["delta"] + event["obfuscation"]) % 16 for event in events if "delta" in event}

    assert lengths == {0}


def test_connection_serves_one_request_after_the_other(raw):
    reply = raw("POST", "/v1/responses", ask())

    assert reply.header("connection") is None  # HTTP/1.1 keeps it open unless told otherwise


def test_health_needs_no_key(raw):
    reply = raw("GET", "/_mock/health", key=None)

    assert (reply.status, reply.json["status"]) == (200, "ok")


def test_models_have_the_shape_of_the_wire(raw):
    models = raw("GET", "/v1/models").json
    one = raw("GET", "/v1/models/gpt-4o").json

    assert models["object"] == "list"
    assert one in models["data"]
    assert list(one) == ["id", "object", "created", "owned_by"]
    assert "x-ratelimit-limit-requests" not in dict(raw("GET", "/v1/models").headers)


def test_moderation_is_not_known_before_the_end(raw):
    body = ask(stream=True, moderation={"model": "omni-moderation-latest"})
    opened, *_, ended = [
        event["response"] for event in raw("POST", "/v1/responses", body).events if "response" in event
    ]

    assert opened["moderation"] is None
    assert ended["moderation"]["output"]["flagged"] is False


LARGE = "word " * 60_000


def test_large_request_is_answered_like_a_small_one(raw, monkeypatch):
    large = raw("POST", "/v1/responses", ask(LARGE)).json
    monkeypatch.setattr("mockserver.request_reader.LARGE", 10_000_000)
    again = raw("POST", "/v1/responses", ask(LARGE)).json

    assert large["output"][0]["content"] == again["output"][0]["content"]
    assert large["usage"] == again["usage"]
    assert large["usage"]["input_tokens"] == 60_008


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(ask(LARGE, temperature="hot"), "Invalid type for 'temperature'", id="schema"),
        pytest.param(
            ask(LARGE, previous_response_id="resp_0"), "Previous response with id 'resp_0' not found", id="state"
        ),
        pytest.param(b"{" + b" " * 300_000, "Invalid body: failed to parse JSON value", id="no JSON"),
    ],
)
def test_large_request_is_refused_like_a_small_one(raw, body, message):
    reply = raw("POST", "/v1/responses", body)

    assert (reply.status, reply.json["error"]["message"][: len(message)]) == (400, message)
