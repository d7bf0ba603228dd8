"""Builders of items."""

from typing import Any

import pytest

from mockserver.model import build
from mockserver.model.plan import Item
from mockserver.spec.item_row import REQUIRED
from mockserver.spec.item_types import ITEM_TYPES


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            build.message("Hi.", phase="final_answer"),
            {
                "type": "message",
                "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi."}],
                "phase": "final_answer",
            },
            id="message",
        ),
        pytest.param(
            build.message([{"type": "refusal", "refusal": "No."}]),
            {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]},
            id="message-of-parts",
        ),
        pytest.param(
            build.refusal("No."),
            {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]},
            id="refusal",
        ),
        pytest.param(
            build.reasoning(["Hm."], encrypted_content="gAAAAA"),
            {
                "type": "reasoning",
                "content": [],
                "summary": [{"type": "summary_text", "text": "Hm."}],
                "encrypted_content": "gAAAAA",
            },
            id="reasoning",
        ),
        pytest.param(
            build.reasoning("One part.", content=["Raw."]),
            {
                "type": "reasoning",
                "content": [{"type": "reasoning_text", "text": "Raw."}],
                "summary": [{"type": "summary_text", "text": "One part."}],
            },
            id="reasoning-of-a-string",
        ),
        pytest.param(
            build.function_call("get_weather", city="Paris"),
            {"type": "function_call", "name": "get_weather", "arguments": '{"city":"Paris"}'},
            id="function-call-by-keywords",
        ),
        pytest.param(
            build.function_call("f", '{"a": 1}', call_id="call_1", namespace="n"),
            {"type": "function_call", "name": "f", "arguments": '{"a": 1}', "call_id": "call_1", "namespace": "n"},
            id="function-call-verbatim",
        ),
        pytest.param(
            build.function_call("f", {"a": 1}, b=[None]),
            {"type": "function_call", "name": "f", "arguments": '{"a":1,"b":[null]}'},
            id="function-call-of-both",
        ),
        pytest.param(
            build.web_search_call("q", sources=["https://example.com"]),
            {
                "type": "web_search_call",
                "action": {
                    "type": "search",
                    "queries": ["q"],
                    "query": "q",
                    "sources": [{"type": "url", "url": "https://example.com"}],
                },
            },
            id="web-search",
        ),
        pytest.param(
            build.code_interpreter_call("print(1)", container_id="cntr_1", outputs="1\n"),
            {
                "type": "code_interpreter_call",
                "code": "print(1)",
                "container_id": "cntr_1",
                "outputs": [{"type": "logs", "logs": "1\n"}],
            },
            id="code-interpreter",
        ),
        pytest.param(
            build.computer_call(actions=[{"type": "screenshot"}]),
            {"type": "computer_call", "pending_safety_checks": [], "actions": [{"type": "screenshot"}]},
            id="computer",
        ),
        pytest.param(
            build.mcp_list_tools("dice", [{"name": "roll"}]),
            {
                "type": "mcp_list_tools",
                "server_label": "dice",
                "tools": [
                    {
                        "annotations": {"read_only": False},
                        "description": None,
                        "input_schema": {"type": "object", "properties": {}},
                        "name": "roll",
                    }
                ],
            },
            id="mcp-list-tools",
        ),
        pytest.param(
            build.mcp_call("dice", "roll", {"n": 2}, error={"type": "http_error", "code": 424, "message": "424: "}),
            {
                "type": "mcp_call",
                "server_label": "dice",
                "name": "roll",
                "arguments": '{"n":2}',
                "error": {"type": "http_error", "code": 424, "message": "424: "},
            },
            id="mcp-call",
        ),
        pytest.param(
            build.shell_call("ls", timeout_ms=5),
            {"type": "shell_call", "action": {"commands": ["ls"], "max_output_length": None, "timeout_ms": 5}},
            id="shell",
        ),
        pytest.param(
            build.local_shell_call(["ls"], working_directory="/root"),
            {
                "type": "local_shell_call",
                "action": {"type": "exec", "command": ["ls"], "env": {}, "working_directory": "/root"},
            },
            id="local-shell",
        ),
        pytest.param(
            build.shell_call_output("call_1", "a\n"),
            {
                "type": "shell_call_output",
                "call_id": "call_1",
                "max_output_length": None,
                "output": [{"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": "a\n"}],
            },
            id="shell-output",
        ),
        pytest.param(
            build.url_citation("https://example.com", title="T", start_index=1, end_index=4),
            {"type": "url_citation", "end_index": 4, "start_index": 1, "title": "T", "url": "https://example.com"},
            id="url-citation",
        ),
        pytest.param(
            build.container_file_citation(
                "cfile_1", container_id="cntr_1", filename="a.csv", start_index=0, end_index=9
            ),
            {
                "type": "container_file_citation",
                "container_id": "cntr_1",
                "end_index": 9,
                "file_id": "cfile_1",
                "filename": "a.csv",
                "start_index": 0,
            },
            id="container-file-citation",
        ),
    ],
)
def test_builder_gives_the_item(item: dict[str, Any], expected: dict[str, Any]) -> None:
    assert item == expected


@pytest.mark.parametrize(
    "item",
    [
        build.message("Hi."),
        build.refusal("No."),
        build.function_call("f"),
        build.custom_tool_call("c", "text"),
        build.reasoning(),
        build.web_search_call("q"),
        build.file_search_call(["q"]),
        build.code_interpreter_call("1", container_id="cntr_1"),
        build.image_generation_call("iVBO"),
        build.computer_call({"type": "screenshot"}),
        build.mcp_list_tools("s", []),
        build.mcp_call("s", "t"),
        build.mcp_approval_request("s", "t"),
        build.local_shell_call(["ls"]),
        build.shell_call(["ls"]),
        build.shell_call_output("call_1"),
        build.apply_patch_call({"type": "delete_file", "path": "a"}),
        build.tool_search_call(),
        build.tool_search_output([]),
        build.compaction("gAAAAA"),
        build.program("1", fingerprint="gAAAAA"),
        build.program_output("call_1", "1"),
    ],
    ids=lambda item: item["type"],
)
def test_item_says_what_its_row_requires_and_nothing_unknown(item: Item) -> None:
    row = ITEM_TYPES[item["type"]].keys
    assert set(item) - {"type"} <= set(row)
    assert {key for key, fill in row.items() if fill is REQUIRED} <= set(item)


def test_custom_call_takes_a_namespace() -> None:
    call = build.custom_tool_call("c", "text", namespace="n")
    assert call == {"type": "custom_tool_call", "name": "c", "input": "text", "namespace": "n"}
