"""Programs that call the client's tools: the call in the first turn, what the program returned in the next one."""

import json
from typing import Any

import jsonschema
import pytest

PROGRAMS = {"type": "programmatic_tool_calling"}
PARAMETERS = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
STOCK: dict[str, Any] = {
    "type": "function",
    "name": "get_stock",
    "description": "Units in stock.",
    "parameters": PARAMETERS,
    "allowed_callers": ["programmatic"],
}
QUERY = {"type": "custom", "name": "query", "allowed_callers": ["programmatic", "direct"]}


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"tool_choice": PROGRAMS}, id="chosen"),
        pytest.param({"tool_choice": "required"}, id="required"),
        pytest.param({"input": "How many units are in stock?"}, id="the text calls for its tool"),
    ],
)
def test_a_program_calls_a_tool_that_only_programs_may_call(create, how):
    program, call = create(tools=[PROGRAMS, STOCK], **how)["output"]

    assert list(program) == ["id", "type", "call_id", "code", "fingerprint"]
    assert program["code"].startswith(f"const result = await tools.get_stock({call['arguments']});\n")
    assert call["caller"] == {"type": "program", "caller_id": program["call_id"]}
    assert (call["type"], call["name"], call["status"]) == ("function_call", "get_stock", "in_progress")
    jsonschema.validate(json.loads(call["arguments"]), PARAMETERS)


@pytest.mark.parametrize(
    ("through", "tool", "item"),
    [
        pytest.param(PROGRAMS, STOCK, "program", id="program"),
        pytest.param(
            {"type": "tool_search"},
            {**STOCK, "allowed_callers": None, "defer_loading": True},
            "tool_search_call",
            id="search",
        ),
    ],
)
def test_a_tool_that_reaches_others_is_called_for_by_their_words(create, through, tool, item):
    tools = [{"type": "web_search"}, through, tool]

    assert create(tools=tools, input="How many units are in stock?")["output"][0]["type"] == item
    assert create(tools=tools, input="Tell me a joke.")["output"][0]["type"] == "message"


def test_a_program_calls_a_custom_tool_with_its_text(create):
    program, call = create(tools=[PROGRAMS, QUERY], tool_choice=PROGRAMS)["output"]

    assert program["code"].startswith('const result = await tools.query("Say hello.");\n')
    assert (call["type"], call["input"], call["caller"]["type"]) == ("custom_tool_call", "Say hello.", "program")


def test_a_tool_that_only_programs_may_call_is_not_called_without_one(create):
    (message,) = create(tools=[STOCK], input="How many units are in stock?")["output"]

    assert message["type"] == "message"


def test_a_program_without_tools_prints_a_text(create):
    program, output, message = create(tools=[PROGRAMS], tool_choice=PROGRAMS)["output"]

    assert program["code"] == f"text({json.dumps(output['result'])});\n"
    assert output["call_id"] == program["call_id"]
    assert message["content"][0]["text"] == f"The program returned {output['result']}"


@pytest.mark.parametrize("chained", [True, False], ids=["chain", "items sent again"])
def test_a_program_returns_what_the_client_answered(create, chained):
    first = create(tools=[PROGRAMS, STOCK], tool_choice=PROGRAMS)
    program, call = first["output"]
    answer = {"type": "function_call_output", "call_id": call["call_id"], "output": '{"units":42}'}
    turn: dict[str, Any]
    turn = {"previous_response_id": first["id"], "input": [answer]} if chained else {"input": [program, call, answer]}
    output, message = create(tools=[PROGRAMS, STOCK], tool_choice=PROGRAMS, **turn)["output"]

    assert {**output, "id": "cmo_1"} == {
        "id": "cmo_1",
        "type": "program_output",
        "status": "completed",
        "call_id": program["call_id"],
        "result": '{"units":42}',
    }
    assert message["content"][0]["text"] == 'The program returned {"units":42}.'


def test_a_program_that_has_returned_is_over(create):
    first = create(tools=[PROGRAMS, STOCK], tool_choice=PROGRAMS)
    answer = {"type": "function_call_output", "call_id": first["output"][1]["call_id"], "output": "42"}
    second = create(previous_response_id=first["id"], input=[answer], tools=[PROGRAMS, STOCK])
    third = create(previous_response_id=second["id"], input=[], tools=[PROGRAMS, STOCK])

    assert [item["type"] for item in third["output"]] == ["message"]
