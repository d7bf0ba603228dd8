"""Hypothesis strategies for output items: one row per type of the item table."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mockserver.model import build
from mockserver.model.plan import Item, Plan

CLUSTERS = ["a", " ", "word", "\n", "é", "e\u0301", "日本", "👩‍👩‍👧", "🇩🇪", "1,234", "한", '"', "\\"]
TEXT = st.text(max_size=12) | st.lists(st.sampled_from(CLUSTERS), max_size=12).map("".join)
NAME = st.sampled_from(["get_weather", "search", "f"])
ID = st.sampled_from(["call_1", "call_2"])
JSON = st.dictionaries(TEXT, st.integers() | TEXT | st.none(), max_size=3)
PNG = st.sampled_from(["aGk=", "iVBORw0KGgo="])


def dicts(kind: str, **values: SearchStrategy[Any]) -> SearchStrategy[Item]:
    """Items of one type that have no builder."""
    return st.fixed_dictionaries({"type": st.just(kind), **values})


def logprob(token: str) -> dict[str, Any]:
    return {"bytes": list(token.encode()), "logprob": -0.5, "token": token, "top_logprobs": []}


@st.composite
def text_parts(draw: st.DrawFn) -> dict[str, Any]:
    """A text with citations that point into it, and with logprobs of tokens that make it up."""
    text = draw(TEXT)
    ends = draw(st.lists(st.integers(0, len(text)), max_size=2).map(sorted))
    notes = [build.url_citation("https://a.example", title="A", start_index=0, end_index=end) for end in ends]
    probable = [logprob(character) for character in text] if draw(st.booleans()) else []
    return {"type": "output_text", "annotations": notes, "logprobs": probable, "text": text}


REFUSALS = TEXT.map(lambda text: {"type": "refusal", "refusal": text})
SEARCHES = TEXT.map(lambda text: {"type": "search", "queries": [text], "query": text})
OPERATIONS = st.one_of(
    TEXT.map(lambda diff: {"type": "create_file", "diff": diff, "path": "a.txt"}),
    TEXT.map(lambda diff: {"type": "update_file", "diff": diff, "path": "a.txt"}),
    st.just({"type": "delete_file", "path": "a.txt"}),
)
SHELL_ENTRIES = st.fixed_dictionaries(
    {
        "outcome": st.just({"type": "timeout"}) | st.integers(0, 255).map(lambda n: {"type": "exit", "exit_code": n}),
        "stderr": TEXT,
        "stdout": TEXT,
    }
)
FUNCTION = {"type": "function", "name": "f", "parameters": {}, "strict": True}
SCREENSHOT = {"type": "computer_screenshot", "image_url": "https://a.example/a.png"}
AGENT = st.sampled_from(["/root", "/root/researcher"])
ACTION = st.sampled_from(["spawn_agent", "send_message", "wait_agent"])
PRIVATE = TEXT.map(lambda text: {"type": "encrypted_content", "encrypted_content": text})
MCP_ERRORS = TEXT.map(lambda text: {"type": "http_error", "code": 424, "message": text})
CLICK = {"type": "click", "button": "left", "x": 1, "y": 2}

ITEM: Mapping[str, SearchStrategy[Item]] = {
    "message": st.lists(text_parts() | REFUSALS, min_size=1, max_size=2).map(build.message),
    "reasoning": st.builds(
        build.reasoning,
        st.lists(TEXT, max_size=2),
        content=st.lists(TEXT, max_size=2),
        encrypted_content=st.none() | TEXT,
    ),
    "function_call": st.builds(build.function_call, NAME, JSON | TEXT, namespace=st.none() | NAME),
    "function_call_output": dicts("function_call_output", call_id=ID, output=TEXT),
    "custom_tool_call": st.builds(build.custom_tool_call, NAME, TEXT),
    "custom_tool_call_output": dicts("custom_tool_call_output", call_id=ID, output=TEXT),
    "web_search_call": dicts("web_search_call", action=SEARCHES),
    "file_search_call": st.builds(
        build.file_search_call,
        st.lists(TEXT, max_size=2),
        results=st.none() | st.just([{"file_id": "file-1", "filename": "a.pdf", "score": 0.5, "text": "a"}]),
    ),
    "code_interpreter_call": st.builds(
        build.code_interpreter_call, TEXT, container_id=st.just("cntr_1"), outputs=st.none() | TEXT
    ),
    "image_generation_call": st.builds(build.image_generation_call, PNG, revised_prompt=st.none() | TEXT),
    "computer_call": st.builds(build.computer_call, st.just(CLICK)),
    "computer_call_output": dicts("computer_call_output", call_id=ID, output=st.just(SCREENSHOT)),
    "mcp_list_tools": st.builds(build.mcp_list_tools, NAME, st.just([{"name": "search"}])),
    "mcp_call": st.builds(build.mcp_call, NAME, NAME, JSON, output=st.none() | TEXT, error=st.none() | MCP_ERRORS),
    "mcp_approval_request": st.builds(build.mcp_approval_request, NAME, NAME, JSON),
    "mcp_approval_response": dicts("mcp_approval_response", approval_request_id=ID, approve=st.booleans()),
    "local_shell_call": st.builds(build.local_shell_call, st.lists(TEXT, max_size=3)),
    "local_shell_call_output": dicts("local_shell_call_output", output=TEXT),
    "shell_call": st.builds(build.shell_call, st.lists(TEXT, max_size=3)),
    "shell_call_output": dicts("shell_call_output", call_id=ID, output=st.lists(SHELL_ENTRIES, max_size=3)),
    "apply_patch_call": st.builds(build.apply_patch_call, OPERATIONS),
    "apply_patch_call_output": dicts("apply_patch_call_output", call_id=ID, output=TEXT),
    "tool_search_call": st.builds(build.tool_search_call, JSON),
    "tool_search_output": st.builds(build.tool_search_output, st.just([FUNCTION])),
    "additional_tools": dicts("additional_tools", tools=st.just([FUNCTION])),
    "compaction": st.builds(build.compaction, TEXT),
    "program": st.builds(build.program, TEXT, fingerprint=TEXT),
    "program_output": st.builds(build.program_output, ID, TEXT),
    "agent_message": dicts("agent_message", author=AGENT, recipient=AGENT, content=st.lists(PRIVATE, max_size=2)),
    "multi_agent_call": dicts("multi_agent_call", action=ACTION, arguments=TEXT),
    "multi_agent_call_output": dicts(
        "multi_agent_call_output", action=ACTION, call_id=ID, output=st.lists(text_parts(), max_size=2)
    ),
}

Status = Literal["completed", "incomplete", "failed"]

ENDINGS: Mapping[Status, Mapping[str, Any]] = {
    "completed": {},
    "incomplete": {"incomplete_reason": "max_output_tokens"},
    "failed": {"error": {"code": "server_error", "message": "It broke."}},
}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of a few items of any types, with any ending."""
    status = draw(st.sampled_from(list(ENDINGS)))
    output = draw(st.lists(st.one_of(*ITEM.values()), max_size=4))
    return Plan(output=json.loads(json.dumps(output)), status=status, **ENDINGS[status])
