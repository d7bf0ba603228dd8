"""Everything that is known about each item type, one row per type.

Code that treats item types differently asks the row; nothing outside this table may list item types.

Sources: OBSERVED item tables and section 4 (recordings); what is marked `types` follows the openai 3.57.0 types alone.
"""

from collections.abc import Mapping

from mockserver.spec.event_steps import (
    COMMANDS,
    CONTENT,
    PARTIAL_IMAGES,
    SHELL_OUTPUT,
    SUMMARY,
    Signal,
    signals,
    text,
)
from mockserver.spec.item_row import (
    CALL_ID,
    DONE,
    ENCRYPTED,
    IN_PROGRESS,
    INCLUDED,
    OPTIONAL,
    REQUIRED,
    STATUS,
    ItemType,
)

ITEM_TYPES: Mapping[str, ItemType] = {
    "message": ItemType(
        prefix="msg",
        checked_id=True,
        keys={"status": STATUS, "content": REQUIRED, "phase": OPTIONAL, "role": "assistant"},
        text=("content",),
        opened={**IN_PROGRESS, "content": []},
        steps=(CONTENT,),
    ),
    "reasoning": ItemType(
        prefix="rs",
        checked_id=True,
        keys={"content": [], "encrypted_content": INCLUDED, "summary": []},
        kept="encrypted_content",
        text=("summary", "content"),
        opened={"summary": [], "content": []},
        steps=(SUMMARY, CONTENT),
    ),
    "function_call": ItemType(
        prefix="fc",
        checked_id=True,
        keys={
            "status": STATUS,
            "arguments": "{}",
            "async": OPTIONAL,
            "call_id": CALL_ID,
            "caller": OPTIONAL,
            "name": REQUIRED,
            "namespace": OPTIONAL,
        },
        text=("arguments",),
        tool="function",
        answered_by="function_call_output",
        opened={**IN_PROGRESS, "arguments": ""},
        steps=(text("function_call_arguments", "arguments"),),
    ),
    "function_call_output": ItemType(
        prefix="fc",  # rec FunctionCallWorks
        keys={"status": STATUS, "call_id": REQUIRED, "output": REQUIRED},
        text=("output",),
        after_reasoning=False,
    ),
    "custom_tool_call": ItemType(
        prefix="ctc",
        checked_id=True,
        keys={
            "status": STATUS,
            "async": OPTIONAL,
            "call_id": CALL_ID,
            "caller": OPTIONAL,
            "input": "",
            "name": REQUIRED,
            "namespace": OPTIONAL,
        },
        text=("input",),
        tool="custom",
        answered_by="custom_tool_call_output",
        opened={**IN_PROGRESS, "input": ""},
        steps=(text("custom_tool_call_input", "input"),),  # rec 2026-05
    ),
    "custom_tool_call_output": ItemType(  # types
        prefix="ctco",
        keys={"status": STATUS, "call_id": REQUIRED, "output": REQUIRED},
        text=("output",),
        after_reasoning=False,
    ),
    "web_search_call": ItemType(
        prefix="ws",
        checked_id=True,
        keys={"status": STATUS, "action": {"type": "search", "queries": [], "query": ""}},
        text=("action.query", "action.url", "action.pattern"),
        returned=("action.sources",),
        tool="web_search",
        opened={**IN_PROGRESS, "action": {"type": "search"}},  # rec 2026-03; before that the action was missing
        steps=signals("web_search_call", "in_progress", "searching", "completed"),
    ),
    "file_search_call": ItemType(
        prefix="fs",
        checked_id=True,
        keys={"status": STATUS, "queries": [], "results": None},
        text=("queries",),
        returned=("results",),
        tool="file_search",
        opened={**IN_PROGRESS, "queries": [], "results": None},
        steps=signals("file_search_call", "in_progress", "searching", "completed"),
    ),
    "code_interpreter_call": ItemType(
        prefix="ci",
        checked_id=True,
        keys={"status": STATUS, "code": "", "container_id": REQUIRED, "outputs": None},
        text=("code",),
        returned=("outputs",),
        tool="code_interpreter",
        opened={**IN_PROGRESS, "code": "", "outputs": []},
        steps=(
            *signals("code_interpreter_call", "in_progress"),
            text("code_interpreter_call_code", "code"),
            *signals("code_interpreter_call", "interpreting", "completed"),
        ),
    ),
    "image_generation_call": ItemType(
        prefix="ig",
        checked_id=True,
        keys={
            "status": DONE,
            "action": OPTIONAL,
            "background": "opaque",
            "output_format": "png",
            "quality": "medium",
            "result": None,
            "revised_prompt": None,
            "size": "1024x1024",
        },
        kept="result",
        text=("revised_prompt",),
        tool="image_generation",
        missing=("action", "background", "output_format", "quality", "result", "revised_prompt", "size"),
        steps=(
            *signals("image_generation_call", "in_progress", "generating"),
            PARTIAL_IMAGES,
            *signals("image_generation_call", "completed"),
        ),
    ),
    "computer_call": ItemType(
        prefix="cu",
        checked_id=True,
        keys={
            "status": STATUS,
            "action": OPTIONAL,
            "actions": OPTIONAL,
            "call_id": CALL_ID,
            "pending_safety_checks": [],
        },
        text=("action", "actions"),
        tool="computer",
        answered_by="computer_call_output",
    ),
    "computer_call_output": ItemType(  # types
        prefix="cuo",
        keys={"status": STATUS, "call_id": REQUIRED, "output": REQUIRED},
        text=("output",),
        after_reasoning=False,
    ),
    "mcp_list_tools": ItemType(
        prefix="mcpl",
        checked_id=True,
        keys={"server_label": REQUIRED, "tools": []},
        returned=("tools",),
        opened={"tools": []},
        steps=(
            *signals("mcp_list_tools", "in_progress"),
            Signal(type="response.mcp_list_tools.completed", failed="response.mcp_list_tools.failed"),
        ),
    ),
    "mcp_call": ItemType(
        prefix="mcp",
        checked_id=True,
        keys={
            "status": STATUS,
            "approval_request_id": None,
            "arguments": "{}",
            "error": None,
            "name": REQUIRED,
            "output": None,
            "server_label": REQUIRED,
        },
        text=("arguments",),
        returned=("output", "error"),
        tool="mcp",
        opened={**IN_PROGRESS, "arguments": "", "error": None, "output": None},
        steps=(
            *signals("mcp_call", "in_progress"),
            text("mcp_call_arguments", "arguments", whole=True),
            Signal(type="response.mcp_call.completed", failed="response.mcp_call.failed"),
        ),
    ),
    "mcp_approval_request": ItemType(
        prefix="mcpr",
        checked_id=True,
        keys={"arguments": "{}", "name": REQUIRED, "server_label": REQUIRED},
        text=("arguments",),
        tool="mcp",
        answered_by="mcp_approval_response",
    ),
    "mcp_approval_response": ItemType(  # types
        prefix="mcpa",
        keys={"approval_request_id": REQUIRED, "approve": REQUIRED, "reason": OPTIONAL},
        text=("approve", "reason"),
        after_reasoning=False,
    ),
    "local_shell_call": ItemType(
        prefix="lsh",
        keys={"status": STATUS, "action": REQUIRED, "call_id": CALL_ID},
        text=("action.command",),
        tool="local_shell",
        answered_by="local_shell_call_output",
        opened={**IN_PROGRESS, "action.command": []},
    ),
    "local_shell_call_output": ItemType(  # types
        prefix="lsho",
        keys={"status": STATUS, "output": REQUIRED},
        text=("output",),
        after_reasoning=False,
    ),
    "shell_call": ItemType(
        prefix="sh",
        keys={"status": STATUS, "action": REQUIRED, "call_id": CALL_ID, "environment": None},  # types
        text=("action.commands",),
        tool="shell",
        answered_by="shell_call_output",
        opened={**IN_PROGRESS, "action.commands": []},
        steps=(COMMANDS,),
    ),
    "shell_call_output": ItemType(
        prefix="sho",
        keys={"status": STATUS, "call_id": REQUIRED, "max_output_length": None, "output": []},
        text=("output",),
        after_reasoning=False,
        opened={"output": []},
        steps=(SHELL_OUTPUT,),
    ),
    "apply_patch_call": ItemType(
        prefix="apc",
        keys={"status": DONE, "call_id": CALL_ID, "operation": REQUIRED},
        text=("operation.path", "operation.diff"),
        tool="apply_patch",
        answered_by="apply_patch_call_output",
        opened={**IN_PROGRESS, "operation.diff": ""},
        steps=(text("apply_patch_call_operation_diff", "diff", at="operation.diff"),),
    ),
    "apply_patch_call_output": ItemType(  # types
        prefix="apco",
        keys={"status": DONE, "call_id": REQUIRED, "output": OPTIONAL},
        text=("output",),
        after_reasoning=False,
        opened={},
    ),
    "tool_search_call": ItemType(
        prefix="tsc",
        keys={"status": STATUS, "arguments": {}, "call_id": None, "execution": "server"},
        text=("arguments",),
        tool="tool_search",
        answered_by="tool_search_output",
        goes_on=True,
        opened={**IN_PROGRESS, "arguments": {}},
    ),
    "tool_search_output": ItemType(
        prefix="tso",
        keys={"status": STATUS, "call_id": None, "execution": "server", "tools": []},
        text=("tools",),
        after_reasoning=False,
    ),
    "additional_tools": ItemType(  # types; the prefix is our choice
        prefix="at", keys={"role": "developer", "tools": []}, text=("tools",)
    ),
    "compaction": ItemType(
        prefix="cmp",
        checked_id=True,
        keys={"encrypted_content": ENCRYPTED},
        opened={},
        steps=signals("compaction", "compacting"),  # types
    ),
    "program": ItemType(
        prefix="cm",
        tool="programmatic_tool_calling",
        keys={"call_id": CALL_ID, "code": "", "fingerprint": REQUIRED},
        text=("code",),
        opened={"code": ""},
    ),
    "program_output": ItemType(
        prefix="cmo",
        keys={"status": STATUS, "call_id": REQUIRED, "result": REQUIRED},
        text=("result",),
        after_reasoning=False,
        opened={"result": ""},
    ),
    "agent_message": ItemType(  # types of the beta; the prefix, as those of the next two, is our choice
        prefix="amsg", keys={"author": REQUIRED, "content": REQUIRED, "recipient": REQUIRED}, text=("content",)
    ),
    "multi_agent_call": ItemType(  # types of the beta
        prefix="mac", keys={"action": REQUIRED, "arguments": "{}", "call_id": CALL_ID}, text=("arguments",)
    ),
    "multi_agent_call_output": ItemType(  # types of the beta
        prefix="maco",
        keys={"action": REQUIRED, "call_id": REQUIRED, "output": []},
        text=("output",),
        after_reasoning=False,
    ),
}

_PATHS = dict.fromkeys(path for row in ITEM_TYPES.values() for path in (*row.text, *row.returned))
UNKNOWN = ItemType(prefix="item", keys={}, text=tuple(_PATHS))
"""What is taken of a type that has no row."""
