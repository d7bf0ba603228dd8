"""Which tools a request offers, wherever it says so, and what becomes of a choice among them, on the wire."""

from typing import Any

import pytest

from mockserver import image_generation_call
from tests.support.bodies import ask
from tests.support.http import refusal
from tests.support.input_items import SAID

LOOK: dict[str, Any] = {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}}
NOTE = {"type": "custom", "name": "note"}
DOCS = {"type": "mcp", "server_label": "docs", "server_url": "https://docs.example/mcp", "require_approval": "never"}
PROGRAMS = {"type": "programmatic_tool_calling"}
CODE = {"type": "code_interpreter", "container": {"type": "auto"}}
PREVIEW = {"type": "computer_use_preview", "display_width": 1, "display_height": 1, "environment": "browser"}
CRM = {"type": "namespace", "name": "crm", "description": "Customers.", "tools": [LOOK]}

# A tool, a choice of it, and the item that it leaves.
CHOICES = [
    pytest.param(LOOK, {"type": "function", "name": "look"}, "function_call", id="function"),
    pytest.param(NOTE, {"type": "custom", "name": "note"}, "custom_tool_call", id="custom"),
    pytest.param(DOCS, {"type": "mcp", "server_label": "docs"}, "mcp_list_tools", id="mcp"),
    pytest.param({"type": "apply_patch"}, {"type": "apply_patch"}, "apply_patch_call", id="apply_patch"),
    pytest.param({"type": "shell"}, {"type": "shell"}, "shell_call", id="shell"),
    pytest.param({"type": "local_shell"}, {"type": "local_shell"}, "local_shell_call", id="local_shell"),
    pytest.param({"type": "web_search"}, {"type": "web_search"}, "web_search_call", id="web_search"),
    pytest.param(
        {"type": "web_search_2025_08_26"}, {"type": "web_search_2025_08_26"}, "web_search_call", id="dated web_search"
    ),
    pytest.param(
        {"type": "web_search_preview"}, {"type": "web_search_preview"}, "web_search_call", id="web_search_preview"
    ),
    pytest.param(
        {"type": "web_search_preview_2025_03_11"},
        {"type": "web_search_preview_2025_03_11"},
        "web_search_call",
        id="dated web_search_preview",
    ),
    pytest.param(
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
        {"type": "file_search"},
        "file_search_call",
        id="file_search",
    ),
    pytest.param(CODE, {"type": "code_interpreter"}, "code_interpreter_call", id="code_interpreter"),
    pytest.param({"type": "image_generation"}, {"type": "image_generation"}, "image_generation_call", id="image"),
    pytest.param({"type": "computer"}, {"type": "computer"}, "computer_call", id="computer"),
    pytest.param(PREVIEW, {"type": "computer_use_preview"}, "computer_call", id="computer_use_preview"),
    pytest.param({"type": "tool_search"}, {"type": "tool_search"}, "tool_search_call", id="tool_search"),
    pytest.param(CRM, {"type": "namespace", "name": "crm"}, "function_call", id="namespace"),
    pytest.param(CRM, {"type": "function", "name": "look"}, "function_call", id="function of a namespace"),
    pytest.param(PROGRAMS, PROGRAMS, "program", id="programmatic"),
]
OTHER = {"type": "function", "name": "other", "parameters": {"type": "object", "properties": {}}}


def not_found(name):
    return refusal(f"Tool choice '{name}' not found in 'tools' parameter.", param="tool_choice")


@pytest.mark.parametrize(("tool", "choice", "item"), CHOICES)
def test_the_chosen_tool_is_called(create, tool, choice, item):
    made = create(tools=[OTHER, tool, NOTE], tool_choice=choice)

    assert made["output"][0]["type"] == item


@pytest.mark.parametrize("choice", [pytest.param(each.values[1], id=each.id) for each in CHOICES])
@pytest.mark.parametrize("offered", [[], [OTHER]], ids=["no tool", "another tool"])
def test_a_choice_that_is_not_offered_is_refused_by_its_type(raw, choice, offered):
    reply = raw("POST", "/v1/responses", ask(tools=offered, tool_choice=choice))

    assert (reply.status, reply.json) == (400, not_found(choice["type"]))


def allowed(*tools, mode="required"):
    return {"type": "allowed_tools", "mode": mode, "tools": list(tools)}


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param({"type": "function", "name": "look"}, "look", id="function"),
        pytest.param({"type": "custom", "name": "other"}, "other", id="function by another type"),
        pytest.param({"type": "web_search"}, "web_search", id="hosted"),
    ],
)
def test_an_allowed_tool_that_is_not_offered_is_refused_by_its_name(raw, entry, name):
    reply = raw("POST", "/v1/responses", ask(tools=[OTHER], tool_choice=allowed(OTHER, entry)))

    assert (reply.status, reply.json) == (400, not_found(name))


def test_an_allowed_server_that_is_not_offered_is_taken(create):
    made = create(tools=[OTHER], tool_choice=allowed({"type": "mcp", "server_label": "docs"}, OTHER))

    assert made["output"][0]["name"] == "other"


def test_a_call_cannot_be_required_without_tools(raw):
    reply = raw("POST", "/v1/responses", ask(tool_choice="required"))

    message = "Tool choice 'required' must be specified with 'tools' parameter."
    assert (reply.status, reply.json) == (400, refusal(message, param="tool_choice"))


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "look"}])
def test_a_stored_prompt_may_offer_what_is_chosen(create, choice):
    made = create(tool_choice=choice, prompt={"id": "pmpt_1"})

    assert made["tool_choice"] == choice


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_a_refused_choice_is_no_stream(raw, stream):
    reply = raw("POST", "/v1/responses", ask(stream=stream, tool_choice={"type": "web_search"}))

    assert (reply.status, reply.header("content-type")) == (400, "application/json")


def test_a_choice_of_web_search_is_repeated_under_its_older_name(create):
    made = create(tools=[{"type": "web_search"}], tool_choice={"type": "web_search"})

    assert made["tool_choice"] == {"type": "web_search_preview"}


# Tools that stand in the input


MORE = {"type": "additional_tools", "role": "developer", "tools": [LOOK, CRM]}
LOADED = {"type": "tool_search_output", "execution": "client", "call_id": "call_1", "tools": [LOOK]}
SEARCH = {"type": "tool_search_call", "execution": "client", "call_id": "call_1", "arguments": {}}
WAYS = [
    pytest.param({"input": [MORE, SAID]}, id="additional tools"),
    pytest.param({"input": [SAID, MORE]}, id="after the message"),
    pytest.param({"input": [{**MORE, "tools": [CRM]}, SAID]}, id="namespace in additional tools"),
    pytest.param({"input": [SAID, SEARCH, LOADED]}, id="tool search of the client"),
]


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "look"}, allowed(LOOK)])
@pytest.mark.parametrize("body", WAYS)
def test_tools_in_the_input_can_be_chosen(create, body, choice):
    made = create(**body, tool_choice=choice)

    assert [(item["type"], item["name"]) for item in made["output"]] == [("function_call", "look")]
    assert made["tools"] == []


@pytest.mark.parametrize("body", WAYS)
def test_tools_in_the_input_are_offered_to_rules_and_shown_in_the_journal(workspace, create, body):
    workspace.on(tools="look").reply("I see.")

    assert create(**body)["output"][0]["content"][0]["text"] == "I see."
    assert workspace.requests[-1].tools == [tool for item in body["input"] for tool in item.get("tools", ())]


def test_tools_in_the_input_are_called_by_default_and_counted(create):
    plain, offering = create(), create(input=[MORE, SAID])

    assert offering["output"][0]["name"] == "look"
    assert offering["usage"]["input_tokens"] > plain["usage"]["input_tokens"] + 20


def test_tools_of_earlier_turns_stay_offered_in_a_chain(create):
    first = create(input=[MORE, SAID], tool_choice="none")
    second = create(previous_response_id=first["id"], tool_choice="required")

    assert second["output"][0]["name"] == "look"


def test_tools_of_a_conversation_stay_offered(raw, create, conversation):
    raw("POST", f"/v1/conversations/{conversation}/items", {"items": [MORE]})
    made = create(conversation=conversation, tool_choice={"type": "function", "name": "look"})

    assert made["output"][0]["name"] == "look"


def test_tools_of_another_chain_are_not_offered(raw, create):
    create(input=[MORE, SAID], tool_choice="none")
    other = create()
    body = ask(previous_response_id=other["id"], tool_choice={"type": "function", "name": "look"})

    assert raw("POST", "/v1/responses", body).json == not_found("function")


def test_rules_see_the_tools_of_earlier_turns(workspace, create):
    first = create(input=[MORE, SAID], tool_choice="none")
    workspace.on(tools="look").reply("I still see.")

    assert create(previous_response_id=first["id"])["output"][0]["content"][0]["text"] == "I still see."


def test_a_deferred_tool_that_was_found_is_shown_once(workspace, create):
    deferred = {**LOOK, "defer_loading": True}
    create(tools=[{"type": "tool_search"}, deferred], input=[SAID, SEARCH, {**LOADED, "tools": [deferred]}])

    assert workspace.requests[-1].tools == [{"type": "tool_search"}, deferred]


def test_partial_images_follow_the_tools_in_the_input_of_each_request(raw, workspace):
    workspace.on().reply(image_generation_call("aGk="))
    image = {"type": "image_generation", "partial_images": 2}
    plain, offering = [SAID], [{**MORE, "tools": [image]}, SAID]
    found = []
    for given in [plain, offering] * 4:  # often enough for answers that are made from a template
        events = raw("POST", "/v1/responses", ask(input=given, stream=True)).events
        found.append(sum(event["type"].endswith("partial_image") for event in events))

    assert found == [0, 2] * 4
