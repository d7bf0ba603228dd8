"""Keys that public recordings and sources of providers show, held against what is sent under their profiles.

The keys are facts of the sources that the profiles name; `azure-openai`, `xai` and `lm-studio` were recorded.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver import MockServer
from tests.support.bodies import WEATHER, ask
from tests.support.http import data_of, send
from tests.support.profile_traffic import scripted


def names(text: str) -> set[str]:
    return set(text.split())


CALL = "id type status arguments call_id name"
COMMON = """id object created_at completed_at status incomplete_details model previous_response_id instructions output
    error tools tool_choice truncation parallel_tool_calls text top_p top_logprobs temperature reasoning usage
    max_output_tokens max_tool_calls store background service_tier metadata safety_identifier prompt_cache_key"""
PENALTIES = "presence_penalty frequency_penalty"

RESPONSES: Mapping[str, str] = {
    "azure-openai": f"{COMMON} content_filters prompt_cache_retention user",
    "xai": f"{COMMON} {PENALTIES} user",
    "lm-studio": f"{COMMON} {PENALTIES}",
    "ollama": f"{COMMON} {PENALTIES}",
    "groq": """id object status created_at output previous_response_id model reasoning max_output_tokens text tools
        tool_choice truncation metadata temperature top_p user service_tier background error incomplete_details usage
        parallel_tool_calls store top_logprobs max_tool_calls""",
    "vllm": """id created_at incomplete_details instructions metadata model object output parallel_tool_calls
        temperature tool_choice tools top_p background max_output_tokens max_tool_calls previous_response_id prompt
        reasoning service_tier status text top_logprobs truncation usage user input_messages output_messages""",
    "ogx": f"{COMMON} {PENALTIES} prompt",
}


@pytest.mark.parametrize("profile", RESPONSES)
def test_response_has_the_keys_of_the_provider(profile: str, server: MockServer) -> None:
    workspace = server.workspace(profile=profile)
    shown = send(workspace.base_url, "POST", "/v1/responses", ask(), key=workspace.api_key).json
    assert set(shown) == names(RESPONSES[profile])


PLACE = "item_id output_index sequence_number type"
EVENTS: Mapping[str, Mapping[str, str]] = {
    "azure-openai": {
        "response.output_text.delta": f"{PLACE} content_index delta logprobs obfuscation",
        "response.function_call_arguments.delta": f"{PLACE} delta obfuscation",
        "response.function_call_arguments.done": f"{PLACE} arguments",
        "response.reasoning_summary_text.delta": f"{PLACE} summary_index delta obfuscation",
    },
    "xai": {
        "response.output_text.delta": f"{PLACE} content_index delta logprobs",
        "response.reasoning_summary_part.added": f"{PLACE} part summary_index",
        "response.reasoning_summary_text.delta": f"{PLACE} delta summary_index",
        "response.reasoning_summary_text.done": f"{PLACE} text summary_index",
    },
    "lm-studio": {
        "response.output_text.delta": f"{PLACE} content_index delta logprobs",
        "response.reasoning_text.delta": f"{PLACE} content_index delta",
        "response.reasoning_text.done": f"{PLACE} content_index text",
        "response.function_call_arguments.done": f"{PLACE} arguments",
    },
    "ollama": {
        "response.output_text.delta": f"{PLACE} content_index delta logprobs",
        "response.reasoning_summary_text.delta": f"{PLACE} delta summary_index",
        "response.function_call_arguments.delta": f"{PLACE} delta",
    },
    "vllm": {"response.reasoning_part.added": f"{PLACE} content_index part"},
}
ABSENT: Mapping[str, str] = {
    "lm-studio": "response.function_call_arguments.delta response.reasoning_summary_text.delta",
    "ollama": "response.reasoning_summary_part.added response.reasoning_summary_part.done",
    "vllm": "response.reasoning_summary_text.delta",
    "ogx": "response.output_text.done",
}


def streams(server: MockServer, profile: str) -> list[dict[str, Any]]:
    """The events of a text, of a call, and of reasoning with a summary."""
    workspace = scripted(server.workspace(profile=profile))
    thinking = ask("Think.", model="gpt-5", reasoning={"summary": "auto"})
    events = []
    for body in (ask(), ask("Rome?", tools=[WEATHER], tool_choice="required"), thinking):
        sent = send(workspace.base_url, "POST", "/v1/responses", {**body, "stream": True}, key=workspace.api_key)
        events += [data_of(frame) for frame in sent.body.split(b"\n\n")[:-1]]
    return events


@pytest.mark.parametrize("profile", [*EVENTS, "ogx"])
def test_events_have_the_keys_of_the_provider(profile: str, server: MockServer) -> None:
    events = streams(server, profile)
    keys = {event["type"]: set(event) for event in events}
    expected = EVENTS.get(profile, {})
    assert {kind: keys.get(kind) for kind in expected} == {kind: names(text) for kind, text in expected.items()}
    assert names(ABSENT.get(profile, "")) & keys.keys() == set()


def reasoning_of(server: MockServer, profile: str) -> Any:
    workspace = server.workspace(profile=profile)
    body = ask("Think.", model="gpt-5", reasoning={"summary": "auto"})
    shown = send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key).json
    return next(item for item in shown["output"] if item["type"] == "reasoning")


REASONING: Mapping[str, str] = {
    "azure-openai": "id type summary",  # with `encrypted_content` where it is included
    "xai": "id summary type status",
    "lm-studio": "id type status summary content",
    "groq": "id type status summary content",
    "ollama": "id type summary encrypted_content",
    "vllm": "id type status summary content encrypted_content",
}


@pytest.mark.parametrize("profile", REASONING)
def test_reasoning_has_the_keys_of_the_provider(profile: str, server: MockServer) -> None:
    item = reasoning_of(server, profile)
    assert set(item) == names(REASONING[profile])
    if "content" in item:
        assert (item["summary"], {part["type"] for part in item["content"]}) == ([], {"reasoning_text"})
    if profile == "ollama":
        assert item["encrypted_content"] == item["summary"][0]["text"]


def test_azure_shows_what_its_filters_found_once_it_has_ended(server: MockServer) -> None:
    events = streams(server, "azure-openai")
    shown = {event["type"]: event["response"]["content_filters"] for event in events if "response" in event}
    assert (shown["response.created"], shown["response.in_progress"]) == (None, None)
    assert [found["source_type"] for found in shown["response.completed"]] == ["prompt", "completion"]


def test_xai_ids_have_no_prefix_and_continue_a_conversation(server: MockServer) -> None:
    workspace = server.workspace(profile="xai")
    first = send(workspace.base_url, "POST", "/v1/responses", ask(), key=workspace.api_key).json
    more = ask("And now?", previous_response_id=first["id"])
    second = send(workspace.base_url, "POST", "/v1/responses", more, key=workspace.api_key).json
    assert (first["id"].partition("_")[1], second["previous_response_id"]) == ("", first["id"])
