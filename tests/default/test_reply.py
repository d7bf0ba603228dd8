"""The default reply."""

import json
import re
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from mockserver.default.reply import default_reply
from mockserver.ids import Draws, ObjectIds
from mockserver.model.finish import finish
from mockserver.model.plan import Item, Plan, Response
from mockserver.model.request import CreateRequest
from mockserver.spec.contract import violations

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
    "required": ["city", "unit"],
    "additionalProperties": False,
}
WEATHER = {"type": "function", "name": "get_weather", "description": "Forecast for a city", "parameters": CITY}
CLOCK = {"type": "function", "name": "get_time", "description": "Clock of a time zone", "parameters": None}
FINAL = {"type": "function", "name": "final_result", "parameters": {"type": "object", "properties": {}}}
NOTE = {"type": "custom", "name": "take_note"}
USER = {"role": "user", "content": "What is the weather in Paris?"}
CALL = {"type": "function_call", "name": "get_weather", "call_id": "call_1", "arguments": "{}"}
PHASED: dict[str, Any] = {"model": "gpt-5.4", "tools": [WEATHER]}
ALLOWED: dict[str, Any] = {"type": "allowed_tools", "tools": [{"type": "function", "name": "get_weather"}]}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}


def lark(definition: str) -> dict[str, str]:
    return {"type": "grammar", "syntax": "lark", "definition": definition}


def plan(*, history: list[Item] | None = None, seed: bytes = b"seed", **body: Any) -> Plan:
    request = CreateRequest({"model": "gpt-4o", "input": "hi", **body}, history=history or ())
    return default_reply(request, Draws(seed))


def output(**body: Any) -> list[Item]:
    return list(plan(**body).output)


def finished(**body: Any) -> Response:
    request = CreateRequest({"model": "gpt-4o", "input": "hi", **body})
    draws = Draws(b"seed")
    ids = ObjectIds(draws, unix_seconds=1_767_225_600)
    response = finish(request, default_reply(request, draws), ids=ids, created_at=1, completed_at=1)
    for item in response["output"]:
        assert violations("output_items", item, strict=True) == []
    return response


def text(item: Item) -> Any:
    assert item["type"] == "message"
    return item["content"][0]["text"]


def called(items: list[Item]) -> list[Any]:
    return [item.get("name", item["type"]) for item in items]


def test_plain_input_gives_one_message_that_quotes_it() -> None:
    (message,) = output(input="Tell me\na story")
    assert text(message).startswith('Mock reply to "Tell me a story". The ')


def test_reply_repeats_for_the_same_draws_only() -> None:
    assert plan() == plan()
    assert plan() != plan(seed=b"other")


def test_input_without_user_gets_a_message() -> None:
    assert text(output(input=[{"role": "system", "content": "Be brief."}])[0]).startswith("Mock reply. ")


def test_plain_reply_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from mockserver.ids import Draws\n"
        "from mockserver.model.request import CreateRequest\n"
        "from mockserver.default.reply import default_reply\n"
        "default_reply(CreateRequest({'model': 'gpt-4o', 'input': 'hi'}), Draws(b''))\n"
        "print(sorted({'faker', 'jsonschema', 'lark', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param("What is the weather in Paris?", ["get_weather"], id="by-name"),
        pytest.param("Which forecast is best?", ["get_weather"], id="by-description"),
        pytest.param("hello", ["get_time"], id="first-where-none-fits"),
        pytest.param("Get the weather and the time in Paris", ["get_time", "get_weather"], id="both-named"),
    ],
)
def test_text_chooses_the_function(user: str, expected: list[str]) -> None:
    assert called(output(input=user, tools=[CLOCK, WEATHER])) == expected


def test_parallel_calls_can_be_switched_off() -> None:
    user = "Get the weather and the time in Paris"
    assert len(output(input=user, tools=[CLOCK, WEATHER], parallel_tool_calls=False)) == 1


def test_arguments_validate_and_use_the_users_words() -> None:
    (call,) = output(input="What is the weather in Paris?", tools=[WEATHER])
    arguments = json.loads(call["arguments"])
    jsonschema.validate(arguments, CITY)
    assert arguments["city"] == "Paris"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param("none", ["message"], id="none"),
        pytest.param("auto", ["get_weather"], id="auto"),
        pytest.param("required", ["get_weather"], id="required"),
        pytest.param({"type": "function", "name": "get_time"}, ["get_time"], id="named-function"),
        pytest.param({"type": "custom", "name": "take_note"}, ["take_note"], id="named-custom"),
        pytest.param(
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "get_time"}]},
            ["get_time"],
            id="allowed-auto",
        ),
        pytest.param(
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "take_note"}]},
            ["take_note"],
            id="allowed-required",
        ),
        pytest.param({"type": "allowed_tools", "mode": "auto", "tools": []}, ["message"], id="none-allowed"),
    ],
)
def test_tool_choice_is_obeyed(choice: Any, expected: list[str]) -> None:
    assert called(output(input=[USER], tools=[WEATHER, CLOCK, NOTE], tool_choice=choice)) == expected


OPTIONAL: dict[str, Any] = {
    "type": "object",
    "properties": {"cmd": {"type": "string"}, "yield_time_ms": {"type": "number"}, "mode": {"enum": ["a", "b"]}},
    "required": ["cmd"],
}


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        pytest.param({"strict": False, "parameters": OPTIONAL}, ["cmd"], id="not-strict"),
        pytest.param({"parameters": {**OPTIONAL, "additionalProperties": True}}, ["cmd"], id="cannot-be-closed"),
        pytest.param({"parameters": OPTIONAL}, ["cmd", "yield_time_ms", "mode"], id="closed-as-the-echo-says"),
        pytest.param(
            {"strict": False, "parameters": {"type": "object", "properties": OPTIONAL["properties"]}},
            ["cmd", "yield_time_ms", "mode"],
            id="nothing-said-of-required",
        ),
        pytest.param(
            {
                "strict": False,
                "parameters": {"type": "object", "properties": {**OPTIONAL["properties"], "mode": {"default": "a"}}},
            },
            ["cmd", "yield_time_ms"],
            id="nothing-said-of-required-but-a-default",
        ),
    ],
)
def test_function_that_is_not_strict_gets_what_it_requires(tool: dict[str, Any], expected: list[str]) -> None:
    (call,) = output(tools=[{"type": "function", "name": "run", **tool}])
    assert list(json.loads(call["arguments"])) == expected


def test_custom_call_carries_its_namespace() -> None:
    space = {"type": "namespace", "name": "db", "description": "", "tools": [NOTE]}
    (call,) = output(input="Which users?", tools=[space])
    assert call == {"type": "custom_tool_call", "name": "take_note", "input": "Which users?", "namespace": "db"}
    assert finished(input="Which users?", tools=[space])["output"][0]["namespace"] == "db"


@pytest.mark.parametrize("tool", [CLOCK, NOTE], ids=["function", "custom"])
def test_call_of_an_asynchronous_tool_is_marked(tool: dict[str, Any]) -> None:
    space = {"type": "namespace", "name": "db", "description": "", "async": True, "tools": [tool]}

    assert finished(tools=[{**tool, "async": True}])["output"][0]["async"] is True
    assert finished(tools=[space])["output"][0]["async"] is True
    assert "async" not in finished(tools=[{**tool, "async": False}])["output"][0]
    assert "async" not in finished(tools=[tool])["output"][0]


@pytest.mark.parametrize(
    ("tool", "keys"),
    [
        pytest.param(CLOCK, ["arguments", "async", "call_id", "name", "namespace"], id="function"),
        pytest.param(NOTE, ["async", "call_id", "input", "name", "namespace"], id="custom"),
    ],
)
def test_keys_of_a_call_are_in_the_order_of_the_wire(tool: dict[str, Any], keys: list[str]) -> None:
    space = {"type": "namespace", "name": "db", "description": "", "tools": [{**tool, "async": True}]}

    assert list(finished(tools=[space])["output"][0]) == ["id", "type", "status", *keys]


@pytest.mark.parametrize(
    ("grammar", "expected"),
    [
        pytest.param(None, "Which users?", id="text"),
        pytest.param(lark('start: "left" | "right"'), "left", id="lark"),
        pytest.param(lark("start: /[A-Z].+/"), "Which users?", id="lark-that-allows-the-text"),
        pytest.param(lark("start: WORD"), "Which users?", id="lark-without-a-sentence"),
        pytest.param(
            {"type": "grammar", "syntax": "regex", "definition": "[A-Z].+"}, "Which users?", id="regex-likewise"
        ),
        pytest.param({"type": "grammar", "syntax": "regex", "definition": "SELECT (?:1|1)"}, "SELECT 1", id="regex"),
        pytest.param({"type": "grammar", "syntax": "regex", "definition": r"\p{L}"}, "Which users?", id="rust-regex"),
    ],
)
def test_custom_tool_gets_text(grammar: Any, expected: str) -> None:
    (call,) = output(input="Which users?", tools=[{**NOTE, "format": grammar}])
    assert call == {"type": "custom_tool_call", "name": "take_note", "input": expected}


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        pytest.param({"name": "bash"}, r"ls|pwd|date|whoami|uname", id="shell"),
        pytest.param({"name": "run_sql"}, r"SELECT \d+", id="sql"),
        pytest.param({"name": "exec", "description": "Run JavaScript code.\nIt has email."}, r"\d+ \+ \d+", id="code"),
        pytest.param({"name": "exec", "description": "Run it.\nJavaScript code."}, "Which users\\?", id="first-line"),
        pytest.param({"name": "email"}, "Which users\\?", id="not-run"),
    ],
)
def test_custom_tool_that_runs_code_gets_code(tool: dict[str, Any], expected: str) -> None:
    (call,) = output(input="Which users?", tools=[{"type": "custom", **tool}])
    assert re.fullmatch(expected, call["input"])


@pytest.mark.parametrize(
    ("grammar", "reason"),
    [
        pytest.param(lark("start: WORD"), "The grammar at format.definition has no sentence for 'start'", id="lark"),
        pytest.param(
            {"type": "grammar", "syntax": "regex", "definition": r"\p{L}"}, "The pattern '\\\\A(?:\\\\p{L})", id="regex"
        ),
    ],
)
def test_grammar_that_is_not_followed_is_logged(grammar: Any, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    output(tools=[{**NOTE, "format": grammar}])
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("mockserver", "WARNING")
    assert record.getMessage().startswith(
        f"The input of the tool 'take_note' is free text instead of what its grammar allows: {reason}"
    )


def test_lark_grammar_without_the_library_gives_text_and_a_hint() -> None:
    code = (
        "import sys\n"
        "sys.modules['lark'] = None\n"
        "from mockserver.ids import Draws\n"
        "from mockserver.model.request import CreateRequest\n"
        "from mockserver.default.reply import default_reply\n"
        "form = {'type': 'grammar', 'syntax': 'lark', 'definition': 'start: \"a\"'}\n"
        "body = {'model': 'gpt-4o', 'input': 'Hi.', 'tools': [{'type': 'custom', 'name': 'note', 'format': form}]}\n"
        "print(default_reply(CreateRequest(body), Draws(b'')).output[0]['input'])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "Hi.\n"
    assert done.stderr == (
        "The input of the tool 'note' is free text instead of what its grammar allows: the package 'lark' is not"
        " installed: install responses-mockserver[lark].\n"
    )


def test_namespaced_function_is_called_with_its_namespace() -> None:
    space = {"type": "namespace", "name": "crm", "description": "Customers", "tools": [CLOCK]}
    (call,) = output(tools=[space])
    assert (call["name"], call["namespace"]) == ("get_time", "crm")


def test_tool_output_gets_a_closing_message() -> None:
    (message,) = output(input=[USER, CALL, OUTPUT], tools=[WEATHER, CLOCK])
    assert text(message) == "Mock reply to the tool output. get_weather returned 18 °C."


def test_tool_output_as_parts_is_read() -> None:
    parts = [{"type": "input_text", "text": "18"}, {"type": "input_text", "text": "°C"}]
    (message,) = output(input=[USER, CALL, {**OUTPUT, "output": parts}], tools=[WEATHER])
    assert "get_weather returned 18 °C." in text(message)


def test_call_in_server_side_history_is_known() -> None:
    (message,) = plan(history=[USER, CALL], input=[OUTPUT], tools=[WEATHER]).output
    assert "get_weather returned 18 °C." in text(message)


def test_new_user_message_starts_a_new_turn() -> None:
    assert called(output(input=[USER, CALL, OUTPUT, USER], tools=[WEATHER])) == ["get_weather"]


def test_required_loop_calls_each_tool_once_and_ends() -> None:
    items: list[Item] = [USER]
    names = []
    for turn in range(9):
        (item,) = output(input=items, tools=[WEATHER, FINAL], tool_choice="required")
        names.append(item.get("name", item["type"]))
        if item["type"] == "message":
            break
        call_id = f"call_{turn}"
        items += [{**item, "call_id": call_id}, {"type": "function_call_output", "call_id": call_id, "output": "ok"}]
    assert names == ["get_weather", "final_result", "message"]


def test_named_function_is_called_again_after_its_output() -> None:
    choice = {"type": "function", "name": "get_weather"}
    assert called(output(input=[USER, CALL, OUTPUT], tools=[WEATHER], tool_choice=choice)) == ["get_weather"]


def test_required_hosted_tool_is_followed_by_the_clients_own() -> None:
    items = output(input="Search the web", tools=[{"type": "web_search"}, FINAL], tool_choice="required")
    assert called(items) == ["web_search_call", "final_result"]


def test_required_ends_when_the_clients_own_tool_was_called_though_a_hosted_one_was_not() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
    answered = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
    given = [{"role": "user", "content": "The weather?"}, call, answered]
    tools = [WEATHER, {"type": "web_search"}]
    assert [item["type"] for item in output(input=given, tools=tools, tool_choice="required")] == ["message"]


def test_handoff_tool_with_an_empty_schema_is_called_with_an_empty_object() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    (call,) = output(tools=[{"type": "function", "name": "transfer_to_sales", "strict": None, "parameters": schema}])
    assert call["arguments"] == "{}"


def test_json_schema_format_is_filled() -> None:
    form = {"format": {"type": "json_schema", "name": "place", "schema": CITY}}
    jsonschema.validate(json.loads(text(output(text=form)[0])), CITY)


def test_json_object_format_gives_an_object() -> None:
    assert list(json.loads(text(output(text={"format": {"type": "json_object"}})[0]))) == ["answer"]


def test_tools_come_before_the_format() -> None:
    form = {"format": {"type": "json_schema", "name": "place", "schema": CITY}}
    assert called(output(input=[USER], tools=[WEATHER], text=form)) == ["get_weather"]
    (message,) = output(input=[USER, CALL, OUTPUT], tools=[WEATHER], text=form)
    jsonschema.validate(json.loads(text(message)), CITY)


def test_formatted_message_after_a_search_has_no_citations() -> None:
    form = {"format": {"type": "json_schema", "name": "place", "schema": CITY}}
    message = output(tools=[{"type": "web_search"}], text=form)[-1]
    jsonschema.validate(json.loads(text(message)), CITY)
    assert message["content"][0]["annotations"] == []


def test_token_limit_cuts_the_text() -> None:
    whole = text(finished(input="one two three four five six seven eight")["output"][0])
    response = finished(input="one two three four five six seven eight", max_output_tokens=16)
    (message,) = response["output"]
    assert (response["status"], message["status"]) == ("incomplete", "incomplete")
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert response["usage"]["output_tokens"] == 16
    assert whole.startswith(text(message))
    assert 0 < len(text(message)) < len(whole)


def test_token_limit_that_suffices_changes_nothing() -> None:
    assert plan(max_output_tokens=500) == plan()


def test_token_limit_cuts_arguments() -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string", "minLength": 200}}, "required": ["text"]}
    tool = {"type": "function", "name": "write", "parameters": schema}
    (call,) = finished(tools=[tool], max_output_tokens=16)["output"]
    assert call["status"] == "incomplete"
    with pytest.raises(json.JSONDecodeError):
        json.loads(call["arguments"])


def test_token_limit_drops_citations_and_logprobs_of_the_rest() -> None:
    include = ["message.output_text.logprobs"]
    response = finished(tools=[{"type": "web_search"}], max_output_tokens=16, include=include)
    part = response["output"][-1]["content"][0]
    assert part["annotations"] == []
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]


def test_token_limit_cuts_code_and_is_never_passed() -> None:
    response = finished(tools=[{"type": "code_interpreter"}], tool_choice="required", max_output_tokens=16)
    (call,) = response["output"]
    assert (call["type"], call["status"]) == ("code_interpreter_call", "incomplete")
    assert call["code"].startswith("numbers = [")
    assert response["usage"]["output_tokens"] == 16


def test_small_token_limit_leaves_a_reasoning_model_no_words() -> None:
    response = finished(model="gpt-5", max_output_tokens=50)
    assert [item["type"] for item in response["output"]] == ["reasoning"]
    assert response["status"] == "incomplete"
    assert response["usage"]["output_tokens"] == 50
    assert response["usage"]["output_tokens_details"] == {"reasoning_tokens": 50}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"model": "gpt-4o"}, ["message"], id="no-reasoning-model"),
        pytest.param({"model": "o3"}, ["reasoning", "message"], id="reasoning-model"),
        pytest.param({"model": "gpt-5.1"}, ["message"], id="effort-none-by-default"),
        pytest.param({"model": "gpt-5.1", "reasoning": {"effort": "low"}}, ["reasoning", "message"], id="effort-low"),
        pytest.param({"model": "gpt-5.6", "reasoning": {"effort": "none"}}, ["message"], id="effort-none"),
        pytest.param({"model": "o3", "tools": [WEATHER]}, ["reasoning", "function_call"], id="before-a-call"),
    ],
)
def test_reasoning_comes_first(body: dict[str, Any], expected: list[str]) -> None:
    assert [item["type"] for item in output(**body)] == expected


@pytest.mark.parametrize(
    ("summary", "parts"),
    [
        pytest.param(None, 0, id="none"),
        pytest.param("concise", 1, id="concise"),
        pytest.param("detailed", 2, id="detailed"),
        pytest.param("auto", 2, id="auto"),
    ],
)
def test_reasoning_is_summarised_when_asked(summary: str | None, parts: int) -> None:
    item = output(model="o3", reasoning={"summary": summary})[0]
    assert item["content"] == []
    assert [part["type"] for part in item["summary"]] == ["summary_text"] * parts


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"model": "gpt-4o"}, [None], id="older-model"),
        pytest.param({"model": "gpt-5.4"}, ["final_answer"], id="answer"),
        pytest.param({"model": "gpt-5.4", "tools": [WEATHER]}, ["commentary", None], id="before-a-call"),
        pytest.param({"model": "gpt-5.4", "tools": [WEATHER], "tool_choice": "required"}, [None], id="forced-call"),
        pytest.param({**PHASED, "tool_choice": {"type": "function", "name": "get_weather"}}, [None], id="named"),
        pytest.param({**PHASED, "tool_choice": {**ALLOWED, "mode": "required"}}, [None], id="allowed-required"),
        pytest.param({**PHASED, "tool_choice": {**ALLOWED, "mode": "auto"}}, ["commentary", None], id="allowed-auto"),
    ],
)
def test_messages_carry_a_phase(body: dict[str, Any], expected: list[str | None]) -> None:
    assert [item.get("phase") for item in output(**body)] == expected


def test_logprobs_come_when_included() -> None:
    (message,) = finished(include=["message.output_text.logprobs"], top_logprobs=2)["output"]
    part = message["content"][0]
    first = part["logprobs"][0]
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]
    assert list(first) == ["bytes", "logprob", "token", "top_logprobs"]
    assert (first["token"], first["bytes"]) == ("Mock", [77, 111, 99, 107])
    assert len(first["top_logprobs"]) == 2
    assert first["top_logprobs"][0] == {key: first[key] for key in ("bytes", "logprob", "token")}
    assert first["top_logprobs"][1]["logprob"] < first["logprob"] < 0
    assert round(first["logprob"], 6) == first["logprob"]


def test_logprobs_are_left_out_otherwise() -> None:
    assert output(top_logprobs=2)[0]["content"][0]["logprobs"] == []
