"""The built-in profiles, one behaviour after the other; the examples of their documents have tests of their own."""

from typing import Any

import pytest

from mockserver.errors import ApiError
from mockserver.events.emit import emit
from mockserver.spec.checks.body import check_schema
from mockserver.web.profiles.loader import load_profile
from tests.support.profile_examples import CALL, MESSAGE, SEARCH, SILENT, SPOKEN, response, sent_events


def test_new_api_shows_the_earlier_keys() -> None:
    shown = load_profile("new-api").response_out(response(SILENT, MESSAGE, background=False, store=True))
    assert list(shown) == [
        *("id", "object", "created_at", "status", "error", "model", "output", "previous_response_id", "store"),
        *("text", "tools", "usage"),
    ]
    assert shown["output"] == [
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi.", "annotations": []}],
        }
    ]
    assert shown["text"] == {"format": {"type": "text"}}
    assert shown["usage"]["input_tokens_details"] == {"cached_tokens": 0}


def test_new_api_events_have_neither_number_nor_padding() -> None:
    events = sent_events(load_profile("new-api"), emit(response(MESSAGE), padding=lambda deltas: deltas))
    assert not any({"sequence_number", "obfuscation", "logprobs"} & event.keys() for event in events)


SKYENGINE_REQUESTS = [
    pytest.param({"prompt": "Hi"}, {"input": "Hi"}, id="prompt"),
    pytest.param({"prompt": "Hi", "input": "x"}, {"instructions": "Hi", "input": "x"}, id="prompt and input"),
    pytest.param({"prompt": {"id": "p"}}, {"prompt": {"id": "p"}}, id="stored prompt"),
    pytest.param(
        {"input": [{"role": "user", "content": [{"type": "audio", "audio": {"data": "AA==", "format": "wav"}}]}]},
        {
            "input": [
                {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}]}
            ]
        },
        id="audio",
    ),
    pytest.param(
        {"input": "x", "text": {"format": {"type": "json_object", "schema": {"type": "object"}}}},
        {"input": "x", "text": {"format": {"type": "json_schema", "schema": {"type": "object"}, "name": "response"}}},
        id="schema",
    ),
    pytest.param(
        {"input": "x", "tools": [{"type": "web_search_preview", "search_context_size": "large", "domains": ["a"]}]},
        {"input": "x", "tools": [{"type": "web_search_preview", "search_context_size": "high"}]},
        id="search",
    ),
    pytest.param(
        {"input": "x", "stream": True},
        {"input": "x", "stream": True, "stream_options": {"include_obfuscation": False}},
        id="padding",
    ),
]


@pytest.mark.parametrize(("request_sent", "expected"), SKYENGINE_REQUESTS)
def test_skyengine_request_becomes_openais(request_sent: dict[str, Any], expected: dict[str, Any]) -> None:
    translated = load_profile("skyengine").request_in({"model": "gpt-4.1", **request_sent})
    assert translated == {"model": "gpt-4.1", **expected}
    check_schema("responses.create", translated)


def test_skyengine_response_says_it_its_own_way() -> None:
    form: dict[str, Any] = {
        "type": "json_schema",
        "description": None,
        "name": "response",
        "schema": {},
        "strict": True,
    }
    tools = [{"type": "web_search_preview", "search_context_size": "low", "user_location": {"type": "approximate"}}]
    sent = {"prompt": "Hi", "tools": [{"type": "web_search_preview", "user_location": {"type": "exact"}}]}
    shown = load_profile("skyengine").response_out(response(text={"format": form}, tools=tools), sent)
    assert shown["text"] == {"format": {"type": "json_object", "schema": {}}}
    assert shown["prompt"] == "Hi"
    assert shown["tools"] == [
        {
            "type": "web_search_preview",
            "search_context_size": "small",
            "user_location": {"type": "exact"},
            "domains": [],
        }
    ]


def test_skyengine_sends_audio_events() -> None:
    audio = {**MESSAGE, "content": [{"type": "output_audio", "data": "AA==", "transcript": "Hi."}]}
    events = sent_events(load_profile("skyengine"), emit(response(audio)))
    assert [event for event in events if "audio" in event["type"]] == [
        {"type": "response.audio.delta", "delta": "AA==", "sequence_number": 4},
        {"type": "response.audio.done", "sequence_number": 5},
    ]
    assert not any("transcript" in event["type"] for event in events)


def test_skyengine_error_event_has_its_name() -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "Sorry."})
    events = sent_events(load_profile("skyengine"), emit(failed))
    assert [event["type"] for event in events[-2:]] == ["response.error", "response.failed"]
    assert events[-2]["error"] == {"code": "server_error", "message": "Sorry."}


def test_skyengine_incomplete_stream_ends() -> None:
    events = sent_events(load_profile("skyengine"), emit(response(MESSAGE, status="incomplete")))
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["status"] == "incomplete"


ERROR = ApiError("No such thing.", status=404, param="id", code="missing")
ERRORS = [
    pytest.param("openai", {"error": ERROR.error}, id="openai"),
    pytest.param("open-responses", {"error": {**ERROR.error, "type": "not_found"}}, id="open-responses"),
    pytest.param(
        "skyengine",
        {
            "error": {
                "code": 404,
                "message": "No such thing.",
                "details": [{"type": "invalid_request_error", "param": "id", "code": "missing"}],
            }
        },
        id="skyengine",
    ),
]


@pytest.mark.parametrize(("name", "body"), ERRORS)
def test_error_has_the_providers_shape(name: str, body: dict[str, Any]) -> None:
    assert load_profile(name).error_out(ERROR.error, ERROR.status) == (body, ERROR.status)


def test_lemondata_shows_bare_messages_and_takes_them_back() -> None:
    profile = load_profile("lemondata")
    shown = profile.response_out(response(MESSAGE))
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}]}
    assert shown == {
        "id": "resp_1",
        "object": "response",
        "created_at": 7,
        "model": "gpt-4.1",
        "output": [message],
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    }
    back = profile.request_in({"model": "m", "input": [*shown["output"], {"role": "user", "content": "Go on."}]})
    assert back["input"][0]["content"] == [{"type": "output_text", "text": "Hi."}]
    check_schema("responses.create", back)


def test_modelverse_shows_parts_and_its_own_ids() -> None:
    profile = load_profile("modelverse")
    shown = profile.response_out(response(MESSAGE, CALL, previous_response_id="resp_0"))
    assert shown["output"] == [{"type": "text", "text": "Hi."}, CALL]
    assert (shown["id"], shown["previous_response_id"]) == ("resp-1", "resp-0")
    assert shown["created"] == shown["created_at"] == 7


def test_modelverse_ids_are_known_again() -> None:
    profile = load_profile("modelverse")
    assert profile.request_in({"previous_response_id": "resp-1"}) == {"previous_response_id": "resp_1"}
    assert profile.id_in("resp-1") == "resp_1"
    assert load_profile("openai").id_in("resp-1") == "resp-1"


def test_modelverse_takes_its_own_names() -> None:
    sent = {"model": "m", "input_items": [{"type": "text", "text": "Hi"}], "max_tokens": 20}
    part = {"type": "input_text", "text": "Hi"}
    assert load_profile("modelverse").request_in(sent) == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": [part]}],
        "max_output_tokens": 20,
    }


def test_open_responses_items_have_status_and_owner() -> None:
    profile = load_profile("open-responses")
    shown = profile.response_out(response(SPOKEN, SEARCH, MESSAGE))
    assert [(item["type"], item["status"]) for item in shown["output"]] == [
        ("reasoning", "completed"),
        ("openai:web_search_call", "completed"),
        ("message", "completed"),
    ]
    back = profile.request_in({"model": "m", "input": [shown["output"][1]]})
    assert back["input"] == [SEARCH]


def test_open_responses_names_events_and_ends_with_done() -> None:
    profile = load_profile("open-responses")
    raw = {**SILENT, "content": [{"type": "reasoning_text", "text": "Hm."}]}
    events = sent_events(profile, emit(response(raw, SEARCH)))
    kinds = [event["type"] for event in events]
    assert {"response.reasoning.delta", "response.reasoning.done"} < set(kinds)
    assert "openai:response.web_search_call.searching" in kinds
    assert profile.stream_end == "[DONE]"
    [added] = [event for event in events if event["type"].endswith("item.added") and event["output_index"] == 0]
    assert added["item"]["status"] == "in_progress"


LENIENT = [
    pytest.param("modelverse", {"input": "x", "max_tokens": 20}, id="max_tokens"),
    pytest.param("new-api", {"input": "x", "tools": [{"type": "web_search_preview", "domains": []}]}, id="domains"),
    pytest.param("skyengine", {"prompt": "x"}, id="prompt"),
    pytest.param("lemondata", {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, id="text"),
]


@pytest.mark.parametrize(("name", "body"), LENIENT)
def test_lenient_request_needs_its_profile(name: str, body: dict[str, Any]) -> None:
    sent = {"model": "gpt-4.1", **body}
    check_schema("responses.create", load_profile(name).request_in(sent))
    with pytest.raises(ApiError):
        check_schema("responses.create", load_profile("openai").request_in(sent))
