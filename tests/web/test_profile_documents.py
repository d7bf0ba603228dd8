"""What the documents of the providers say, sentence by sentence, sent and read over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from mockserver import MockServer, Workspace, file_search_call, local_shell_call, mcp_call
from tests.support.bodies import ask
from tests.support.http import Reply, send

Provider: TypeAlias = Callable[[str], Workspace]


@pytest.fixture
def provider(server: MockServer) -> Provider:
    """`provider(profile)`: a workspace under a profile."""
    return lambda profile: server.workspace(profile=profile)


def create(workspace: Workspace, body: Mapping[str, Any]) -> Reply:
    return send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)


def created(workspace: Workspace, body: Mapping[str, Any]) -> Any:
    """The response to a request that is taken."""
    reply = create(workspace, body)
    assert reply.status == 200, reply.body
    return reply.json


def final(workspace: Workspace, body: Mapping[str, Any]) -> Any:
    """The response at the end of a stream."""
    reply = create(workspace, {**body, "stream": True})
    assert reply.status == 200, reply.body
    return reply.events[-1]["response"]


WAYS = [pytest.param(created, id="json"), pytest.param(final, id="stream")]
PARAMETERS = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
TOOLS = [
    pytest.param({"name": "f"}, {"name": "f", "strict": False}, id="bare"),
    pytest.param({"name": "f", "parameters": {}}, {"name": "f", "parameters": {}, "strict": False}, id="empty"),
    pytest.param(
        {"name": "f", "parameters": PARAMETERS, "description": "What."},
        {"name": "f", "description": "What.", "parameters": PARAMETERS, "strict": False},
        id="whole",
    ),
    pytest.param({"name": "f", "strict": True}, {"name": "f", "strict": True}, id="strict"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("sent", "shown"), TOOLS)
def test_skyengine_function_comes_back_as_sent(way: Any, sent: Any, shown: Any, provider: Provider) -> None:
    answered = way(provider("skyengine"), ask(tools=[{"type": "function", **sent}]))
    assert answered["tools"] == [{"type": "function", **shown}]


FORM = {"type": "json_schema", "name": "p", "schema": PARAMETERS}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("strict", [{}, {"strict": None}, {"strict": True}])
def test_new_api_format_is_not_strict_unless_it_says_so(way: Any, strict: Any, provider: Provider) -> None:
    closed = {**PARAMETERS, "required": ["a", "b"], "additionalProperties": False}
    answered = way(provider("new-api"), ask(text={"format": {**FORM, "schema": closed, **strict}}))
    assert answered["text"]["format"]["strict"] is (strict.get("strict") is True)
    assert answered["text"]["format"]["schema"] == closed


SHOWN_IF_SENT: Mapping[str, Any] = {
    "background": False,
    "max_tool_calls": 3,
    "top_logprobs": 2,
    "safety_identifier": "user-1",
    "prompt_cache_key": "key-1",
    "service_tier": "default",
}


@pytest.mark.parametrize("way", WAYS)
def test_skyengine_shows_the_keys_that_were_set(way: Any, provider: Provider) -> None:
    bare = way(provider("skyengine"), ask())
    assert SHOWN_IF_SENT.keys() & bare.keys() == set()
    assert bare["text"] == {"format": {"type": "text"}}
    answered = way(provider("skyengine"), ask(**SHOWN_IF_SENT, text={"verbosity": "medium"}))
    assert SHOWN_IF_SENT.items() <= answered.items()
    assert answered["text"] == {"format": {"type": "text"}, "verbosity": "medium"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("sent", "used"), [("auto", "default"), ("default", "default"), ("flex", "flex")])
def test_new_api_shows_the_service_tier_that_was_used(way: Any, sent: str, used: str, provider: Provider) -> None:
    assert "service_tier" not in way(provider("new-api"), ask())
    assert way(provider("new-api"), ask(service_tier=sent))["service_tier"] == used


@pytest.mark.parametrize("way", WAYS)
def test_skyengine_instructions_are_what_was_sent(way: Any, provider: Provider) -> None:
    both = way(provider("skyengine"), {"model": "gpt-4.1", "prompt": "Be brief.", "input": "Hi"})
    assert (both["instructions"], both["prompt"]) == (None, "Be brief.")
    all_three = {"model": "gpt-4.1", "prompt": "Be brief.", "input": "Hi", "instructions": "Be kind."}
    assert way(provider("skyengine"), all_three)["instructions"] == "Be kind."


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("profile", ["lemondata", "modelverse"])
def test_model_is_shown_as_it_was_asked_for(way: Any, profile: str, provider: Provider) -> None:
    assert way(provider(profile), ask(model="gpt-4o"))["model"] == "gpt-4o"


ERRORS = [
    pytest.param("It broke.", "It broke.", id="tool"),
    pytest.param({"type": "protocol_error", "code": 1, "message": "No."}, "No.", id="protocol"),
    pytest.param({"type": "http_error", "code": 500}, "http_error", id="without a message"),
    pytest.param(None, None, id="none"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("error", "shown"), ERRORS)
def test_skyengine_error_of_mcp_is_a_text(way: Any, error: Any, shown: Any, provider: Provider) -> None:
    workspace = provider("skyengine")
    workspace.on().reply(mcp_call("search", "docs", error=error))
    assert way(workspace, ask())["output"][0]["error"] == shown


@pytest.mark.parametrize("way", WAYS)
def test_skyengine_shell_action_is_type_command_and_timeout(way: Any, provider: Provider) -> None:
    workspace = provider("skyengine")
    workspace.on().reply(local_shell_call(["ls"], timeout_ms=5))
    assert way(workspace, ask())["output"][0]["action"] == {"type": "exec", "command": ["ls"], "timeout_ms": 5}


@pytest.mark.parametrize("way", WAYS)
def test_skyengine_names_what_a_file_search_found(way: Any, provider: Provider) -> None:
    workspace = provider("skyengine")
    found = {"file_id": "f", "filename": "a.pdf", "score": 0.5, "text": "x", "attributes": {}}
    own = {"file_type": "pdf", "location": {"start": 0, "end": 1}}
    workspace.on().reply(file_search_call(["q"], results=[found, {**found, **own}]))
    results = way(workspace, ask(include=["file_search_call.results"]))["output"][0]["results"]
    shown = {"file_id": "f", "text": "x", "file_name": "a.pdf", "score": 0.5}
    assert results == [shown, {**shown, **own}]


LIMITS = [
    pytest.param({"max_num_results": 0}, "integer_below_min_value", "tools[0].max_num_results", id="none"),
    pytest.param({"max_num_results": 51}, "integer_above_max_value", "tools[0].max_num_results", id="many"),
    pytest.param(
        {"ranking_options": {"score_threshold": 1.1}},
        "decimal_above_max_value",
        "tools[0].ranking_options.score_threshold",
        id="threshold",
    ),
    pytest.param(
        {"ranking_options": {"score_threshold": -0.1}},
        "decimal_below_min_value",
        "tools[0].ranking_options.score_threshold",
        id="negative threshold",
    ),
]


@pytest.mark.parametrize("profile", ["openai", "new-api", "skyengine"])
@pytest.mark.parametrize(("options", "code", "param"), LIMITS)
def test_limits_of_file_search(profile: str, options: Any, code: str, param: str, provider: Provider) -> None:
    tool = {"type": "file_search", "vector_store_ids": ["vs_1"], **options}
    refused = create(provider(profile), ask(tools=[tool]))
    error = refused.json["error"]
    said = error["details"][0] if profile == "skyengine" else error
    assert (refused.status, said["code"], said["param"]) == (400, code, param)


@pytest.mark.parametrize("way", WAYS)
def test_new_api_takes_the_earlier_name_of_the_summary(way: Any, provider: Provider) -> None:
    body = ask(model="o4-mini", reasoning={"generate_summary": "concise"})
    assert way(provider("new-api"), body)["reasoning"]["summary"] == "concise"
    both = ask(model="o4-mini", reasoning={"summary": "detailed", "generate_summary": "concise"})
    assert way(provider("new-api"), both)["reasoning"]["summary"] == "detailed"
    refused = create(provider("openai"), body)
    assert (refused.status, refused.json["error"]["param"]) == (400, "reasoning.generate_summary")


MESSAGE = {"role": "user", "content": "Hi"}
TAKEN: Mapping[str, Mapping[str, Any]] = {
    "mcp error": {
        "type": "mcp_call",
        "id": "mcp_1",
        "server_label": "d",
        "name": "n",
        "arguments": "{}",
        "error": "No.",
    },
    "shell action": {
        "type": "local_shell_call",
        "id": "lsh_1",
        "call_id": "c1",
        "action": {"type": "exec", "command": ["ls"]},
        "status": "completed",
    },
    "file search": {"type": "file_search_call", "id": "fs_1", "status": "completed"},
    "search results": {
        "type": "file_search_call",
        "id": "fs_1",
        "status": "completed",
        "results": [{"file_name": "a.pdf", "file_type": "pdf", "location": {"start": 0, "end": 1}}],
    },
    "code interpreter": {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "outputs": [{}]},
    "computer action": {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "c1",
        "action": {"type": "click"},
        "pending_safety_checks": [],
        "status": "completed",
    },
    "web action": {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "browse"}},
    "logprobs": {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "x", "logprobs": [{"token": "x"}]}],
    },
    "reasoning": {"type": "reasoning", "id": "rs_1"},
    "input part of an assistant": {"role": "assistant", "content": [{"type": "input_text", "text": "x"}]},
}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "file search": {"tools": [{"type": "file_search"}]},
    "filters": {"tools": [{"type": "file_search", "filters": {}}]},
    "location": {"tools": [{"type": "web_search_preview", "user_location": {}}]},
    "format": {"text": {"format": {}}},
    "metadata": {"metadata": {"a": 1, "b": {"c": [None]}, "d": "x" * 600}},
    "nothing": {},
}


@pytest.mark.parametrize("name", TAKEN)
def test_skyengine_takes_items_with_the_keys_of_its_schemas(name: str, provider: Provider) -> None:
    body = ask() | {"input": [MESSAGE, TAKEN[name]]}
    created(provider("skyengine"), body)
    assert create(provider("openai"), body).status in {400, 404}


@pytest.mark.parametrize("name", OPTIONS)
def test_skyengine_takes_the_options_of_its_schemas(name: str, provider: Provider) -> None:
    answered = created(provider("skyengine"), ask(**OPTIONS[name]))
    assert answered["metadata"] == OPTIONS[name].get("metadata", {})
