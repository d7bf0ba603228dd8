"""What clients send is checked like OpenAI checks it: sentence, code, param and order."""
# ruff: noqa: E501 - a row of a table is one line

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema, edit_distance
from mockserver.spec.checks.values import check_values

ABSENT = object()
CALL_OUTPUTS = (
    *("function_call_output", "custom_tool_call_output", "computer_call_output", "shell_call_output"),
    "apply_patch_call_output",
)
WITHOUT_ID = (
    {"type": "file_search_call", "status": "completed", "queries": ["q"]},
    {"type": "code_interpreter_call", "code": "1", "container_id": "cntr_x", "outputs": None},
    {"type": "image_generation_call", "status": "completed", "result": "aGk="},
    {"type": "computer_call", "call_id": "c", "pending_safety_checks": [], "status": "completed"},
    {"type": "mcp_list_tools", "server_label": "s", "tools": []},
    {"type": "mcp_call", "server_label": "s", "name": "n", "arguments": "{}"},
    {"type": "mcp_approval_request", "server_label": "s", "name": "n", "arguments": "{}"},
    {"type": "program", "call_id": "c", "code": "1", "fingerprint": "f"},
    {"type": "program_output", "call_id": "c", "result": "1", "status": "completed"},
)
REASONER = "gpt-5.6-terra"
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
ITEM_TYPES = (
    "'additional_tools', 'agent_message', 'apply_patch_call', 'apply_patch_call_output', 'code_interpreter_call',"
    " 'compaction', 'compaction_trigger', 'computer_call', 'computer_call_output', 'custom_tool_call',"
    " 'custom_tool_call_output', 'file_search_call', 'function_call', 'function_call_output', 'image_generation_call',"
    " 'item_reference', 'local_shell_call', 'local_shell_call_output', 'mcp_approval_request', 'mcp_approval_response',"
    " 'mcp_call', 'mcp_list_tools', 'message', 'multi_agent_call', 'multi_agent_call_output', 'program',"
    " 'program_output', 'reasoning', 'shell_call', 'shell_call_output', 'tool_search_call', 'tool_search_output', and"
    " 'web_search_call'"
)
ROLES = "'assistant', 'system', 'developer', and 'user'"


CHOICE_TYPES = (
    "'code_interpreter', 'programmatic_tool_calling', 'function', 'namespace', 'tool_search', 'file_search',"
    " 'web_search_preview', 'image_generation', 'mcp', 'custom', 'computer', 'shell', and 'apply_patch'"
)
TOOL_TYPES = (
    "'code_interpreter', 'programmatic_tool_calling', 'function', 'namespace', 'tool_search', 'file_search',"
    " 'web_search_preview', 'web_search_preview_2025_03_11', 'image_generation', 'mcp', 'custom', 'computer',"
    " 'computer_use_preview', 'shell', and 'apply_patch'"
)


def refusal(body, *, operation="responses.create"):
    """Code, param and message of the first fault, or None."""
    try:
        check_schema(operation, body)
        if operation == "responses.create":
            check_values(body)
    except ApiError as error:
        told = error
    else:
        return None
    assert (told.status, told.type) == (400, "invalid_request_error")
    return told.code, told.param, told.message


def create(**keys):
    body = {"model": REASONER, "input": "ping", **keys}
    return {key: value for key, value in body.items() if value is not ABSENT}


def invalid_type(param, expected, got):
    return "invalid_type", param, f"Invalid type for '{param}': expected {expected}, but got {got} instead."


def invalid_value(param, value, values):
    return "invalid_value", param, f"Invalid value: '{value}'. Supported values are: {values}."


def missing(param):
    return "missing_required_parameter", param, f"Missing required parameter: '{param}'."


def unknown(param, hint=""):
    return "unknown_parameter", param, f"Unknown parameter: '{param}'.{hint}"


def unsupported(param):
    return None, param, f"Unsupported parameter: '{param}' is not supported with this model."


def allowed(*tools):
    return create(tool_choice={"type": "allowed_tools", "mode": "auto", "tools": list(tools)})


NO_INPUT = (
    "missing_required_parameter",
    None,
    "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.",
)
NO_LOGPROBS = "logprobs are not supported with reasoning models."
MOVED = (
    "Unsupported parameter: '{}'. In the Responses API, this parameter has moved to '{}'. Try again with the new"
    " parameter. See the API documentation for more information:"
    " https://platform.openai.com/docs/api-reference/responses/create."
)
USER_PARTS = "'input_text', 'input_image', 'input_file', 'scoped_content', and 'input_audio'"
ALL_PARTS = (
    "'input_text', 'input_image', 'input_audio', 'output_text', 'refusal', 'input_file', 'computer_screenshot',"
    " 'summary_text', and 'encrypted_content'"
)
INCLUDES = (
    "'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources',"
    " 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs',"
    " 'reasoning.encrypted_content', and 'message.output_text.logprobs'"
)
SHORT_INCLUDES = (
    "an array of one of 'fil...lts', 'web...lts', 'web...ces', 'mes...url', 'com...url', 'cod...uts', 'rea...ent', or"
    " 'mes...obs'"
)
EFFORTS = "one of one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', or 'max' or integer"
PATTERN = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."

FIELDS = [
    (create(model=ABSENT), missing("model")),
    (create(model=None), invalid_type("model", "a string", "an object")),
    (create(model=7), invalid_type("model", "a string", "an integer")),
    (create(model=""), ("model_not_found", "model", "The requested model '' does not exist.")),
    (create(input=ABSENT), missing("input")),
    (create(input=ABSENT, previous_response_id="resp_x"), missing("input")),
    (create(input=None), invalid_type("input", "a string", "an object")),
    (create(input={}), invalid_type("input", "one of a string or array of input items", "an object")),
    (create(input=""), NO_INPUT),
    (create(input=[]), NO_INPUT),
    (create(n=2), unknown("n")),
    (create(stop=["x"]), unknown("stop", " Did you mean 'store'?")),
    (create(stre=1), unknown("stre", " Did you mean 'store' or 'stream'?")),
    (create(strem=1), unknown("strem", " Did you mean 'stream' or 'store'?")),
    (create(sto=1), unknown("sto", " Did you mean 'store'?")),
    (create(st=1), unknown("st")),
    (create(modell=1), unknown("modell")),
    (create(max_tokens=1), unknown("max_tokens")),
    (create(messages=[]), ("unsupported_parameter", None, MOVED.format("messages", "input"))),
    (create(response_format={}), ("unsupported_parameter", None, MOVED.format("response_format", "text.format"))),
    (create(include="x"), invalid_type("include", SHORT_INCLUDES, "a string")),
    (create(include=["bogus"]), invalid_value("include[0]", "bogus", INCLUDES)),
    (create(tools="x"), invalid_type("tools", "an array of tools", "a string")),
    (create(tools=[7]), invalid_type("tools[0]", "an object", "an integer")),
    (create(tools=[{}]), missing("tools[0].type")),
    (create(tools=[{"type": "function"}]), missing("tools[0].name")),
    (create(tools=[{"type": "function", "function": {"name": "f"}}]), missing("tools[0].name")),
    (create(tools=[TOOL, {**TOOL, "name": 7}]), invalid_type("tools[1].name", "a string", "an integer")),
    (create(tools=[{**TOOL, "name": "a b"}]), ("invalid_value", "tools[0].name", f"Invalid 'tools[0].name': {PATTERN}")),
    (create(tools=[{**TOOL, "x": 1}]), unknown("tools[0].x")),
    (create(tools=[{"type": "mcp"}]), missing("tools[0].server_label")),
    (create(tool_choice=7), invalid_type("tool_choice", "one of an object or 'none', 'auto', or 'required'", "an integer")),
    (create(tool_choice="x"), invalid_value("tool_choice", "x", "'none', 'auto', and 'required'")),
    (create(reasoning={"mode": None}), invalid_type("reasoning.mode", "one of 'standard' or 'pro'", "null")),
    (create(tool_choice={"type": "tool"}), invalid_value("tool_choice.type", "tool", CHOICE_TYPES)),
    (create(tools=[{"type": "web_fetch"}]), invalid_value("tools[0].type", "web_fetch", TOOL_TYPES)),
    (create(tool_choice={"type": "function"}), missing("tool_choice.name")),
    (allowed({}), missing("tool_choice.tools[0].type")),
    (allowed({"type": {}}), invalid_type("tool_choice.tools[0].type", "a string", "an object")),
    (allowed({"type": "function"}), missing("tool_choice.tools[0].name")),
    (allowed({"type": "function", "name": "f"}, {"type": "custom", "name": {}}), invalid_type("tool_choice.tools[1].name", "a string", "an object")),
    (allowed({"type": "mcp"}), missing("tool_choice.tools[0].server_label")),
    (create(tools=[{"type": "namespace", "name": "n", "description": "d", "tools": [{**TOOL, "parameters": "x"}]}]), invalid_type("tools[0].tools[0].parameters", "an object", "a string")),
    (create(tools=[{"type": "tool_search", "execution": "client", "parameters": 7}]), invalid_type("tools[0].parameters", "an object", "an integer")),
    (create(metadata="x"), invalid_type("metadata", "a metadata object", "a string")),
    (create(metadata={"k": 1}), invalid_type("metadata.k", "a string", "an integer")),
    (create(text="x"), invalid_type("text", "an object", "a string")),
    (create(text={"zzz": 1}), unknown("text.zzz")),
    (create(text={"verbosity": "x"}), invalid_value("text.verbosity", "x", "'low', 'medium', and 'high'")),
    (create(text={"format": {"type": "x"}}), invalid_value("text.format.type", "x", "'json_object', 'text', and 'json_schema'")),
    (create(text={"format": {"type": "json_schema"}}), missing("text.format.name")),
    (create(temperature="x"), invalid_type("temperature", "a decimal", "a string")),
    (create(temperature=True), invalid_type("temperature", "a decimal", "a boolean")),
    (create(stream="x"), invalid_type("stream", "a boolean", "a string")),
    (create(stream_options="x"), invalid_type("stream_options", "an object", "a string")),
    (create(stream_options={"include_usage": True}), unknown("stream_options.include_usage")),
    (create(max_output_tokens=16.5), invalid_type("max_output_tokens", "an integer", "a decimal number")),
    (create(reasoning="low"), invalid_type("reasoning", "an object", "a string")),
    (create(reasoning={"effort": []}), invalid_type("reasoning.effort", EFFORTS, "an array")),
    (create(reasoning={"effort": 5}), invalid_type("reasoning.effort", "one of 'minimal', 'low', 'medium', or 'high'", "an integer")),
    (create(reasoning={"effort": "x"}), invalid_value("reasoning.effort", "x", "'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'")),
    (create(reasoning={"summary": "x"}), invalid_value("reasoning.summary", "x", "'concise', 'detailed', and 'auto'")),
    (create(reasoning={"generate_summary": "auto"}), unknown("reasoning.generate_summary")),
    (create(prompt="x"), invalid_type("prompt", "an object", "a string")),
    (create(previous_response_id={}), invalid_type("previous_response_id", "a string", "an object")),
    (create(truncation="x"), invalid_value("truncation", "x", "'auto' and 'disabled'")),
    (create(truncation={}), invalid_type("truncation", "one of 'auto' or 'disabled'", "an object")),
    (create(service_tier="x"), invalid_value("service_tier", "x", "'auto', 'default', 'fast', 'flex', and 'priority'")),
    (create(service_tier={}), invalid_type("service_tier", "one of 'auto', 'default', 'fast', 'flex', or 'priority'", "an object")),
    (create(prompt_cache_retention="x"), invalid_value("prompt_cache_retention", "x", "'in_memory' and '24h'")),
    (create(prompt_cache_options={"x": 1}), unknown("prompt_cache_options.x")),
    (create(context_management="x"), invalid_type("context_management", "an array of objects", "a string")),
    (create(instructions={}), invalid_type("instructions", "a string", "an object")),
    (create(user=7), invalid_type("user", "a string", "an integer")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "error"), FIELDS, ids=[f"{param} {code}" for _, (code, param, _) in FIELDS])
def test_a_wrong_field_is_told_in_the_wires_words(body, error):
    assert refusal(body) == error


def user(**keys):
    return create(input=[{"role": "user", "content": "x", **keys}])


def assistant(**keys):
    return create(input=[{"role": "assistant", "content": "x", **keys}])


ITEMS = [
    (create(input=[7]), invalid_type("input[0]", "an input item", "an integer")),
    (create(input=[None]), invalid_type("input[0]", "an input item", "null")),
    (create(input=[{"type": 7}]), invalid_value("input[0]", "", ITEM_TYPES)),
    (create(input=[{"type": "bogus"}]), invalid_value("input[0]", "bogus", ITEM_TYPES)),
    (create(input=[{}]), invalid_value("input[0]", "", ROLES)),
    (create(input=[{"role": "x", "content": "x"}]), invalid_value("input[0]", "x", ROLES)),
    (create(input=[{"role": "user"}]), missing("input[0].content")),
    (user(bogus=1), unknown("input[0].bogus")),
    (user(phase="final_answer"), unknown("input[0].phase")),
    (assistant(phase="x"), invalid_value("input[0].phase", "x", "'commentary' and 'final_answer'")),
    (user(content=None), invalid_type("input[0].content", "one of an array of objects or string", "null")),
    (user(content=[{}]), missing("input[0].content[0].type")),
    (user(content=[{"type": "bogus"}]), invalid_value("input[0].content[0].type", "bogus", ALL_PARTS)),
    (user(content=[{"type": "output_text", "text": "x"}]), invalid_value("input[0].content[0]", "output_text", USER_PARTS)),
    (assistant(content=[{"type": "input_text", "text": "x"}]), invalid_value("input[0].content[0]", "input_text", "'output_text' and 'refusal'")),
    (user(content=[{"type": "input_text"}]), missing("input[0].content[0].text")),
    (user(content=[{"type": "input_text", "text": "x"}, {"type": "input_text", "text": 7}]), invalid_type("input[0].content[1].text", "a string", "an integer")),
    (create(input=[{"type": "function_call_output", "call_id": "c", "output": {}}]), invalid_type("input[0].output", "one of a string or array of objects", "an object")),
    (create(input=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "parsed_arguments": {}}]), unknown("input[0].parsed_arguments")),
    *((create(input=[{"type": name, "output": "18"}]), missing("input[0].call_id")) for name in CALL_OUTPUTS),
    (create(input=[{"type": "function_call_output", "call_id": None, "output": "18"}]), invalid_type("input[0].call_id", "a string", "null")),
    (create(input=[{"type": "agent_message", "author": "a", "recipient": "b", "content": [], "id": {}}]), invalid_type("input[0].id", "a string", "an object")),
    (create(input=[{"type": "multi_agent_call"}]), missing("input[0].action")),
    (create(input=[{"type": "multi_agent_call", "action": "wait_agent", "arguments": "{}", "call_id": []}]), invalid_type("input[0].call_id", "a string", "an array")),
    (create(input=[{"type": "item_reference"}]), missing("input[0].id")),
    (create(input=[{"type": "local_shell_call", "call_id": "c", "action": {"type": "exec", "command": [], "env": None}}]), invalid_type("input[0].action.env", "an object with string keys and string values", "null")),
    (create(input=[{"type": "function_call_output", "call_id": "c" * 65, "output": ""}]), ("string_above_max_length", "input[0].call_id", "Invalid 'input[0].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.")),
    (user(id="msg_" + "a" * 61), ("string_above_max_length", "input[0].id", "Invalid 'input[0].id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.")),
    (create(input=[{"type": "reasoning", "id": "rs_x"}]), missing("input[0].summary")),
    (create(input=[{"type": "reasoning", "encrypted_content": "gAAAAA"}]), missing("input[0].summary")),
    (create(input=[{"type": "reasoning", "id": "rs_x", "summary": [], "status": "completed"}]), unknown("input[0].status")),
    (create(input=[{"type": "reasoning", "id": "rs_x", "summary": [], "status": None}]), unknown("input[0].status")),
    *((create(input=[item]), missing("input[0].id")) for item in WITHOUT_ID),
    (create(input=[{"type": "reasoning", "id": "item_x", "summary": []}]), ("invalid_value", "input[0].id", "Invalid 'input[0].id': 'item_x'. Expected an ID that begins with 'rs'.")),
    (create(input=[{"type": "reasoning", "id": "", "summary": []}]), ("invalid_value", "input[0].id", "Invalid 'input[0].id': ''. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.")),
    (create(input=[{"type": "reasoning", "content": "", "summary": []}]), invalid_type("input[0].content", "an array of unknown values", "a string")),
    (create(previous_response_id="x_1"), ("invalid_value", "previous_response_id", "Invalid 'previous_response_id': 'x_1'. Expected an ID that begins with 'resp'.")),
    (create(previous_response_id="resp_ä"), ("invalid_value", "previous_response_id", "Invalid 'previous_response_id': 'resp_ä'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.")),
    (create(conversation="x"), ("invalid_value", "conversation", "Invalid 'conversation': 'x'. Expected an ID that begins with 'conv'.")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "error"), ITEMS, ids=[f"{param} {code}" for _, (code, param, _) in ITEMS])
def test_a_wrong_item_is_told_in_the_wires_words(body, error):
    assert refusal(body) == error


LIMITS = [
    (create(max_output_tokens=15), "integer_below_min_value", "max_output_tokens", "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead."),
    (create(max_tool_calls=0), "integer_below_min_value", "max_tool_calls", "Invalid 'max_tool_calls': integer below minimum value. Expected a value >= 1, but got 0 instead."),
    (create(top_logprobs=21), "integer_above_max_value", "top_logprobs", "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead."),
    (create(temperature=-1), "decimal_below_min_value", "temperature", "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead."),
    (create(top_p=1.5), "decimal_above_max_value", "top_p", "Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 1.5 instead."),
    (create(metadata={"k": "v" * 600}), "string_above_max_length", "metadata.k", "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 600 instead."),
    (create(metadata={"k" * 70: "v"}), "property_name_above_max_length", "metadata." + "k" * 70, "Invalid property name in 'metadata': 'kkk...kkk' is too long. Expected a string with maximum length 64, but got a string with length 70 instead."),
    (create(metadata={f"k{i}": "v" for i in range(17)}), "object_above_max_properties", "metadata", "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead."),
    (create(tools=[TOOL] * 163), "array_above_max_length", "tools", "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 163 instead."),
    (create(tools=[{**TOOL, "name": ""}]), "empty_string", "tools[0].name", "Invalid 'tools[0].name': empty string. Expected a string with minimum length 1, but got an empty string instead."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "param", "message"), LIMITS, ids=[code for _, code, *_ in LIMITS])
def test_a_limit_is_told_in_the_wires_words(body, code, param, message):
    assert refusal(body) == (code, param, message)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(user(id="msg_" + "a" * 60), id="id"),
        pytest.param(create(input=[{"type": "function_call_output", "call_id": "c" * 64, "output": ""}]), id="call_id"),
        pytest.param(create(metadata={f"{n:064}": "v" * 512 for n in range(16)}), id="metadata"),
        pytest.param(create(tools=[TOOL] * 128), id="tools"),
        pytest.param(create(tools=[{**TOOL, "name": "n" * 128}]), id="longest name"),
        pytest.param(
            create(model="gpt-4o", max_output_tokens=16, max_tool_calls=1, top_logprobs=20, temperature=2), id="numbers"
        ),
    ],
)
def test_what_is_at_its_limit_passes(body):
    assert refusal(body) is None


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (create(model=ABSENT, input=ABSENT), "model"),
        (create(input=ABSENT, zzz=1), "input"),
        (create(input=[{}], zzz=1), "zzz"),
        (create(zzz=1, yyy=1), "zzz"),
        (create(truncation="x", input=7), "input"),
        (create(previous_response_id=7, input=7), "input"),
        (create(prompt=7, previous_response_id=7), "previous_response_id"),
        (create(moderation=7, prompt=7), "prompt"),
        (create(include=7, moderation=7), "moderation"),
        (create(tools=7, include=7), "include"),
        (create(tool_choice=7, tools=7), "tools"),
        (create(metadata=7, tool_choice=7), "tool_choice"),
        (create(text=7, metadata=7), "metadata"),
        (create(temperature="x", text=7), "text"),
        (create(top_p="x", temperature="x"), "temperature"),
        (create(presence_penalty="x", top_p="x"), "top_p"),
        (create(parallel_tool_calls=7, frequency_penalty="x"), "frequency_penalty"),
        (create(stream=7, parallel_tool_calls=7), "parallel_tool_calls"),
        (create(stream_options=7, stream=7), "stream"),
        (create(background=7, stream_options=7), "stream_options"),
        (create(max_output_tokens="x", background=7), "background"),
        (create(max_tool_calls="x", max_output_tokens="x"), "max_output_tokens"),
        (create(reasoning=7, max_tool_calls="x"), "max_tool_calls"),
        (create(user=7, reasoning=7), "reasoning"),
        (create(safety_identifier=7, user=7), "user"),
        (create(prompt_cache_options=7, safety_identifier=7), "safety_identifier"),
        (create(prompt_cache_key=7, prompt_cache_options=7), "prompt_cache_options"),
        (create(prompt_cache_retention=7, prompt_cache_key=7), "prompt_cache_key"),
        (create(truncation=7, prompt_cache_retention=7), "prompt_cache_retention"),
        (create(instructions=7, truncation=7), "truncation"),
        (create(store=7, instructions=7), "instructions"),
        (create(service_tier=7, store=7), "store"),
        (create(top_logprobs="x", service_tier=7), "service_tier"),
        (create(context_management=7, top_logprobs="x"), "top_logprobs"),
        (create(input=[], context_management=7), "context_management"),
        (create(input=[], temperature=0.5), None),
        (create(top_p=0.5, temperature=0.5), "temperature"),
        (create(top_logprobs=1, frequency_penalty=1), "frequency_penalty"),
        (create(top_logprobs=1, include=["message.output_text.logprobs"]), "include"),
    ],
)
def test_of_two_faults_the_first_in_the_wires_order_is_told(body, param):
    assert refusal(body)[1] == param


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (create(temperature=0.5), unsupported("temperature")),
        (create(top_p=0.5), unsupported("top_p")),
        (create(presence_penalty=0.5), unsupported("presence_penalty")),
        (create(frequency_penalty=0.5), unsupported("frequency_penalty")),
        (create(temperature=1, top_p=1, presence_penalty=0, frequency_penalty=None), None),
        (create(model="gpt-5.6-sol", temperature=0.5, reasoning={"effort": "none"}), None),
        (create(model="gpt-4o", temperature=0.5, top_logprobs=2, include=["message.output_text.logprobs"]), None),
        (create(top_logprobs=1), ("unsupported_parameter", "top_logprobs", NO_LOGPROBS)),
        (create(include=["message.output_text.logprobs"]), ("unsupported_parameter", "include", NO_LOGPROBS)),
        (
            create(reasoning={"effort": "minimal"}),
            (
                "unsupported_value",
                "reasoning.effort",
                "Unsupported value: 'minimal' is not supported with the 'gpt-5.6-terra' model. Supported values are: 'none', 'low', 'medium', 'high', 'xhigh', and 'max'.",
            ),
        ),
        (create(model="gpt-5", reasoning={"effort": "minimal"}), None),
        (
            create(prompt_cache_retention="in_memory"),
            (
                "invalid_parameter",
                "prompt_cache_retention",
                "This model is compatible only with 24h extended prompt caching",
            ),
        ),
        (create(model="gpt-4o", prompt_cache_retention="in_memory"), None),
        (create(input=[], previous_response_id="resp_x"), None),
    ],
)
def test_values_are_checked_against_the_model(body, error):
    assert refusal(body) == error


@pytest.mark.parametrize(
    ("operation", "body", "error"),
    [
        ("responses.create", [], "Invalid type for request body: expected an object, but got an array instead."),
        ("responses.create", None, "Invalid type for request body: expected an object, but got null instead."),
        ("responses.compact", {"input": "x"}, "Missing required parameter: 'model'."),
        ("responses.input_tokens", {"temperature": 1}, "Unknown parameter: 'temperature'."),
        ("conversations.create", {"itms": []}, "Unknown parameter: 'itms'. Did you mean 'items'?"),
        ("conversations.create", {"items": [{"role": "user"}]}, "Missing required parameter: 'items[0].content'."),
        (
            "conversations.create",
            {"items": [{"role": "user", "content": "x"}] * 21},
            "Invalid 'items': array too long. Expected an array with maximum length 20, but got an array with length 21 instead.",
        ),
        *(
            (operation, {"items": [item]}, "Missing required parameter: 'items[0].id'.")
            for operation in ("conversations.create", "conversations.items.create")
            for item in WITHOUT_ID
        ),
        (
            "conversations.items.create",
            {"items": [{"type": "reasoning", "id": "rs_x"}]},
            "Missing required parameter: 'items[0].summary'.",
        ),
        (
            "conversations.create",
            {"items": [{"type": "reasoning", "id": "rs_x", "summary": [], "status": "completed"}]},
            "Unknown parameter: 'items[0].status'.",
        ),
        ("conversations.update", {}, "Missing required parameter: 'metadata'."),
        (
            "conversations.update",
            {"metadata": []},
            "Invalid type for 'metadata': expected a metadata object, but got an array instead.",
        ),
        ("conversations.items.create", {}, "Missing required parameter: 'items'."),
        (
            "responses.compact",
            {"model": None},
            "Invalid type for 'model': expected a string, but got an object instead.",
        ),
        ("responses.compact", {"model": "gpt-5", "input": None}, None),
        ("responses.input_tokens", {}, None),
        ("responses.input_tokens", {"model": None, "input": None}, None),
        ("conversations.create", {}, None),
        ("conversations.create", {"metadata": None, "items": None}, None),
        ("responses.compact", {"model": "gpt-5", "input": [], "previous_response_id": "resp_x"}, None),
        ("responses.create", {"prompt": {"id": "pmpt_x"}}, None),
    ],
)
def test_every_operation_has_its_own_body(operation, body, error):
    found = refusal(body, operation=operation)
    assert (found and found[2]) == error


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            allowed({"type": "web_search"}, {"type": "mcp", "server_label": "s"}, {"type": "newer"}), id="allowed tools"
        ),
        pytest.param(
            create(tools=[{"type": "web_search"}], tool_choice={"type": "web_search"}), id="choice of a search"
        ),
        pytest.param(
            create(
                input=[
                    {
                        "type": "shell_call_output",
                        "call_id": "c",
                        "output": [{"stdout": "", "stderr": "", "outcome": {"type": "timeout"}, "created_by": "u"}],
                    }
                ]
            ),
            id="key of what an answer's shell printed",
        ),
        pytest.param(
            create(
                input=[{"type": "tool_search_output", "tools": [{"type": "function", "name": "f", "async_": None}]}]
            ),
            id="key of a tool as the SDK spells it",
        ),
    ],
)
def test_what_the_contract_does_not_know_passes(body):
    assert refusal(body) is None


@pytest.mark.parametrize(
    "item",
    [
        {"type": "image_generation_call", "id": "ig_x"},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x"},
        {"type": "web_search_call", "status": "completed"},
        {"type": "local_shell_call", "call_id": "c", "action": {"type": "exec", "command": [], "env": {}}},
        {"type": "local_shell_call_output", "call_id": "c", "output": "x"},
        {"type": "tool_search_call", "arguments": {}},
        {"type": "compaction", "encrypted_content": "gAAAAA"},
        {"type": "code_interpreter_call", "id": "ci_x", "container_id": "cntr_x"},
    ],
    ids=lambda item: item["type"],
)
def test_an_item_may_leave_out_what_released_clients_leave_out(item):
    assert refusal(create(input=[item])) is None


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("store", "store", 0), ("stop", "store", 2), ("tool", "tools", 1), ("usr", "user", 1), ("z" * 1_000_000, "a", 3)],
)
def test_edit_distance_counts_edits_and_stops_where_lengths_differ_too_much(one, other, distance):
    assert edit_distance(one, other) == distance


def window(value, **keys):
    return create(**{"background": True, "background_options": {"completion_window": value}, **keys})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(window("2h"), id="2h"),
        pytest.param(window("8h", stream=False, service_tier="default"), id="standard processing"),
        pytest.param(window("8h", stream=None, service_tier="auto"), id="null stream"),
        pytest.param(window("soonest", background=False, stream=True, service_tier="flex"), id="soonest"),
        pytest.param(create(background_options={"continuation_id": "job-1"}), id="no window"),
        pytest.param(create(background_options=None), id="null"),
    ],
)
def test_a_completion_window_is_taken(body):
    assert refusal(body) is None


WINDOW = "background_options.completion_window"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(window("2h", background=False), id="not in the background"),
        pytest.param(window("2h", background=None), id="null background"),
        pytest.param(window("2h", stream=True), id="stream"),
        pytest.param(window("2h", service_tier="flex"), id="flex"),
        pytest.param(window("2h", service_tier="priority"), id="priority"),
    ],
)
def test_a_discounted_window_is_for_standard_background_work(body):
    message = f"Invalid value for '{WINDOW}': '2h' requires 'background' to be true, 'stream' to be false, and standard processing."
    assert refusal(body) == ("invalid_value", WINDOW, message)


def test_a_completion_window_has_three_values():
    assert refusal(window("1h")) == invalid_value(WINDOW, "1h", "'soonest', '2h', and '8h'")
    assert refusal(create(background_options={"window": "2h"})) == unknown("background_options.window")
