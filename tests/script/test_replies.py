"""Every form of a reply, and what becomes of it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from mockserver.errors import ScriptError
from mockserver.model import build
from mockserver.model.build import function_call, message, reasoning
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import CreateRequest, RequestHead
from mockserver.script import reply_options
from mockserver.script.filled_output import FilledOutput
from mockserver.script.placeholders import fill, read_placeholders
from mockserver.script.replies import BUILDERS, parallel, read_parts
from mockserver.script.reply_options import read_pace
from mockserver.script.rules import Rule

ASKED = CreateRequest(
    {
        "model": "gpt-4.1",
        "temperature": 0.5,
        "metadata": {"user": "ann"},
        "input": [
            {"role": "user", "content": "Rome?"},
            {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "18"},
            {"type": "function_call_output", "call_id": "call_2", "output": "files"},
        ],
    },
    head=RequestHead("POST", "/v1/responses", headers={"x-tenant": "acme"}),
)
HELLO = message("Hello.")
CALL = function_call("get_weather", city="Rome")


def plan_of(parts, request, **options):
    """The plan of a reply with these parts and options."""
    step = Rule().reply(*parts if isinstance(parts, tuple) else [parts], **options).steps[0]
    return asyncio.run(step.called(request)).plan(request)


@pytest.mark.parametrize(
    ("parts", "output"),
    [
        pytest.param("Hello.", [HELLO], id="text"),
        pytest.param(HELLO, [HELLO], id="item"),
        pytest.param([reasoning("Hm."), "Hello."], [reasoning("Hm."), HELLO], id="list"),
        pytest.param(parallel(CALL, CALL), [CALL, CALL], id="parallel"),
        pytest.param([["Hello."], parallel(CALL)], [HELLO, CALL], id="nested"),
        pytest.param({"type": "new_item", "x": 1}, [{"type": "new_item", "x": 1}], id="raw"),
        pytest.param({"message": "Hello."}, [HELLO], id="builder"),
        pytest.param({"parallel": [{"message": "Hello."}, CALL]}, [HELLO, CALL], id="written-parallel"),
        pytest.param(lambda asked: f"You said {asked.user_text}", [message("You said Rome?")], id="function"),
        pytest.param(lambda _: [CALL, lambda _: "Hello."], [CALL, HELLO], id="function-of-functions"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_parts_become_output(parts, output):
    assert plan_of(parts, ASKED) == Plan(output=output)


@pytest.mark.parametrize("given", [lambda plan: plan, lambda plan: lambda _: plan], ids=["plan", "function"])
def test_plan_passes_through(given):
    plan = Plan(output=[HELLO], status="incomplete", incomplete_reason="content_filter")
    assert plan_of(given(plan), ASKED) == plan
    assert plan_of(given(plan), ASKED, pace=Pace(first=1)).pace == Pace(first=1)


def test_reply_is_read_once_and_copied_for_each_request(monkeypatch):
    made = []

    def counting(*args, **more):
        made.append(args)
        return message(*args, **more)

    monkeypatch.setattr(build, "message", counting)
    step = Rule().reply("Hello.", {"message": "Bye."}, {"type": "new", "of": [{"a": 1}]}).steps[0]
    first = step.plan(ASKED)
    first.output[2]["of"][0]["a"] = first.output[0]["content"][0]["text"] = "changed"
    assert step.plan(ASKED).output == [HELLO, message("Bye."), {"type": "new", "of": [{"a": 1}]}]
    assert len(made) == 1  # the other one is in the table of builders


def test_item_is_as_it_was_when_it_was_given():
    item: dict[str, Any] = {"type": "new", "of": [{"a": 1}]}
    step = Rule().reply(item).steps[0]
    item["of"][0]["a"] = "changed"

    assert step.plan(ASKED).output == [{"type": "new", "of": [{"a": 1}]}]


def test_reply_without_an_error_makes_none(monkeypatch):
    def no_error(**_fields):
        pytest.fail("nothing goes wrong in this reply")

    monkeypatch.setattr(reply_options, "ScriptedError", no_error)
    reply = Rule().reply("Hello.", status="incomplete", usage={"input_tokens": 1}).steps[0].reply
    assert reply is not None
    assert reply.plan(ASKED).status == "incomplete"


SERVER_ERROR = (
    "The server had an error processing your request. Sorry about that! You can retry your request, or contact us"
    " through our help center at help.openai.com if you keep seeing this error."
)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        pytest.param(
            {"status": "incomplete"},
            {"status": "incomplete", "incomplete_reason": "max_output_tokens"},
            id="incomplete",
        ),
        pytest.param(
            {"incomplete_reason": "content_filter"},
            {"status": "incomplete", "incomplete_reason": "content_filter"},
            id="reason-implies-incomplete",
        ),
        pytest.param(
            {"status": "failed"},
            {"status": "failed", "error": {"code": "server_error", "message": SERVER_ERROR}},
            id="failed",
        ),
        pytest.param(
            {"error": {"code": "rate_limit_exceeded", "message": "Slow down."}},
            {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow down."}},
            id="error-implies-failed",
        ),
        pytest.param({"usage": {"cached_tokens": 5}}, {"usage": {"cached_tokens": 5}}, id="usage"),
        pytest.param({"model": "gpt-x"}, {"overrides": {"model": "gpt-x"}}, id="overrides"),
        pytest.param({"pace": Pace(rate=5)}, {"pace": Pace(rate=5)}, id="pace"),
    ],
)
def test_options_are_stated(options, fields):
    assert plan_of("Hello.", ASKED, **options) == Plan(output=[HELLO], **fields)


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ({"message": {"text": "Hi.", "phase": "commentary"}}, message("Hi.", phase="commentary")),
        ({"refusal": "No."}, build.refusal("No.")),
        (
            {"reasoning": {"summary": ["a", "b"], "encrypted_content": "x"}},
            reasoning(["a", "b"], encrypted_content="x"),
        ),
        ({"reasoning": ["a", "b"]}, reasoning(["a", "b"])),
        ({"function_call": {"name": "f", "arguments": {"a": 1}}}, function_call("f", a=1)),
        ({"function_call": "f"}, function_call("f")),
        ({"custom_tool_call": {"name": "f", "input": "x"}}, build.custom_tool_call("f", "x")),
        ({"web_search_call": {"query": "q", "sources": ["u"]}}, build.web_search_call("q", sources=["u"])),
        ({"file_search_call": {"queries": ["q"]}}, build.file_search_call(["q"])),
        (
            {"code_interpreter_call": {"code": "1", "container_id": "c", "outputs": "1"}},
            build.code_interpreter_call("1", container_id="c", outputs="1"),
        ),
        ({"image_generation_call": {"result": "iVBO", "size": "1x1"}}, build.image_generation_call("iVBO", size="1x1")),
        ({"computer_call": {"action": {"type": "wait"}}}, build.computer_call({"type": "wait"})),
        (
            {"mcp_list_tools": {"server_label": "w", "tools": [{"name": "a"}]}},
            build.mcp_list_tools("w", [{"name": "a"}]),
        ),
        ({"mcp_call": {"server_label": "w", "name": "a", "output": "x"}}, build.mcp_call("w", "a", output="x")),
        ({"mcp_approval_request": {"server_label": "w", "name": "a"}}, build.mcp_approval_request("w", "a")),
        ({"local_shell_call": ["ls", "-l"]}, build.local_shell_call(["ls", "-l"])),
        ({"shell_call": {"commands": "ls", "timeout_ms": 5}}, build.shell_call("ls", timeout_ms=5)),
        ({"shell_call_output": {"call_id": "c", "stdout": "x"}}, build.shell_call_output("c", "x")),
        (
            {"apply_patch_call": {"operation": {"type": "delete_file", "path": "a"}}},
            build.apply_patch_call({"type": "delete_file", "path": "a"}),
        ),
        ({"tool_search_call": {"arguments": {"q": 1}}}, build.tool_search_call({"q": 1})),
        ({"tool_search_output": {"tools": []}}, build.tool_search_output([])),
        ({"json": {"city": "Rome"}}, message('{"city":"Rome"}')),
        ({"fill": {"city": "Rome"}}, FilledOutput({"city": "Rome"})),
        ({"compaction": "gAAA"}, build.compaction("gAAA")),
        ({"program": {"code": "1", "fingerprint": "x"}}, build.program("1", fingerprint="x")),
        ({"program_output": {"call_id": "c", "result": "1"}}, build.program_output("c", "1")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) and len(value) == 1 else "",
)
def test_builder_is_written(written, item):
    assert read_parts(written) == [item]


def test_every_builder_can_be_written():
    (parametrized,) = test_builder_is_written.pytestmark
    assert {name for written, _ in parametrized.args[1] for name in written} == set(BUILDERS)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (5, "expected text, an item, or a list of these, got an integer 5."),
        (
            ["Hi.", {"function_cal": "f"}],
            "[1].function_cal: unknown item 'function_cal'. Did you mean 'function_call'?",
        ),
        ({"parallel": [{"refusal": 5}]}, "parallel[0].refusal.text: expected a string, got an integer 5."),
        ({"mcp_call": {"name": "a"}}, "mcp_call: lacks 'server_label'."),
        ({"fill": "Rome"}, "fill.value: expected a mapping, got a string 'Rome'."),
        ({"json": {"of": {1, 2}}}, "the value cannot be JSON: Object of type set is not JSON serializable."),
        ({"image_generation_call": {"size": "1x1"}}, "image_generation_call: lacks 'result'."),
        ({"type": []}, "type: expected a string, got a list []."),
        ({"type": "function_call", "arguments": "{}"}, "an item of type 'function_call' lacks 'name'."),
    ],
)
def test_wrong_parts_are_refused(parts, message):
    with pytest.raises(ScriptError) as raised:
        read_parts(parts)
    assert str(raised.value).startswith(message)


def test_wrong_result_of_function_is_refused():
    with pytest.raises(ScriptError, match="expected text, an item, or a list of these, got null"):
        plan_of(lambda _: None, ASKED)


def test_raising_function_is_named():
    with pytest.raises(ScriptError, match=r"The reply function .*<lambda> raised KeyError\('nope'\)"):
        plan_of(lambda asked: asked.body["nope"], ASKED)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"status": "complete"}, "status: unknown status 'complete'. Did you mean 'completed'?"),
        ({"incomplete_reason": "tokens"}, "incomplete_reason: unknown reason 'tokens'."),
        ({"usage": {"input": 1}}, "usage.input: unknown key 'input'. Did you mean 'input_tokens'?"),
        ({"usage": {"input_tokens": -1}}, "usage.input_tokens: expected a number of tokens, got an integer -1."),
        ({"error": {"cod": "x"}}, "error.cod: unknown key 'cod'. Did you mean 'code'?"),
        ({"error": {"code": "x"}, "status": "completed"}, "error: 'error' belongs to status failed, not to completed."),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ScriptError) as raised:
        plan_of("Hi.", ASKED, **options)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"first": -1}, "first: expected at least 0 seconds, got -1."),
        ({"rate": 0}, "rate: expected more than 0 deltas per second, got 0."),
        ({"jitter": 2}, "jitter: expected a fraction, 0 to 1, got 2."),
        ({"rate": "fast"}, "rate: expected a number, got a string 'fast'."),
        ({"speed": 1}, "speed: unknown key 'speed'. Allowed: first, jitter, rate."),
    ],
)
def test_wrong_pace_is_refused(stated, message):
    with pytest.raises(ScriptError) as raised:
        read_pace(stated)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("You said ${input}", "You said Rome?"),
        ("${model}/${body.metadata.user}", "gpt-4.1/ann"),
        ("${body.temperature} ${body.metadata}", '0.5 {"user":"ann"}'),
        ("${body.input[1].name}", "get_weather"),
        ("${tool_output.get_weather} ${tool_output.call_2} ${tool_output}", "18 files files"),
        ("${header.X-Tenant}", "acme"),
        ("$${input} costs $5 {x}", "${input} costs $5 {x}"),
    ],
)
def test_placeholder_is_filled(text, result):
    assert fill(read_placeholders({"a": [text]}), ASKED) == {"a": [result]}


@pytest.mark.parametrize(
    "text", ["${tool_output.other}", "${body.metadata.team}", "${header.x-none}", "${body.input[9]}"]
)
def test_placeholder_without_value_is_an_error(text):
    with pytest.raises(ScriptError) as raised:
        fill(read_placeholders(text), ASKED)
    assert str(raised.value) == f"The reply asks for {text}, which the request does not have."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${imput}", "unknown placeholder 'imput'. Did you mean 'input'?"),
        ("${input", "'${input' has no end"),
        ("${}", "unknown placeholder ''."),
        ("${input.x}", "'${input.x}' goes too deep"),
        ("${body}", "'${body}' names nothing"),
        ("${body.a[}", "'a[' is not a valid path"),
    ],
)
def test_wrong_placeholder_is_refused(text, message):
    with pytest.raises(ScriptError) as raised:
        read_placeholders({"a": [text]})
    assert str(raised.value).startswith(f"a[0]: {message}")


def test_text_without_placeholders_has_none():
    plain = ["$5 {x}", {"a": 1}]
    assert read_placeholders(plain) is plain


def test_text_from_python_keeps_its_placeholders():
    assert plan_of("${input}", ASKED).output == [message("${input}")]


class Weather(BaseModel):
    city: str
    degrees: int = 18


@dataclass
class Forecast:
    days: list[int]
    note: str | None = None


def said(*parts, **options):
    (item,) = plan_of(parts, ASKED, **options).output
    return item["content"][0]["text"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"city": "Paris"}, '{"city":"Paris"}'),
        ([1, {"a": None}], '[1,{"a":null}]'),
        (Weather(city="Rome"), '{"city":"Rome","degrees":18}'),
        (Forecast(days=[1, 2]), '{"days":[1,2],"note":null}'),
        ("text", '"text"'),
    ],
)
def test_json_is_structured_output(value, text):
    assert said(json=value) == text
    assert said({"json": value}) == text


@pytest.mark.parametrize("value", [Weather(city="Rome"), Forecast(days=[])])
def test_model_and_dataclass_are_structured_output_by_themselves(value):
    assert said(value) == said(json=value) == said(lambda _: value)


def test_json_stands_behind_other_parts():
    kinds = [item["type"] for item in Rule().reply(reasoning("Hm."), json={}).steps[0].plan(ASKED).output]
    assert kinds == ["reasoning", "message"]


def test_arguments_may_have_any_name():
    call = function_call("create_user", name="Ada", arguments="none")
    assert (call["name"], call["arguments"]) == ("create_user", '{"name":"Ada","arguments":"none"}')
