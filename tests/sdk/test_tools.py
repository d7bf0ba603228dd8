"""Tools through the official SDK: the client's own, and each hosted one."""

import json

import pytest
from openai.types.responses import Response

from mockserver.spec.contract import violations
from tests.support.bodies import BODIES, MCP, WEATHER, ask, offering
from tests.support.input_items import SAID

TIME = {
    "type": "function",
    "name": "get_time",
    "description": "The local time in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


def called(response):
    return [item.name for item in response.output if item.type == "function_call"]


def test_function_is_called_with_arguments_of_its_schema(client):
    (call,) = client.responses.create(**ask("What is the weather in Paris?", tools=[WEATHER])).output

    arguments = json.loads(call.arguments)
    assert (call.type, call.name, call.status) == ("function_call", "get_weather", "completed")
    assert call.call_id.startswith("call_")
    assert set(arguments) == {"city", "unit"}
    assert arguments["unit"] in {"celsius", "fahrenheit"}


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        pytest.param("What is the weather?", {}, ["get_weather"], id="by-its-words"),
        pytest.param("What time is it?", {}, ["get_time"], id="by-its-words-second"),
        pytest.param("Hm?", {}, ["get_weather"], id="first-where-none-fits"),
        pytest.param("The weather and the time?", {}, ["get_weather", "get_time"], id="parallel"),
        pytest.param("The weather and the time?", {"parallel_tool_calls": False}, ["get_weather"], id="one-by-one"),
        pytest.param("What is the weather?", {"tool_choice": "none"}, [], id="none"),
        pytest.param("Hm?", {"tool_choice": "required"}, ["get_weather"], id="required"),
        pytest.param("Weather?", {"tool_choice": {"type": "function", "name": "get_time"}}, ["get_time"], id="named"),
        pytest.param(
            "Weather?",
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "auto",
                    "tools": [{"type": "function", "name": "get_time"}],
                }
            },
            ["get_time"],
            id="allowed",
        ),
    ],
)
def test_function_to_call_follows_from_text_and_tool_choice(client, text, more, expected):
    assert called(client.responses.create(**ask(text, tools=[WEATHER, TIME], **more))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("web_search", ["web_search_call", "message"]),
        pytest.param("file_search", ["file_search_call", "message"]),
        pytest.param("code_interpreter", ["code_interpreter_call", "message"]),
        pytest.param("image_generation", ["image_generation_call", "message"]),
        pytest.param("mcp", ["mcp_list_tools", "mcp_call", "message"]),
        pytest.param("mcp_approval", ["mcp_list_tools", "mcp_approval_request"]),
        pytest.param("computer", ["computer_call"]),
        pytest.param("local_shell", ["local_shell_call"]),
        pytest.param("shell", ["shell_call"]),
        pytest.param("apply_patch", ["apply_patch_call"]),
        pytest.param("tool_search", ["tool_search_call", "tool_search_output", "message"]),
        pytest.param("custom", ["custom_tool_call"]),
    ],
)
def test_tool_leaves_its_items(client, name, expected):
    response = client.responses.create(**BODIES[name])

    assert [item.type for item in response.output] == expected
    assert response.tools[0].type == BODIES[name]["tools"][0]["type"]


@pytest.mark.parametrize(
    "grammar",
    [
        pytest.param({"syntax": "lark", "definition": 'start: "left" | "right"'}, id="lark"),
        pytest.param({"syntax": "regex", "definition": "left|right"}, id="regex"),
    ],
)
def test_custom_tool_gets_what_its_grammar_allows(client, grammar):
    tool = {"type": "custom", "name": "c", "format": {"type": "grammar", **grammar}}
    chosen = {"type": "custom", "name": "c"}
    (call,) = client.responses.create(**ask("Go on.", tools=[tool], tool_choice=chosen)).output

    assert (call.type, call.name) == ("custom_tool_call", "c")
    assert call.input in {"left", "right"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_response_is_of_the_type_that_the_sdk_has_for_it(client, body):
    response = client.responses.create(**body).to_dict()

    assert Response.model_validate(response).id == response["id"]
    assert violations("objects", response, name="response", strict=True) == []


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda item: item, id="object"),
        pytest.param(lambda item: item.to_dict(), id="to_dict"),
        pytest.param(lambda item: item.model_dump(exclude_none=True), id="without nulls"),
    ],
)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_items_are_taken_back_as_the_sdk_writes_them(client, body, written):
    output = client.responses.create(**body).output

    assert client.responses.input_tokens.count(model=body["model"], input=[*map(written, output)]).input_tokens > 0


@pytest.mark.parametrize("name", [name for name, body in BODIES.items() if body.get("tools")])
def test_tools_of_a_response_may_be_offered_again(client, name):
    body = BODIES[name]
    first = client.responses.create(**body)
    again = client.responses.create(**{**body, "tools": [tool.to_dict() for tool in first.tools]})

    assert [tool.to_dict() for tool in again.tools] == [tool.to_dict() for tool in first.tools]
    assert [item.type for item in again.output] == [item.type for item in first.output]


@pytest.mark.parametrize("kind", ["function", "custom"])
def test_a_call_that_may_be_answered_later_is_taken_back_as_an_object(client, kind):
    tool = {"type": kind, "name": "look", "async": True}
    asked = client.responses.create(**ask("Look.", tools=[tool]))
    (call,) = asked.output
    output = {"type": f"{call.type}_output", "call_id": call.call_id, "output": "found"}
    answered = client.responses.create(**ask(tools=[tool]) | {"input": [SAID, call, output]})
    listed = client.responses.input_items.list(answered.id, order="asc").data

    assert call.async_ is True
    assert listed[1].to_dict() == call.to_dict()


def test_web_search_cites_where_its_text_comes_from(client):
    search, message = client.responses.create(**BODIES["web_search"]).output
    (part,) = message.content
    (citation,) = part.annotations

    assert search.action.sources[0].url.startswith("https://")
    assert citation.url in part.text[citation.start_index : citation.end_index]


def test_file_search_gives_results_only_when_included(client):
    without = client.responses.create(**{**BODIES["file_search"], "include": []}).output[0]

    assert without.results is None
    assert client.responses.create(**BODIES["file_search"]).output[0].results[0].file_id.startswith("file-")


def test_code_interpreter_gives_outputs_only_when_included(client):
    without = client.responses.create(**{**BODIES["code_interpreter"], "include": []}).output[0]

    assert without.outputs is None
    assert client.responses.create(**BODIES["code_interpreter"]).output[0].outputs[0].type == "logs"


def test_image_comes_in_as_many_partial_pictures_as_asked(client):
    events = list(client.responses.create(**BODIES["image_generation"], stream=True))
    partial = [event for event in events if event.type == "response.image_generation_call.partial_image"]

    assert [event.partial_image_index for event in partial] == [0, 1]
    assert events[-1].response.output[0].result.startswith("iVBORw0KGgo")  # a PNG in base64


def test_mcp_call_follows_the_approval(client):
    asked = client.responses.create(**offering(MCP))
    request = asked.output[-1]
    answer = {"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True}
    history = [{"role": "user", "content": "Go on."}, *(item.to_dict() for item in asked.output), answer]
    response = client.responses.create(model="gpt-4o", input=history, tools=[MCP])

    assert [item.type for item in response.output] == ["mcp_call", "message"]
    assert response.output[0].approval_request_id == request.id
