"""Hosted tools in the default reply."""

import zlib
from base64 import b64decode
from typing import Any

import pytest

from mockserver.default.reply import default_reply
from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import computer_call, mcp_approval_request, mcp_call, mcp_list_tools
from mockserver.model.finish import finished_items
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.spec.contract import violations

DEFERRED = {
    "type": "function",
    "name": "get_weather",
    "defer_loading": True,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CONTAINER = {"type": "container_reference", "container_id": "cntr_1"}


def answer(tools: list[dict[str, Any]], **body: Any) -> list[Item]:
    """The finished items of a default reply, each checked against the contract."""
    request = CreateRequest({"model": "gpt-4o", "input": "hi", "tools": tools, **body})
    draws = Draws(b"seed")
    items = finished_items(default_reply(request, draws), ObjectIds(draws, unix_seconds=1_767_225_600))
    for item in items:
        assert violations("output_items", item, strict=True) == []
    return items


def types(items: list[Item]) -> list[str]:
    return [item["type"] for item in items]


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        pytest.param({"type": "web_search"}, ["web_search_call", "message"], id="web-search"),
        pytest.param({"type": "web_search_preview"}, ["web_search_call", "message"], id="web-search-preview"),
        pytest.param({"type": "file_search", "vector_store_ids": ["vs_1"]}, ["file_search_call", "message"], id="file"),
        pytest.param(
            {"type": "code_interpreter", "container": {"type": "auto"}}, ["code_interpreter_call", "message"], id="code"
        ),
        pytest.param({"type": "image_generation"}, ["image_generation_call", "message"], id="image"),
        pytest.param(
            {"type": "mcp", "server_label": "dice"}, ["mcp_list_tools", "mcp_approval_request"], id="mcp-approval"
        ),
        pytest.param(
            {"type": "mcp", "server_label": "dice", "require_approval": "never"},
            ["mcp_list_tools", "mcp_call", "message"],
            id="mcp",
        ),
        pytest.param({"type": "computer"}, ["computer_call"], id="computer"),
        pytest.param({"type": "computer_use_preview"}, ["computer_call"], id="computer-preview"),
        pytest.param({"type": "local_shell"}, ["local_shell_call"], id="local-shell"),
        pytest.param({"type": "shell"}, ["shell_call"], id="shell-of-the-client"),
        pytest.param(
            {"type": "shell", "environment": {"type": "container_auto"}},
            ["shell_call", "shell_call_output", "message"],
            id="shell-in-a-container",
        ),
        pytest.param({"type": "apply_patch"}, ["apply_patch_call"], id="apply-patch"),
        pytest.param({"type": "tool_search", "execution": "client"}, ["tool_search_call"], id="tool-search-client"),
        pytest.param(
            {"type": "tool_search"}, ["tool_search_call", "tool_search_output", "message"], id="none-deferred"
        ),
    ],
)
def test_only_tool_is_called_in_the_recorded_sequence(tool: dict[str, Any], expected: list[str]) -> None:
    assert types(answer([tool])) == expected


@pytest.mark.parametrize(
    ("tool", "environment"),
    [
        pytest.param({"type": "shell"}, None, id="no environment"),
        pytest.param({"type": "shell", "environment": None}, None, id="null"),
        pytest.param({"type": "shell", "environment": {"type": "local"}}, {"type": "local"}, id="local"),
        pytest.param(
            {"type": "shell", "environment": {"type": "local", "skills": []}}, {"type": "local"}, id="with skills"
        ),
        pytest.param(
            {"type": "shell", "environment": {"type": "container_reference", "container_id": "cntr_1"}},
            {"type": "container_reference", "container_id": "cntr_1"},
            id="container",
        ),
    ],
)
def test_shell_call_names_the_environment_of_its_tool(tool: dict[str, Any], environment: Any) -> None:
    call = answer([tool])[0]

    assert list(call) == ["id", "type", "status", "action", "call_id", "environment"]
    assert call["environment"] == environment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Search the web for news", "web_search_call", id="search"),
        pytest.param("Draw a picture of a cat", "image_generation_call", id="draw"),
        pytest.param("Compute the average with Python", "code_interpreter_call", id="compute"),
        pytest.param("Tell me a joke", "message", id="none"),
    ],
)
def test_text_chooses_among_hosted_tools(text: str, expected: str) -> None:
    tools: list[dict[str, Any]] = [
        {"type": "web_search"},
        {"type": "image_generation"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]
    assert answer(tools, input=text)[0]["type"] == expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param({"type": "image_generation"}, "image_generation_call", id="type"),
        pytest.param({"type": "web_search_preview"}, "web_search_call", id="other-name-of-the-type"),
        pytest.param({"type": "mcp", "server_label": "dice"}, "mcp_list_tools", id="mcp-by-label"),
        pytest.param("required", "web_search_call", id="required"),
        pytest.param("none", "message", id="none"),
    ],
)
def test_tool_choice_is_obeyed(choice: Any, expected: str) -> None:
    tools = [{"type": "web_search"}, {"type": "image_generation"}, {"type": "mcp", "server_label": "dice"}]
    assert answer(tools, tool_choice=choice)[0]["type"] == expected


def test_web_search_cites_what_its_message_says() -> None:
    tool = {"type": "web_search", "filters": {"allowed_domains": ["wikipedia.org"]}}
    search, message = answer([tool], input="Population of Tokyo", include=["web_search_call.action.sources"])
    part = message["content"][0]
    (citation,) = part["annotations"]
    assert search["action"]["query"] == "Population of Tokyo"
    assert [f"{source['url']}?utm_source=openai" for source in search["action"]["sources"]] == [citation["url"]]
    cited = part["text"][citation["start_index"] : citation["end_index"]]
    assert cited == f"([wikipedia.org]({citation['url']}))"


def test_web_search_hides_sources_unless_included() -> None:
    assert set(answer([{"type": "web_search"}])[0]["action"]) == {"type", "queries", "query"}


def test_file_search_results_come_when_included() -> None:
    tools = [{"type": "file_search", "vector_store_ids": ["vs_1"]}]
    search, message = answer(tools, include=["file_search_call.results"])
    (citation,) = message["content"][0]["annotations"]
    assert [found["file_id"] for found in search["results"]] == [citation["file_id"]]
    assert citation["index"] == len(message["content"][0]["text"])
    assert answer(tools)[0]["results"] is None


def test_code_outputs_come_when_included_and_are_true() -> None:
    tools = [{"type": "code_interpreter", "container": "cntr_mine"}]
    call, message = answer(tools, include=["code_interpreter_call.outputs"])
    numbers = call["code"].split("[")[1].split("]")[0]
    total = sum(int(number) for number in numbers.split(","))
    assert call["container_id"] == "cntr_mine"
    assert call["outputs"] == [{"type": "logs", "logs": f"{total}\n"}]
    assert str(total) in message["content"][0]["text"]
    assert answer(tools)[0]["outputs"] is None


def test_code_gets_a_container_where_none_is_named() -> None:
    container_id = answer([{"type": "code_interpreter", "container": {"type": "auto"}}])[0]["container_id"]
    assert container_id.startswith("cntr_")
    assert len(container_id) == len("cntr_") + 48


def test_image_is_a_png_and_its_message_is_empty() -> None:
    image, message = answer([{"type": "image_generation", "size": "1024x1536", "quality": "auto"}])
    data = b64decode(image["result"])
    assert data[:24] == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x08\x00\x00\x00\x08"
    start = data.index(b"IDAT") + 4
    pixels = zlib.decompress(data[start : start + int.from_bytes(data[start - 8 : start - 4], "big")])
    assert len(pixels) == 8 * (1 + 8 * 3)
    assert (image["size"], image["quality"]) == ("1024x1536", "medium")
    assert message["content"][0]["text"] == ""


@pytest.mark.parametrize(
    ("tool", "key"),
    [pytest.param("computer_use_preview", "action", id="preview"), pytest.param("computer", "actions", id="later")],
)
def test_computer_looks_at_the_screen_and_ends_after_the_screenshot(tool: str, key: str) -> None:
    (call,) = answer([{"type": tool}])
    screenshot = {"type": "computer_screenshot", "image_url": "data:image/png;base64,"}
    output = {"type": "computer_call_output", "call_id": call["call_id"], "output": screenshot}
    assert call[key] in ({"type": "screenshot"}, [{"type": "screenshot"}])
    after = answer([{"type": tool}], input=[{"role": "user", "content": "hi"}, call, output])
    assert types(after) == ["message"]
    assert "computer returned" in after[0]["content"][0]["text"]


def test_shell_in_a_container_answers_its_own_call() -> None:
    call, output, message = answer([{"type": "shell", "environment": CONTAINER}])
    assert call["environment"] == CONTAINER
    assert output["call_id"] == call["call_id"]
    assert output["output"][0]["stdout"].strip() in message["content"][0]["text"]


def test_patch_creates_a_file() -> None:
    (call,) = answer([{"type": "apply_patch"}])
    assert call["operation"]["type"] == "create_file"
    assert all(line.startswith("+") for line in call["operation"]["diff"].splitlines())


def test_tool_search_loads_and_calls_a_deferred_function() -> None:
    call, output, function = answer([{"type": "tool_search"}, DEFERRED], input="The weather in Paris?")
    assert call["arguments"] == {"paths": ["get_weather"]}
    assert output["tools"] == [DEFERRED]
    assert (function["name"], function["namespace"]) == ("get_weather", "get_weather")
    assert function["arguments"] == '{"city":"Paris"}'


def test_tool_search_loads_from_a_namespace() -> None:
    space = {"type": "namespace", "name": "crm", "description": "Customers", "tools": [DEFERRED]}
    call, output, function = answer([{"type": "tool_search"}, space])
    assert call["arguments"] == {"paths": ["crm"]}
    assert output["tools"] == [space]
    assert (function["name"], function["namespace"]) == ("get_weather", "crm")


def test_function_loaded_by_the_client_is_called() -> None:
    found = {"type": "tool_search_output", "call_id": "call_1", "execution": "client", "tools": [DEFERRED]}
    tools = [{"type": "tool_search", "execution": "client"}]
    (call,) = answer(tools, input=[{"role": "user", "content": "hi"}, found])
    assert (call["type"], call["name"]) == ("function_call", "get_weather")


MCP = {"type": "mcp", "server_label": "dice"}
LISTED = mcp_list_tools("dice", [{"name": "roll", "input_schema": {"type": "object", "properties": {}}}])
ASKED = {"id": "mcpr_1", **mcp_approval_request("dice", "roll", {"dice": "2d6"})}
USER = {"role": "user", "content": "hi"}


def decision(*, approve: bool) -> Item:
    return {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": approve}


def test_mcp_tools_are_listed_once() -> None:
    (question,) = answer([MCP], input=[USER, LISTED, USER])
    assert (question["type"], question["name"]) == ("mcp_approval_request", "roll")


def test_approved_mcp_call_is_made() -> None:
    call, message = answer([MCP], input=[USER, LISTED, ASKED, decision(approve=True)])
    assert (call["type"], call["approval_request_id"]) == ("mcp_call", "mcpr_1")
    assert (call["name"], call["arguments"]) == ("roll", '{"dice":"2d6"}')
    assert call["output"] in message["content"][0]["text"]


def test_approved_mcp_call_lists_tools_where_the_conversation_has_no_list() -> None:
    items = answer([MCP], input=[USER, ASKED, decision(approve=True)])
    assert types(items) == ["mcp_list_tools", "mcp_call", "message"]


def test_approval_counts_once() -> None:
    called = mcp_call("dice", "roll", {}, output="7", approval_request_id="mcpr_1")
    (message,) = answer([MCP], input=[USER, LISTED, ASKED, decision(approve=True), called])
    assert message["content"][0]["text"].startswith('Mock reply to "hi". ')


def test_denied_mcp_call_is_not_made() -> None:
    (message,) = answer([MCP], input=[USER, LISTED, ASKED, decision(approve=False)])
    assert message["content"][0]["text"] == "The call was not approved, so nothing was called."


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("always", "mcp_approval_request", id="always"),
        pytest.param("never", "mcp_call", id="never"),
        pytest.param({"never": {"tool_names": ["roll"]}}, "mcp_call", id="never-this"),
        pytest.param({"never": {"tool_names": ["other"]}}, "mcp_approval_request", id="never-another"),
        pytest.param({"always": {"tool_names": ["roll"]}}, "mcp_approval_request", id="always-this"),
        pytest.param({"always": {"tool_names": ["other"]}}, "mcp_call", id="always-another"),
    ],
)
def test_mcp_approval_follows_the_rule(rule: Any, expected: str) -> None:
    items = answer([{**MCP, "allowed_tools": ["roll"], "require_approval": rule}])
    assert items[1]["type"] == expected


def test_mcp_tool_named_by_the_choice_is_called() -> None:
    choice = {"type": "mcp", "server_label": "dice", "name": "roll_twice"}
    listing, call = answer([MCP], tool_choice=choice)
    assert call["name"] == "roll_twice"
    assert "roll_twice" in [tool["name"] for tool in listing["tools"]]


def test_unanswered_preview_call_is_not_taken_for_an_answer() -> None:
    call = {**computer_call({"type": "screenshot"}), "call_id": "call_1"}
    assert types(answer([{"type": "computer_use_preview"}], input=[call, USER])) == ["computer_call"]
