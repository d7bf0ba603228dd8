"""Every key of `when`: a request that meets it, one that does not, and the difference in words."""

import pytest

from mockserver.errors import ScriptError
from mockserver.model.other_request import OtherRequest
from mockserver.model.request import Asked, Channel, CreateRequest, RequestHead
from mockserver.script.when import WHEN, read_when

USER = {"role": "user", "content": "What is the weather in Rome?"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 degrees"}
SHELL_OUTPUT = {"type": "local_shell_call_output", "call_id": "call_2", "output": "files"}
FUNCTION = {"type": "function", "name": "get_weather"}
SPACE = {"type": "namespace", "name": "crm", "tools": [{"type": "function", "name": "find_customer"}]}
MCP = {"type": "mcp", "server_label": "wiki"}


def request(*items, headers=None, channel=None, warms_up=False, **body):
    head = RequestHead("POST", "/v1/responses", headers=headers, channel=channel, warms_up=warms_up)
    return CreateRequest({"model": "gpt-4.1", "input": list(items) or "hello", **body}, head=head)


def other(method, path, operation=""):
    """A request that creates no response."""
    return OtherRequest(Asked(RequestHead(method, path, operation=operation)))


@pytest.mark.parametrize(
    ("when", "met", "unmet", "difference"),
    [
        pytest.param(
            {"input": "weather"},
            request(USER),
            request(),
            "input: wanted text containing 'weather', got 'hello'",
            id="input",
        ),
        pytest.param(
            {"input": "weather"},
            request(USER, {"role": "assistant", "content": "Sunny."}),
            request(USER, {"role": "user", "content": "Thanks"}),
            "input: wanted text containing 'weather', got 'Thanks'",
            id="input-newest-user-message",
        ),
        pytest.param(
            {"input": "weather"},
            request(USER),
            request(USER, CALL, OUTPUT),
            "tool_output: wanted none since the user's message, got 'get_weather' | 'call_1' | 'function_call'",
            id="input-waits-for-its-answer",
        ),
        pytest.param(
            {"message": "rome"},
            request(USER, {"role": "user", "content": "Thanks"}),
            request(),
            "message: wanted text containing 'rome', got 'hello'",
            id="message",
        ),
        pytest.param(
            {"message": {"role": "developer", "exact": "Be brief."}},
            request({"role": "developer", "content": "Be brief."}, USER),
            request({"role": "user", "content": "Be brief."}),
            "message[developer]: wanted exactly 'Be brief.', got nothing",
            id="message-role",
        ),
        pytest.param(
            {"message": {"role": "assistant"}},
            request({"role": "assistant", "content": "Sunny."}),
            request(USER),
            "message[assistant]: wanted any value, got nothing",
            id="message-role-alone",
        ),
        pytest.param(
            {"instructions": "brief"},
            request(instructions="Be brief."),
            request(instructions="Be long."),
            "instructions: wanted text containing 'brief', got 'Be long.'",
            id="instructions",
        ),
        pytest.param(
            {"model": "gpt-4*"},
            request(),
            request(model="o3"),
            "model: wanted 'gpt-4*', got 'o3'",
            id="model",
        ),
        pytest.param(
            {"tools": "get_weather"},
            request(tools=[{"type": "web_search"}, FUNCTION]),
            request(tools=[{"type": "web_search"}]),
            "tools: wanted 'get_weather', got 'web_search'",
            id="tools-name",
        ),
        pytest.param(
            {"tools": ["get_weather", "web_search"]},
            request(tools=[{"type": "web_search_preview"}, FUNCTION]),
            request(tools=[FUNCTION]),
            "tools: wanted 'web_search', got 'get_weather' | 'function'",
            id="tools-all",
        ),
        pytest.param(
            {"tools": ["find_customer", "wiki"]},
            request(tools=[SPACE, MCP]),
            request(tools=[SPACE]),
            "tools: wanted 'wiki', got 'find_customer' | 'function' | 'crm' | 'namespace'",
            id="tools-inner-and-mcp",
        ),
        pytest.param(
            {"tools": False},
            request(),
            request(tools=[MCP]),
            "tools: wanted nothing, got 'wiki' | 'mcp'",
            id="tools-none",
        ),
        pytest.param(
            {"tool_output": "get_weather"},
            request(USER, CALL, OUTPUT),
            request(USER),
            "tool_output: wanted 'get_weather', got nothing",
            id="tool-output-name",
        ),
        pytest.param(
            {"tool_output": "get_weather"},
            request(USER, CALL, OUTPUT),
            request(USER, CALL, OUTPUT, {"role": "user", "content": "Thanks"}),
            "tool_output: wanted 'get_weather', got nothing",
            id="tool-output-since-user-message",
        ),
        pytest.param(
            {"tool_output": "call_1"},
            request(OUTPUT),
            request(SHELL_OUTPUT),
            "tool_output: wanted 'call_1', got 'call_2' | 'local_shell_call'",
            id="tool-output-call-id",
        ),
        pytest.param(
            {"tool_output": {"name": "get_weather", "value": "18"}},
            request(USER, CALL, OUTPUT),
            request(USER, CALL, {**OUTPUT, "output": "20 degrees"}),
            "tool_output['get_weather']: wanted text containing '18', got '20 degrees'",
            id="tool-output-value",
        ),
        pytest.param(
            {"tool_output": {"call_id": "call_1", "value": {"schema": {"type": "object"}}}},
            request(USER, CALL, {**OUTPUT, "output": '{"degrees": 18}'}, SHELL_OUTPUT),
            request(USER, CALL, OUTPUT, {**SHELL_OUTPUT, "output": "{}"}),
            'tool_output[\'call_1\']: wanted JSON that fits the schema {"type":"object"}, got ',
            id="tool-output-of-that-call-only",
        ),
        pytest.param(
            {"tool_output": {"value": "18"}},
            request(CALL, {**OUTPUT, "output": [{"type": "input_text", "text": "18 degrees"}]}),
            request(CALL, {**OUTPUT, "output": [{"type": "input_text", "text": "20 degrees"}]}),
            "tool_output: wanted text containing '18', got '20 degrees'",
            id="tool-output-parts",
        ),
        pytest.param(
            {"tool_output": ["get_weather", "local_shell_call"]},
            request(CALL, OUTPUT, SHELL_OUTPUT),
            request(CALL, OUTPUT),
            "tool_output: wanted 'local_shell_call', got 'get_weather' | 'call_1' | 'function_call'",
            id="tool-output-all",
        ),
        pytest.param(
            {"tool_output": True},
            request(OUTPUT),
            request(USER),
            "tool_output: wanted any value, got nothing",
            id="tool-output-any",
        ),
        pytest.param(
            {"input": "weather", "tool_output": "get_weather"},
            request(USER, CALL, OUTPUT),
            request(CALL, OUTPUT),
            "input: wanted text containing 'weather', got nothing",
            id="input-with-tool-output",
        ),
        pytest.param(
            {"previous_response_id": True},
            request(previous_response_id="resp_1"),
            request(),
            "previous_response_id: wanted any value, got nothing",
            id="previous-response-present",
        ),
        pytest.param(
            {"previous_response_id": False},
            request(previous_response_id=None),
            request(previous_response_id="resp_1"),
            "previous_response_id: wanted nothing, got 'resp_1'",
            id="previous-response-absent",
        ),
        pytest.param(
            {"conversation": "conv_1"},
            request(conversation={"id": "conv_1"}),
            request(conversation="conv_2"),
            "conversation: wanted 'conv_1', got 'conv_2'",
            id="conversation",
        ),
        pytest.param(
            {"metadata": {"user": "ann"}},
            request(metadata={"user": "ann", "run": "5"}),
            request(metadata={"user": "anne"}),
            "metadata.user: wanted exactly 'ann', got 'anne'",
            id="metadata",
        ),
        pytest.param(
            {"metadata": {"user": None}},
            request(),
            request(metadata={"user": "ann"}),
            "metadata.user: wanted nothing, got 'ann'",
            id="metadata-absent",
        ),
        pytest.param(
            {"stream": True},
            request(stream=True),
            request(),
            "stream: wanted exactly True, got false",
            id="stream",
        ),
        pytest.param(
            {"background": False},
            request(),
            request(background=True),
            "background: wanted exactly False, got true",
            id="background",
        ),
        pytest.param(
            {"transport": "websocket"},
            request(channel=Channel(1)),
            request(),
            "transport: wanted exactly 'websocket', got 'http'",
            id="transport",
        ),
        pytest.param(
            {"lane": "plan*"},
            request(channel=Channel(1, "planner")),
            request(channel=Channel(1)),
            "lane: wanted 'plan*', got nothing",
            id="lane",
        ),
        pytest.param(
            {"warm_up": True},
            request(channel=Channel(1), warms_up=True),
            request(channel=Channel(1)),
            "warm_up: wanted exactly True, got false",
            id="warm_up",
        ),
        pytest.param(
            {"headers": {"X-Tenant": "a"}},
            request(headers={"x-tenant": "a", "accept": "*/*"}),
            request(headers={"x-tenant": "b"}),
            "headers.x-tenant: wanted exactly 'a', got 'b'",
            id="headers",
        ),
        pytest.param(
            {"json": {"tools[*].name": "get_weather"}},
            request(tools=[MCP, FUNCTION]),
            request(tools=[MCP]),
            "tools[*].name: wanted exactly 'get_weather', got nothing",
            id="json-every",
        ),
        pytest.param(
            {"json": {"input[0].content": {"contains": "rome"}}},
            request(USER),
            request({"role": "user", "content": "hello"}),
            "input[0].content: wanted text containing 'rome', got 'hello'",
            id="json-position",
        ),
        pytest.param(
            {"schema": {"properties": {"temperature": {"maximum": 1}}}},
            request(temperature=0.5),
            request(temperature=2),
            'schema: wanted JSON that fits the schema {"properties":{"temperature":{"maximum":1}}},'
            " got $.temperature: 2 is greater than the maximum of 1",
            id="schema",
        ),
        pytest.param(
            {"predicate": lambda asked: len(asked.items) > 1},
            request(USER, USER),
            request(USER),
            "predicate: wanted what <lambda> accepts, got {",
            id="predicate",
        ),
        pytest.param(
            {"all": [{"input": "weather"}, {"model": "gpt-*"}]},
            request(USER),
            request(USER, model="o3"),
            "model: wanted 'gpt-*', got 'o3'",
            id="all",
        ),
        pytest.param(
            {"any": [{"model": "o3", "stream": True}, {"model": "o4-*"}]},
            request(model="o4-mini"),
            request(),
            "any[1].model: wanted 'o4-*', got 'gpt-4.1'",
            id="any",
        ),
        pytest.param(
            {"not": {"model": "gpt-*", "stream": True}},
            request(model="gpt-5"),
            request(model="gpt-5", stream=True),
            "not: wanted a request that differs in model, stream, got one that fits",
            id="not",
        ),
        pytest.param(
            {"method": "post", "path": "/v1/files*"},
            other("POST", "/v1/files/f"),
            other("GET", "/v1/files"),
            "method: wanted 'POST', got 'GET'",
            id="route",
        ),
        pytest.param(
            {"operation": "responses.*"},
            other("GET", "/v1/responses/r", "responses.retrieve"),
            other("GET", "/v1/files"),
            "operation: wanted 'responses.*', got nothing",
            id="operation",
        ),
    ],
)
def test_when_meets_request(when, met, unmet, difference):
    assert read_when(when).differences(met) == []
    (found,) = read_when(when).differences(unmet)
    shown = str(found).replace("test_when_meets_request.<locals>.", "")
    assert shown.startswith(difference)


def test_every_key_of_when_has_a_test():
    (parametrized,) = test_when_meets_request.pytestmark
    tested = {key for row in parametrized.args[1] for key in row.values[0]}
    assert tested == set(WHEN)


@pytest.mark.parametrize(
    ("when", "may_create", "has_route"),
    [
        ({}, True, False),
        ({"input": "x"}, True, False),
        ({"path": "/v1/responses"}, True, True),
        ({"path": "/v1/*", "method": "POST"}, True, True),
        ({"operation": "responses.create"}, True, True),
        ({"method": "GET"}, False, True),
        ({"path": "/v1/files"}, False, True),
    ],
)
def test_rule_is_about_creations_unless_its_route_says_otherwise(when, may_create, has_route):
    made = read_when(when)
    assert (made.may_create, bool(made.routes)) == (may_create, has_route)


def test_history_counts():
    asked = CreateRequest({"input": [OUTPUT]}, history=[{"type": "message", **USER}, CALL])
    assert read_when({"tool_output": "get_weather", "input": "rome"}).differences(asked) == []


def test_empty_when_meets_everything():
    assert read_when({}).differences(request()) == []


def test_all_differences_are_found():
    found = read_when({"model": "o3", "input": "weather", "stream": False}).differences(request())
    assert [str(one) for one in found] == [
        "model: wanted 'o3', got 'gpt-4.1'",
        "input: wanted text containing 'weather', got 'hello'",
    ]


def test_long_value_is_cut_in_difference():
    (found,) = read_when({"input": "weather"}).differences(request({"role": "user", "content": "x" * 500}))
    assert len(str(found)) < 200
    assert str(found).endswith("x…")


def test_not_under_its_python_name():
    assert read_when({"not_": {"model": "o3"}}).differences(request()) == []


def test_raising_predicate_is_no_miss():
    with pytest.raises(ScriptError, match=r"predicate: asking for what .* raised KeyError") as raised:
        read_when({"predicate": lambda asked: asked.body["nope"]}).differences(request())
    assert isinstance(raised.value.__cause__, KeyError)


def test_all_faults_of_a_when_are_told():
    with pytest.raises(ScriptError) as raised:
        read_when({"modle": "o3", "input": {"regex": "("}, "any": [{"stream": 1}]})
    first, second, third = str(raised.value).splitlines()
    assert first.startswith("modle: unknown key 'modle'. Did you mean 'model'? Allowed: all, any, ")
    assert second.startswith("input.regex: '(' is not a valid regular expression")
    assert third == "any[0].stream: expected true or false, got an integer 1."


@pytest.mark.parametrize("when", [{"method": "a" * 10_001}, {"input": {"regex": "a" * 10_001}}], ids=["glob", "regex"])
def test_pattern_that_takes_long_to_compile_is_refused(when):
    with pytest.raises(ScriptError, match="expected a pattern of at most 10,000 characters, got 10,001"):
        read_when(when)


def test_long_name_is_shortened():
    with pytest.raises(ScriptError, match=r"unknown method 'A{79}…'\. Allowed"):
        read_when({"method": "a" * 1000})
